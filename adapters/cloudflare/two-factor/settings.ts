// The workflow's settings: from the environment to its configuration, or everything that is missing or wrong.

import type { Credentials } from "../../../src/credentials.ts";
import type { SignatureMethod } from "../../../src/signature-method.ts";
import { LIMIT_KINDS } from "../../../src/two-factor/limits.ts";
import { findFaults } from "../../../src/validation.ts";
import {
  type TwoFactorConfig,
  type TwoFactorOptions,
  twoFactorSchema,
} from "../../fetch/two-factor/options.ts";
import { cut, toList } from "../text.ts";
import { makeSenders } from "./senders.ts";

/** Variables and secrets of the workflow. All are text. */
export interface TwoFactorEnv {
  /** Secret: what codes are hashed with, `kid:secret`, separated by commas or white space; the first hashes, all verify. With it the workflow is on. */
  readonly TWO_FACTOR_SECRETS?: string;
  /** Who asks for the code, as users know it, where a request does not say. */
  readonly TWO_FACTOR_BRAND?: string;
  /** Where codes may go: ISO 3166 alpha-2 codes, `*` for everywhere, `-XX` for not there. */
  readonly TWO_FACTOR_COUNTRIES?: string;
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
  /** Messages in so many seconds, `number=5/3600 prefix=20/3600 caller=1000/3600 total=2000/3600`. */
  readonly TWO_FACTOR_LIMITS?: string;
  /** Who sends text messages: a number, or a name of up to 11 characters. */
  readonly SMS_FROM?: string;
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

export const TWO_FACTOR_SETTINGS = [
  "TWO_FACTOR_SECRETS",
  "TWO_FACTOR_BRAND",
  "TWO_FACTOR_COUNTRIES",
  "TWO_FACTOR_CODE_LENGTH",
  "TWO_FACTOR_ATTEMPTS",
  "TWO_FACTOR_LIFETIME_S",
  "TWO_FACTOR_COOLDOWN_S",
  "TWO_FACTOR_MESSAGES",
  "TWO_FACTOR_LIMITS",
  "SMS_FROM",
  "SMS_CALLBACK_URL",
  "SHORT_CODE_COUNTRIES",
  "VOICE_APPLICATION_ID",
  "VOICE_PRIVATE_KEY",
  "VOICE_FROM",
  "VONAGE_REST_BASE_URL",
  "WEBHOOK_SIGNATURE_SECRET",
  "WEBHOOK_SIGNATURE_METHOD",
  "WEBHOOK_UNSIGNED",
] as const satisfies readonly (keyof TwoFactorEnv)[];

/** How messages go out, by channel. */
export type Senders = TwoFactorOptions["senders"];

/** What the workflow shares with the rest. */
export interface Surroundings {
  readonly credentials: Credentials | undefined;
  /** Where the Voice API is. */
  readonly baseUrl: string | undefined;
  /** The operator's own senders, in place of those made here; `undefined`: nothing is sent from here at all. */
  readonly own: Senders | undefined;
}

/** A setting that is wrong; one that is not there is missing. */
export interface SettingFault {
  readonly name: string;
  readonly rule: string;
}

export type Settings = { readonly [N in keyof TwoFactorEnv]: string };

const FIELDS: Readonly<Record<string, keyof TwoFactorEnv>> = {
  codeSecrets: "TWO_FACTOR_SECRETS",
  brand: "TWO_FACTOR_BRAND",
  countries: "TWO_FACTOR_COUNTRIES",
  codeLength: "TWO_FACTOR_CODE_LENGTH",
  attempts: "TWO_FACTOR_ATTEMPTS",
  lifetime: "TWO_FACTOR_LIFETIME_S",
  cooldown: "TWO_FACTOR_COOLDOWN_S",
  maxMessages: "TWO_FACTOR_MESSAGES",
  limits: "TWO_FACTOR_LIMITS",
  "webhooks.signatureSecret": "WEBHOOK_SIGNATURE_SECRET",
  "webhooks.signatureMethod": "WEBHOOK_SIGNATURE_METHOD",
};

/** Reads the workflow's settings: `config` is `undefined` where nothing of it is set, which turns it off. */
export function readTwoFactorSettings(
  settings: Settings,
  { credentials, baseUrl, own }: Surroundings,
): {
  readonly isOn: boolean;
  readonly config: TwoFactorConfig | undefined;
  readonly faults: readonly SettingFault[];
} {
  const isOn = TWO_FACTOR_SETTINGS.some((name) => settings[name]);
  if (!isOn) return { isOn, config: undefined, faults: [] };
  const faults: SettingFault[] = [];
  const senders = makeSenders(settings, credentials, baseUrl, faults);
  const { output, faults: wrong = [] } = findFaults(twoFactorSchema, {
    codeSecrets: toList(settings.TWO_FACTOR_SECRETS).map((pair) => {
      const [kid, secret] = cut(pair, ":");
      return { kid, secret };
    }),
    senders: { ...senders, ...own },
    brand: settings.TWO_FACTOR_BRAND,
    countries: toList(settings.TWO_FACTOR_COUNTRIES),
    codeLength: toNumber(settings.TWO_FACTOR_CODE_LENGTH),
    attempts: toNumber(settings.TWO_FACTOR_ATTEMPTS),
    lifetime: toNumber(settings.TWO_FACTOR_LIFETIME_S),
    cooldown: toNumber(settings.TWO_FACTOR_COOLDOWN_S),
    maxMessages: toNumber(settings.TWO_FACTOR_MESSAGES),
    limits: readLimits(settings, faults),
    webhooks: readTrust(settings, faults),
  });
  for (const { field, rule } of wrong) {
    const [option = ""] = field.split(".");
    // What is wrong with a sender is said already, by its settings' names.
    if (option !== "senders") faults.push({ name: FIELDS[field] ?? FIELDS[option] ?? option, rule });
  }
  const none = Object.keys({ ...senders, ...own }).length === 0;
  if (own !== undefined && none && faults.every(({ name }) => !/^(SMS|VOICE|SHORT)_/.test(name))) {
    faults.push({ name: "SMS_FROM or VOICE_FROM", rule: "is needed to send anything" });
  }
  return { isOn, config: output, faults };
}

function readLimits(settings: Settings, faults: SettingFault[]): object {
  const entries = toList(settings.TWO_FACTOR_LIMITS).map((text) => {
    const [, kind = "", messages, seconds] = /^(\w+)=(\d{1,7})\/(\d{1,5})$/.exec(text) ?? [];
    return [kind, { messages: Number(messages), period: Number(seconds) * 1000 }] as const;
  });
  if (entries.every(([kind]) => LIMIT_KINDS.some((known) => known === kind)))
    return Object.fromEntries(entries);
  const rule = `must be ${LIMIT_KINDS.join(", ")}, each as number=5/3600: messages in so many seconds`;
  faults.push({ name: "TWO_FACTOR_LIMITS", rule });
  return {};
}

function readTrust(settings: Settings, faults: SettingFault[]): TwoFactorOptions["webhooks"] {
  const {
    WEBHOOK_SIGNATURE_SECRET: signatureSecret,
    WEBHOOK_SIGNATURE_METHOD: method,
    WEBHOOK_UNSIGNED: unsigned,
  } = settings;
  if (unsigned && unsigned !== "accept") {
    faults.push({ name: "WEBHOOK_UNSIGNED", rule: "must be accept, or not be set" });
  }
  if (unsigned && signatureSecret) {
    faults.push({ name: "WEBHOOK_UNSIGNED", rule: "must not be set beside WEBHOOK_SIGNATURE_SECRET" });
  }
  if (signatureSecret)
    return { signatureSecret, ...(method && { signatureMethod: method as SignatureMethod }) };
  if (method) faults.push({ name: "WEBHOOK_SIGNATURE_SECRET", rule: "is needed beside the method" });
  return unsigned ? { unsigned: true } : undefined;
}

const toNumber = (text: string | undefined) => (text ? Number(text) : undefined);
