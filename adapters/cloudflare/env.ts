// The Worker's environment: its type, and its configuration or everything that is wrong. settings/table.ts has the rest.

import type { Fault } from "../../src/shared/validation.ts";
import type { IncompleteConfiguration } from "../http/handler.ts";
import { type ConversionHandlerOptions, checkHandlerOptions, type HandlerConfig } from "../http/options.ts";
import type { RateLimit } from "../http/ports/rate-limit.ts";
import type { TwoFactorConfig } from "../http/two-factor/options.ts";
import { findJurisdictionFault, inJurisdiction } from "./jurisdiction.ts";
import {
  checkLedgerSettings,
  isNamespace,
  type LedgerSettings,
  type ShardNamespace,
} from "./ledger/settings.ts";
import { type Assembled, assemble, type OptionTree, type SettingFault } from "./settings/assemble.ts";
import { findRenamed } from "./settings/renamed.ts";
import { checkWorkflowSettings, type Senders, type TwoFactorEnv } from "./two-factor/settings.ts";

/** Variables, secrets and bindings of the Worker. At least one of the two credential sets, and one kind of caller. */
export interface Env extends TwoFactorEnv {
  /** API key for 2FA traffic. */
  readonly VONAGE_2FA_API_KEY?: string;
  /** Secret: its API secret… */
  readonly VONAGE_2FA_API_SECRET?: string;
  /** Secret: …or its signature secret, */
  readonly VONAGE_2FA_SIGNATURE_SECRET?: string;
  /** with the method: md5hash, md5, sha1, sha256 or sha512. */
  readonly VONAGE_2FA_SIGNATURE_METHOD?: string;
  /**
   * How reports travel: with an API secret `basic` (default), `basic-query` or `query`; with a signature secret `form`
   * (default) or `query`. See `via` of the client's credentials.
   */
  readonly VONAGE_2FA_VIA?: string;
  /** API key for all other traffic, never the same. */
  readonly VONAGE_OTHER_API_KEY?: string;
  /** Secret. */
  readonly VONAGE_OTHER_API_SECRET?: string;
  /** Secret. */
  readonly VONAGE_OTHER_SIGNATURE_SECRET?: string;
  readonly VONAGE_OTHER_SIGNATURE_METHOD?: string;
  /** As {@link VONAGE_2FA_VIA}. */
  readonly VONAGE_OTHER_VIA?: string;
  /** Secret: proxy keys for 2FA traffic, `name:key`, separated by commas or white space; keys of 32 characters or more. */
  readonly PROXY_KEYS_2FA?: string;
  /** Secret: proxy keys for all other traffic. */
  readonly PROXY_KEYS_OTHER?: string;
  /** Secret: keys of the operator, `name:key`, likewise. */
  readonly ADMIN_KEYS?: string;
  /** Secret: what report tokens are signed with, `kid:secret`, likewise; the first signs, all verify. */
  readonly TOKEN_SECRETS?: string;
  /** The `aud` of report tokens; default `vonage-conversion`. */
  readonly TOKEN_AUDIENCE?: string;
  /** Origins whose pages may read the answers (CORS), separated likewise, such as `https://shop.example capacitor://localhost`; or `*`. */
  readonly ALLOWED_ORIGINS?: string;
  /** Where Vonage is; default `https://api.nexmo.com`. */
  readonly VONAGE_BASE_URL?: string;
  /** Milliseconds for an attempt to reach Vonage; default 4000. */
  readonly UPSTREAM_TIMEOUT_MS?: string;
  /** The ledger's Durable Objects; without them reports are forwarded and forgotten. */
  readonly LEDGER?: ShardNamespace;
  /**
   * How many shards the ledger has, 1 to 1024; default 4. After a change the former numbers follow, `16,4`, for as
   * long as the ledger remembers reports.
   */
  readonly LEDGER_SHARDS?: string;
  /**
   * Jurisdiction that all Durable Objects are kept in, such as `eu` or `fedramp`; default: none. To be chosen before the
   * first deployment: after a change all objects are new and empty, and nothing stored before is found.
   */
  readonly LEDGER_JURISDICTION?: string;
  /** Hours that a recorded report is remembered, 25 to 720 (a token lives for a day); default 48. */
  readonly LEDGER_RETENTION_HOURS?: string;
  /** Megabytes that a shard may have on disk, 1 to 9000; default 8000. */
  readonly LEDGER_MAX_MB?: string;
  /** Milliseconds that a caller waits for Vonage before it gets 202, 1 to 30 000; default 2000. */
  readonly REPORT_BUDGET_MS?: string;
  /** The workflow's Durable Objects: the challenges, and the limits of what is sent. */
  readonly CHALLENGES?: ShardNamespace;
  readonly SEND_LIMITS?: ShardNamespace;
  /** Rate-limit bindings; without them requests are not limited. */
  readonly RATE_LIMIT_TOKEN?: RateLimit;
  readonly RATE_LIMIT_KEY?: RateLimit;
  readonly RATE_LIMIT_ANONYMOUS?: RateLimit;
}

