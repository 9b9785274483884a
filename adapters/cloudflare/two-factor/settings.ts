// Turns the workflow's settings into its configuration, or lists everything that is missing or wrong.

import { findFaults } from "../../../src/shared/validation.ts";
import {
  type TwoFactorConfig,
  type TwoFactorOptions,
  twoFactorSchema,
} from "../../http/two-factor/options.ts";
import type { Assembled, OptionTree, SettingFault } from "../settings/assemble.ts";
import { type SettingName, WORKFLOW_TEXTS } from "../settings/table.ts";
import { makeSenders } from "./senders.ts";

/** Senders by channel. */
export type Senders = TwoFactorOptions["senders"];

/**
 * Checks the workflow's settings. Without any of them the workflow is off, and `config` is `undefined`.
 *
 * @param own The operator's own senders, which replace those made here; `undefined`: this caller never sends, so senders
 * need not be set.
 */
export function checkWorkflowSettings(
  assembled: Assembled,
  own: Senders | undefined,
): {
  readonly isOn: boolean;
  readonly config: TwoFactorConfig | undefined;
  readonly faults: readonly SettingFault[];
} {
  const { options, isGiven, nameOf } = assembled;
  const isOn = WORKFLOW_TEXTS.some(isGiven);
  if (!isOn) return { isOn, config: undefined, faults: [] };
  const { shortCodeCountries: _, ...workflow } = (options.workflow ?? {}) as OptionTree;
  const { senders, faults: senderFaults } = makeSenders(assembled);
  const { webhooks, faults: trustFaults } = readTrust(workflow.webhooks as OptionTree | undefined);
  const { output, faults: wrong = [] } = findFaults(twoFactorSchema, {
    ...workflow,
    // The fault of an empty list ("must name…") is clearer than that of a missing one.
    codeSecrets: workflow.codeSecrets ?? [],
    countries: workflow.countries ?? [],
    senders: { ...senders, ...own },
    webhooks,
  });
  const faults = [...senderFaults, ...trustFaults];
  for (const { field, rule } of wrong) {
    const name = nameOf(`workflow.${field}`);
    // A sender's faults are named already, with its own settings.
    if (name !== undefined) faults.push({ name, rule });
  }
  if (own !== undefined && Object.keys(own).length === 0 && !SENDER_SETTINGS.some(isGiven)) {
    faults.push({ name: "SMS_FROM or VOICE_FROM", rule: "is required for sending" });
  }
  return { isOn, config: output, faults };
}

/** Each of them results in a sender, or in a fault that says why not. */
const SENDER_SETTINGS = [
  "SMS_FROM",
  "SHORT_CODE_COUNTRIES",
  "VOICE_APPLICATION_ID",
  "VOICE_PRIVATE_KEY",
  "VOICE_FROM",
] as const satisfies readonly SettingName[];

/** Reads the authentication of webhooks, and names settings that contradict each other. */
function readTrust(given: OptionTree = {}): {
  readonly webhooks: OptionTree | undefined;
  readonly faults: SettingFault[];
} {
  const { signatureSecret, signatureMethod, unsigned } = given;
  const faults: SettingFault[] = [];
  if (unsigned && signatureSecret) {
    faults.push({ name: "WEBHOOK_UNSIGNED", rule: "must not be set together with WEBHOOK_SIGNATURE_SECRET" });
  }
  if (signatureMethod && !signatureSecret) {
    faults.push({ name: "WEBHOOK_SIGNATURE_SECRET", rule: "is required with WEBHOOK_SIGNATURE_METHOD" });
  }
  if (signatureSecret) return { webhooks: { signatureSecret, signatureMethod }, faults };
  return { webhooks: unsigned ? { unsigned } : undefined, faults };
}
