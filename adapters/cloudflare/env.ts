// The Worker's settings: every name, what it is for and its rules, in this one place.

import type { Credentials } from "../../src/credentials.ts";
import type { Traffic } from "../../src/report.ts";
import type { Fault } from "../../src/validation.ts";
import type { IncompleteConfiguration } from "../fetch/handler.ts";
import { type Brake, checkHandlerOptions, type HandlerConfig } from "../fetch/options.ts";
import type { TwoFactorConfig } from "../fetch/two-factor/options.ts";
import {
  checkLedgerSettings,
  isNamespace,
  type LedgerSettings,
  type ShardNamespace,
} from "./ledger/settings.ts";
import { cut, toList } from "./text.ts";
import {
  readTwoFactorSettings,
  type Senders,
  TWO_FACTOR_SETTINGS,
  type TwoFactorEnv,
} from "./two-factor/settings.ts";

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
  /** Origins whose pages may read the answers (CORS), separated likewise, or `*`. */
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
  /** Hours that a recorded report is remembered, 1 to 720; default 48. */
  readonly LEDGER_RETENTION_HOURS?: string;
  /** Megabytes that a shard may have on disk, 1 to 9000; default 8000. */
  readonly LEDGER_MAX_MB?: string;
  /** Milliseconds that a caller waits for Vonage before it gets 202, 1 to 30 000; default 2000. */
  readonly REPORT_BUDGET_MS?: string;
  /** The workflow's Durable Objects: the challenges, and the limits of what is sent. */
  readonly CHALLENGES?: ShardNamespace;
  readonly SEND_LIMITS?: ShardNamespace;
  /** Rate-limit bindings; without them there are no brakes. */
  readonly BRAKE_TOKEN?: Brake;
  readonly BRAKE_KEY?: Brake;
  readonly BRAKE_ANONYMOUS?: Brake;
}

/** What the environment says, complete. */
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
  const missing = new Set<string>();
  const invalid: { name: string; detail: string }[] = [];
  // wrangler.toml's [vars] may hold numbers, lists and tables.
  const settings: Settings = {};
  for (const name of SETTINGS) {
    const value: unknown = env[name] ?? "";
    if (typeof value === "string") settings[name] = value;
    else invalid.push({ name, detail: "must be text" });
  }

  const proxyKeys2fa = toPairs(settings.PROXY_KEYS_2FA, "2fa");
  const allowedOrigins = toList(settings.ALLOWED_ORIGINS);
  const twoFactorCredentials = toCredentials(settings, "2FA");
  const other = toCredentials(settings, "OTHER");
  const checked = checkHandlerOptions({
    credentials: { ...(twoFactorCredentials && { "2fa": twoFactorCredentials }), ...(other && { other }) },
    proxyKeys: [...proxyKeys2fa, ...toPairs(settings.PROXY_KEYS_OTHER, "other")],
    adminKeys: toList(settings.ADMIN_KEYS).map((pair) => {
      const [name, key] = cut(pair, ":");
      return { name, key };
    }),
    tokenSecrets: toList(settings.TOKEN_SECRETS).map((pair) => {
      const [kid, secret] = cut(pair, ":");
      return { kid, secret };
    }),
    ...(settings.TOKEN_AUDIENCE && { tokenAudience: settings.TOKEN_AUDIENCE }),
    allowedOrigins,
    ...(settings.VONAGE_BASE_URL && { baseUrl: settings.VONAGE_BASE_URL }),
    ...(settings.UPSTREAM_TIMEOUT_MS && { timeout: Number(settings.UPSTREAM_TIMEOUT_MS) }),
    brakes: {
      token: env.BRAKE_TOKEN || undefined,
      key: env.BRAKE_KEY || undefined,
      anonymous: env.BRAKE_ANONYMOUS || undefined,
    },
  });
  const ledger = checkLedgerSettings({
    ...(settings.LEDGER_SHARDS && { shards: toList(settings.LEDGER_SHARDS).map(Number) }),
    ...(settings.LEDGER_RETENTION_HOURS && { retentionHours: Number(settings.LEDGER_RETENTION_HOURS) }),
    ...(settings.LEDGER_MAX_MB && { maxMegabytes: Number(settings.LEDGER_MAX_MB) }),
    ...(settings.REPORT_BUDGET_MS && { budget: Number(settings.REPORT_BUDGET_MS) }),
    ...(env.LEDGER !== undefined && { namespace: env.LEDGER }),
  });
  const {
    isOn,
    config: twoFactor,
    faults: twoFactorFaults,
  } = readTwoFactorSettings(settings, {
    credentials: twoFactorCredentials,
    baseUrl: settings.VONAGE_BASE_URL,
    own,
  });
  for (const { name, rule } of twoFactorFaults) {
    if (settings[name as keyof Settings]) invalid.push({ name, detail: rule });
    else if (!env[name as keyof Env]) missing.add(name);
  }
  if (isOn) {
    for (const name of OBJECTS) {
      if (env[name] === undefined) missing.add(name);
      // The ledger's is checked with its settings.
      else if (name !== "LEDGER" && !isNamespace(env[name])) {
        invalid.push({ name, detail: "must be a Durable Object namespace" });
      }
    }
  }
  const complete = invalid.length === 0 && missing.size === 0;
  if (!Array.isArray(checked) && !Array.isArray(ledger) && complete) {
    return { config: checked as HandlerConfig, ledger: ledger as LedgerSettings, twoFactor };
  }

  const faults = [checked, ledger].flatMap((one) => (Array.isArray(one) ? (one as Fault[]) : []));
  for (const { field, rule } of faults) {
    for (const name of toNames(field, settings, proxyKeys2fa.length)) {
      if (settings[name as keyof Settings] || /^(BRAKE_|LEDGER$)/.test(name))
        invalid.push({ name, detail: rule });
      // What is not text is said already.
      else if (!env[name as keyof Env]) missing.add(name);
    }
  }
  return { missing: [...missing], invalid, allowedOrigins };
}

