// The workflow's settings: from the environment to its configuration, or everything that is missing or wrong.

import { findFaults } from "../../../src/shared/validation.ts";
import {
  type TwoFactorConfig,
  type TwoFactorOptions,
  twoFactorSchema,
} from "../../http/two-factor/options.ts";
import type { Assembled, OptionTree, SettingFault } from "../settings/assemble.ts";
import { WORKFLOW_TEXTS } from "../settings/table.ts";
import { makeSenders } from "./senders.ts";

/** Variables and secrets of the workflow. All are text. */
export interface TwoFactorEnv {
  /** Secret: what codes are hashed with, `kid:secret`, separated by commas or white space; the first hashes, all verify. With it the workflow is on. */
  readonly TWO_FACTOR_SECRETS?: string;
  /** Who asks for the code, as users know it, where a request does not say. */
  readonly TWO_FACTOR_BRAND?: string;
  /** Where codes may go: ISO 3166 alpha-2 codes, `*` for every country, `001` for numbers of none, `-XX` for not there. */
  readonly TWO_FACTOR_COUNTRIES?: string;
  /** Which types of numbers get codes, `sms=mobile voice=mobile+landline`, which is the default. */
  readonly TWO_FACTOR_NUMBER_TYPES?: string;
  /** The country that numbers without `+` are written for: ISO 3166 alpha-2. */
  readonly TWO_FACTOR_DEFAULT_COUNTRY?: string;
  /** Digits of a code, 4 to 10; default 6. */
  readonly TWO_FACTOR_CODE_LENGTH?: string;
  /** Codes that may be tried, 1 to 10; default 5. */
  readonly TWO_FACTOR_ATTEMPTS?: string;
  /** Seconds that a code is taken, 30 to 3600; default 300. */
  readonly TWO_FACTOR_LIFETIME_S?: string;
  /** Seconds before a further message may be asked for, 5 to 600; default 30. */
  readonly TWO_FACTOR_COOLDOWN_S?: string;
  /** Messages of one challenge, 1 to 10; default 4. */
  readonly TWO_FACTOR_MESSAGES?: string;
  /** Messages in so many seconds, `number=5/3600 prefix=20/3600 address=10/3600 caller=1000/3600 total=2000/3600`; `country`, for each country, has no default. */
  readonly TWO_FACTOR_LIMITS?: string;
  /** Who sends text messages: a number, or a name of up to 11 characters; then exceptions, `US=12015550100`. */
  readonly SMS_FROM?: string;
  /** Texts of one's own by locale or country, a JSON object. */
  readonly TWO_FACTOR_TEXTS?: string;
  /** Ids of countries' registers, `IN=entity-id/content-id`. */
  readonly SMS_REGISTRATIONS?: string;
  /** Where delivery receipts go, if not where the account's settings say. */
  readonly SMS_CALLBACK_URL?: string;
  /** Countries that get their codes from the account's US short code: US, CA or both. */
  readonly SHORT_CODE_COUNTRIES?: string;
  /** Id of the Vonage application that makes calls. */
  readonly VOICE_APPLICATION_ID?: string;
  /** Secret: its private key, PKCS8 in PEM. */
  readonly VOICE_PRIVATE_KEY?: string;
  /** Who calls: a Vonage number. */
  readonly VOICE_FROM?: string;
  /** Where the SMS API is; default `https://rest.nexmo.com`. */
  readonly VONAGE_REST_BASE_URL?: string;
  /** Secret: the account's signature secret, for webhooks. */
  readonly WEBHOOK_SIGNATURE_SECRET?: string;
  /** With the method: md5hash, md5, sha1, sha256 or sha512; default any. */
  readonly WEBHOOK_SIGNATURE_METHOD?: string;
  /** `accept`: webhooks are believed unsigned. */
  readonly WEBHOOK_UNSIGNED?: string;
}

/** How messages go out, by channel. */
export type Senders = TwoFactorOptions["senders"];

/**
 * Checks the workflow's settings: `config` is `undefined` where nothing of it is set, which turns it off.
 *
 * @param own The operator's own senders, in place of those made here; `undefined`: nothing is sent from here at all.
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
    // An empty list is a better answer to "must name…" than no list.
    codeSecrets: workflow.codeSecrets ?? [],
    countries: workflow.countries ?? [],
    senders: { ...senders, ...own },
    webhooks,
  });
  const faults = [...senderFaults, ...trustFaults];
  for (const { field, rule } of wrong) {
    const name = nameOf(`workflow.${field}`);
    // A sender's faults are named already, by its own settings.
    if (name !== undefined) faults.push({ name, rule });
  }
  if (own !== undefined && Object.keys(own).length === 0 && !SENDER_SETTINGS.some(isGiven)) {
    faults.push({ name: "SMS_FROM or VOICE_FROM", rule: "is needed to send anything" });
  }
  return { isOn, config: output, faults };
}

/** With one of them there is a sender, or a fault that says why not. */
const SENDER_SETTINGS = [
  "SMS_FROM",
  "SHORT_CODE_COUNTRIES",
  "VOICE_APPLICATION_ID",
  "VOICE_PRIVATE_KEY",
  "VOICE_FROM",
] as const satisfies readonly (keyof TwoFactorEnv)[];

/** Which webhooks are believed: the rules between the settings, in the settings' own words. */
function readTrust(given: OptionTree = {}): {
  readonly webhooks: OptionTree | undefined;
  readonly faults: SettingFault[];
} {
  const { signatureSecret, signatureMethod, unsigned } = given;
  const faults: SettingFault[] = [];
  if (unsigned && signatureSecret) {
    faults.push({ name: "WEBHOOK_UNSIGNED", rule: "must not be set beside WEBHOOK_SIGNATURE_SECRET" });
  }
  if (signatureMethod && !signatureSecret) {
    faults.push({ name: "WEBHOOK_SIGNATURE_SECRET", rule: "is needed beside the method" });
  }
  if (signatureSecret) return { webhooks: { signatureSecret, signatureMethod }, faults };
  return { webhooks: unsigned ? { unsigned } : undefined, faults };
}
