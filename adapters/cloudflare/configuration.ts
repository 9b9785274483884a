// Reads the Worker's environment into its configuration, or into everything that is missing or wrong.

import type { Fault } from "../../src/shared/validation.ts";
import type { ConversionHandlerOptions } from "../http/handler-options.ts";
import type { IncompleteConfiguration } from "../http/incomplete.ts";
import { checkHandlerOptions, type HandlerConfig } from "../http/options.ts";
import type { TwoFactorConfig } from "../http/two-factor/options.ts";
import type { Env } from "./env.ts";
import { checkInsightSettings, type InsightSettings } from "./insight/settings.ts";
import { findJurisdictionFault, inJurisdiction } from "./jurisdiction.ts";
import { checkLedgerSettings, isNamespace, type LedgerSettings } from "./ledger/settings.ts";
import { assemble, type SettingFault } from "./settings/assemble.ts";
import { findRenamed } from "./settings/renamed.ts";
import { toSettingFaults } from "./settings/setting-faults.ts";
import { checkWorkflowSettings, type Senders } from "./two-factor/settings.ts";

/** The configuration, complete. */
export interface Configuration {
  readonly config: HandlerConfig;
  readonly ledger: LedgerSettings;
  /** `undefined`: the workflow is off. */
  readonly twoFactor: TwoFactorConfig | undefined;
  readonly insight: InsightSettings;
}

/**
 * Reads the environment. Everything that is missing or wrong is named at once, by setting.
 *
 * @param own The operator's own senders; `undefined` for a caller that sends nothing.
 */
export function readEnv(env: Env, own?: Senders): Configuration | IncompleteConfiguration {
  const assembled = assemble({ ...inJurisdiction(env) });
  const misplaced = findJurisdictionFault(env);
  const { handler = {}, ledger: ledgerOptions = {} } = assembled.options;
  const handlerOptions = handler as Partial<ConversionHandlerOptions>;
  const config = checkHandlerOptions({ credentials: {}, ...handlerOptions });
  const ledger = checkLedgerSettings(ledgerOptions as object);
  const workflow = checkWorkflowSettings(assembled, own);
  const insight = checkInsightSettings(assembled);
  const faults: readonly SettingFault[] = [
    ...assembled.faults,
    ...findRenamed(assembled.isGiven),
    ...(isFaults(config) ? config.flatMap((fault) => toSettingFaults("handler", fault, assembled)) : []),
    ...(isFaults(ledger) ? ledger.flatMap((fault) => toSettingFaults("ledger", fault, assembled)) : []),
    ...workflow.faults,
    ...insight.faults,
    ...(misplaced === undefined ? [] : [{ name: "LEDGER_JURISDICTION", rule: misplaced }]),
    ...(workflow.isOn ? findObjectFaults(env) : []),
  ];
  if (!isFaults(config) && !isFaults(ledger) && faults.length === 0) {
    return { config, ledger, twoFactor: workflow.config, insight: insight.settings };
  }
  const unreadable = new Set(assembled.faults.map(({ name }) => name));
  // Report one fault for one mistake: a value that cannot be read breaks further rules only as a consequence.
  const told = faults.filter((fault) => assembled.faults.includes(fault) || !unreadable.has(fault.name));
  const isInvalid = ({ name }: SettingFault) => assembled.isGiven(name) || unreadable.has(name);
  return {
    missing: [...new Set(told.filter((fault) => !isInvalid(fault)).map(({ name }) => name))],
    invalid: told.filter(isInvalid).map(({ name, rule }) => ({ name, detail: rule })),
    allowedOrigins: handlerOptions.allowedOrigins ?? [],
    ...(handlerOptions.rateLimits && { rateLimits: handlerOptions.rateLimits }),
  };
}

const isFaults = (checked: object): checked is readonly Fault[] => Array.isArray(checked);

/** The Durable Objects of the workflow. The ledger's are checked with its settings. */
function findObjectFaults(env: Env): SettingFault[] {
  return (["CHALLENGES", "SEND_LIMITS", "LEDGER"] as const).flatMap((name) =>
    env[name] === undefined
      ? [{ name, rule: "is needed by the 2FA workflow" }]
      : name !== "LEDGER" && !isNamespace(env[name])
        ? [{ name, rule: "must be a Durable Object namespace" }]
        : [],
  );
}