/** The variables and secrets. */
const SETTINGS = [
  "VONAGE_2FA_API_KEY",
  "VONAGE_2FA_API_SECRET",
  "VONAGE_2FA_SIGNATURE_SECRET",
  "VONAGE_2FA_SIGNATURE_METHOD",
  "VONAGE_2FA_VIA",
  "VONAGE_OTHER_API_KEY",
  "VONAGE_OTHER_API_SECRET",
  "VONAGE_OTHER_SIGNATURE_SECRET",
  "VONAGE_OTHER_SIGNATURE_METHOD",
  "VONAGE_OTHER_VIA",
  "PROXY_KEYS_2FA",
  "PROXY_KEYS_OTHER",
  "ADMIN_KEYS",
  "TOKEN_SECRETS",
  "TOKEN_AUDIENCE",
  "ALLOWED_ORIGINS",
  "VONAGE_BASE_URL",
  "UPSTREAM_TIMEOUT_MS",
  "LEDGER_SHARDS",
  "LEDGER_RETENTION_HOURS",
  "LEDGER_MAX_MB",
  "REPORT_BUDGET_MS",
  ...TWO_FACTOR_SETTINGS,
] as const satisfies readonly (keyof Env)[];

/** What the workflow keeps its state in, and reports through. */
const OBJECTS = ["CHALLENGES", "SEND_LIMITS", "LEDGER"] as const;

/** Those that are set. */
type Settings = Partial<Record<(typeof SETTINGS)[number], string>>;

const OPTION_NAMES: Readonly<Record<string, string>> = {
  proxyKeys: "PROXY_KEYS_2FA or TOKEN_SECRETS",
  tokenSecrets: "TOKEN_SECRETS",
  tokenAudience: "TOKEN_AUDIENCE",
  allowedOrigins: "ALLOWED_ORIGINS",
  baseUrl: "VONAGE_BASE_URL",
  timeout: "UPSTREAM_TIMEOUT_MS",
  adminKeys: "ADMIN_KEYS",
  namespace: "LEDGER",
  shards: "LEDGER_SHARDS",
  retentionHours: "LEDGER_RETENTION_HOURS",
  maxMegabytes: "LEDGER_MAX_MB",
  budget: "REPORT_BUDGET_MS",
};

/** The settings that a field of the handler's options came from, or should have come from. */
function toNames(field: string, settings: Settings, proxyKeys2fa: number): string[] {
  const [option = "", part = "", detail] = field.split(".");
  if (option === "proxyKeys" && part !== "")
    return [Number(part) < proxyKeys2fa ? "PROXY_KEYS_2FA" : "PROXY_KEYS_OTHER"];
  if (option === "brakes") return [`BRAKE_${part.toUpperCase()}`];
  if (option !== "credentials") return [OPTION_NAMES[option] ?? option];

  const set = part === "other" ? "OTHER" : "2FA";
  const { apiKey, apiSecret, signatureSecret, signatureMethod } = readCredentials(settings, set);
  const names =
    detail === undefined ? [] : [`VONAGE_${set}_${detail.replace(/[A-Z]/g, "_$&").toUpperCase()}`];
  // Whatever else is wrong with a set, what it lacks is named along: all of it, half of a signature, the secret.
  if (!apiKey) names.push(`VONAGE_${set}_API_KEY`);
  if (!apiSecret && !signatureSecret)
    names.push(`VONAGE_${set}_${signatureMethod ? "SIGNATURE" : "API"}_SECRET`);
  if (!apiSecret && signatureSecret && !signatureMethod) names.push(`VONAGE_${set}_SIGNATURE_METHOD`);
  // Secrets of both kinds.
  if (names.length === 0) names.push(`VONAGE_${set}_API_SECRET`);
  return [...new Set(names)];
}

function readCredentials(settings: Settings, set: "2FA" | "OTHER") {
  return {
    apiKey: settings[`VONAGE_${set}_API_KEY`],
    apiSecret: settings[`VONAGE_${set}_API_SECRET`],
    signatureSecret: settings[`VONAGE_${set}_SIGNATURE_SECRET`],
    signatureMethod: settings[`VONAGE_${set}_SIGNATURE_METHOD`],
    via: settings[`VONAGE_${set}_VIA`],
  };
}

/** A credential set as far as it is there; what it lacks is for the rules to say. */
function toCredentials(settings: Settings, set: "2FA" | "OTHER"): Credentials | undefined {
  const given = Object.entries(readCredentials(settings, set)).filter(([, value]) => value);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as unknown as Credentials);
}

const toPairs = (text: string | undefined, traffic: Traffic) =>
  toList(text).map((pair) => {
    const [name, key] = cut(pair, ":");
    return { name, key, traffic };
  });