/** The configuration, complete. */
export interface Configuration {
  readonly config: HandlerConfig;
  readonly ledger: LedgerSettings;
  /** `undefined`: the workflow is off. */
  readonly twoFactor: TwoFactorConfig | undefined;
}

/**
 * Reads the environment into the configuration, or says by name everything that is missing or wrong.
 *
 * @param own The operator's own senders; `undefined` where nothing is sent from.
 */
export function readEnv(env: Env, own?: Senders): Configuration | IncompleteConfiguration {
  const assembled = assemble({ ...inJurisdiction(env) });
  const misplaced = findJurisdictionFault(env);
  const { handler = {}, ledger: ledgerOptions = {} } = assembled.options;
  const handlerOptions = handler as Partial<ConversionHandlerOptions>;
  const config = checkHandlerOptions({ credentials: {}, ...handlerOptions });
  const ledger = checkLedgerSettings(ledgerOptions as object);
  const workflow = checkWorkflowSettings(assembled, own);
  const faults: readonly SettingFault[] = [
    ...assembled.faults,
    ...findRenamed(assembled.isGiven),
    ...(isFaults(config) ? config.flatMap((fault) => toSettingFaults("handler", fault, assembled)) : []),
    ...(isFaults(ledger) ? ledger.flatMap((fault) => toSettingFaults("ledger", fault, assembled)) : []),
    ...workflow.faults,
    ...(misplaced === undefined ? [] : [{ name: "LEDGER_JURISDICTION", rule: misplaced }]),
    ...(workflow.isOn ? findObjectFaults(env) : []),
  ];
  if (!isFaults(config) && !isFaults(ledger) && faults.length === 0) {
    return { config, ledger, twoFactor: workflow.config };
  }
  const unreadable = new Set(assembled.faults.map(({ name }) => name));
  // One fault for one mistake: a value that cannot be read breaks no further rule.
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

/** A fault of an option as the fault of the settings that it came from, or should have come from. */
function toSettingFaults(part: string, { field, rule }: Fault, assembled: Assembled): SettingFault[] {
  const names =
    part === "handler" && field.startsWith("credentials")
      ? namesOfCredentials(field, assembled)
      : field === "proxyKeys"
        ? ["PROXY_KEYS_2FA or TOKEN_SECRETS"]
        : [assembled.nameOf(`${part}.${field}`) ?? field];
  return names.map((name) => ({ name, rule }));
}

/** Whatever is wrong with a set of credentials, what it lacks is named along: half of a signature, the secret. */
function namesOfCredentials(field: string, { options, nameOf }: Assembled): string[] {
  const [, traffic = "", detail] = field.split(".");
  const set = traffic === "other" ? "OTHER" : "2FA";
  const credentials = ((options.handler as OptionTree | undefined)?.credentials ?? {}) as OptionTree;
  const given = (credentials[traffic] ?? {}) as OptionTree;
  const { apiKey, apiSecret, signatureSecret, signatureMethod } = given;
  const own = detail === undefined ? undefined : nameOf(`handler.${field}`);
  const names = own === undefined ? [] : [own as string];
  if (!apiKey) names.push(`VONAGE_${set}_API_KEY`);
  if (!apiSecret && !signatureSecret)
    names.push(`VONAGE_${set}_${signatureMethod ? "SIGNATURE" : "API"}_SECRET`);
  if (!apiSecret && signatureSecret && !signatureMethod) names.push(`VONAGE_${set}_SIGNATURE_METHOD`);
  // Secrets of both kinds.
  if (names.length === 0) names.push(`VONAGE_${set}_API_SECRET`);
  return [...new Set(names)];
}
