// The Worker's settings: every name, what it is for and its rules, in this one place.

import type { Credentials } from "../../src/credentials.ts";
import type { Traffic } from "../../src/report.ts";
import type { IncompleteConfiguration } from "../fetch/handler.ts";
import { type Brake, checkHandlerOptions, type HandlerConfig } from "../fetch/options.ts";

/** Variables, secrets and bindings of the Worker. At least one of the two credential sets, and one kind of caller. */
export interface Env {
  /** API key for 2FA traffic. */
  readonly VONAGE_2FA_API_KEY?: string;
  /** Secret: its API secret… */
  readonly VONAGE_2FA_API_SECRET?: string;
  /** Secret: …or its signature secret, */
  readonly VONAGE_2FA_SIGNATURE_SECRET?: string;
  /** with the method: md5hash, md5, sha1, sha256 or sha512. */
  readonly VONAGE_2FA_SIGNATURE_METHOD?: string;
  /** API key for all other traffic, never the same. */
  readonly VONAGE_OTHER_API_KEY?: string;
  /** Secret. */
  readonly VONAGE_OTHER_API_SECRET?: string;
  /** Secret. */
  readonly VONAGE_OTHER_SIGNATURE_SECRET?: string;
  readonly VONAGE_OTHER_SIGNATURE_METHOD?: string;
  /** Secret: proxy keys for 2FA traffic, `name:key`, separated by commas or white space; keys of 32 characters or more. */
  readonly PROXY_KEYS_2FA?: string;
  /** Secret: proxy keys for all other traffic. */
  readonly PROXY_KEYS_OTHER?: string;
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
  /** Rate-limit bindings; without them there are no brakes. */
  readonly BRAKE_TOKEN?: Brake;
  readonly BRAKE_KEY?: Brake;
  readonly BRAKE_ANONYMOUS?: Brake;
}

/** Reads the environment into the handler's configuration, or says by name everything that is missing or wrong. */
export function readEnv(env: Env): { readonly config: HandlerConfig } | IncompleteConfiguration {
  const proxyKeys2fa = toPairs(env.PROXY_KEYS_2FA, "2fa");
  const twoFactor = toCredentials(env, "2FA");
  const other = toCredentials(env, "OTHER");
  const checked = checkHandlerOptions({
    credentials: { ...(twoFactor && { "2fa": twoFactor }), ...(other && { other }) },
    proxyKeys: [...proxyKeys2fa, ...toPairs(env.PROXY_KEYS_OTHER, "other")],
    tokenSecrets: toList(env.TOKEN_SECRETS).map((pair) => {
      const [kid, secret] = cut(pair);
      return { kid, secret };
    }),
    ...(env.TOKEN_AUDIENCE && { tokenAudience: env.TOKEN_AUDIENCE }),
    allowedOrigins: toList(env.ALLOWED_ORIGINS),
    ...(env.VONAGE_BASE_URL && { baseUrl: env.VONAGE_BASE_URL }),
    ...(env.UPSTREAM_TIMEOUT_MS && { timeout: Number(env.UPSTREAM_TIMEOUT_MS) }),
    brakes: { token: env.BRAKE_TOKEN, key: env.BRAKE_KEY, anonymous: env.BRAKE_ANONYMOUS },
  });
  if (!Array.isArray(checked)) return { config: checked as HandlerConfig };

  const missing = new Set<string>();
  const invalid: { name: string; detail: string }[] = [];
  for (const { field, fault } of checked) {
    for (const name of toNames(field, env, proxyKeys2fa.length)) {
      if (env[name as keyof Env]) invalid.push({ name, detail: fault });
      else missing.add(name);
    }
  }
  return { missing: [...missing], invalid };
}

const OPTION_NAMES: Readonly<Record<string, string>> = {
  proxyKeys: "PROXY_KEYS_2FA or TOKEN_SECRETS",
  tokenSecrets: "TOKEN_SECRETS",
  tokenAudience: "TOKEN_AUDIENCE",
  allowedOrigins: "ALLOWED_ORIGINS",
  baseUrl: "VONAGE_BASE_URL",
  timeout: "UPSTREAM_TIMEOUT_MS",
};

/** The settings that a field of the handler's options came from, or should have come from. */
function toNames(field: string, env: Env, proxyKeys2fa: number): string[] {
  const [option = "", part = "", detail] = field.split(".");
  if (option === "proxyKeys" && part !== "")
    return [Number(part) < proxyKeys2fa ? "PROXY_KEYS_2FA" : "PROXY_KEYS_OTHER"];
  if (option === "brakes") return [`BRAKE_${part.toUpperCase()}`];
  if (option !== "credentials") return [OPTION_NAMES[option] ?? option];

  const set = part === "other" ? "OTHER" : "2FA";
  if (detail !== undefined) return [`VONAGE_${set}_${detail.replace(/[A-Z]/g, "_$&").toUpperCase()}`];
  // The set as a whole: absent, without a secret, half of a signature, or with secrets of both kinds.
  const { apiKey, apiSecret, signatureSecret, signatureMethod } = readCredentials(env, set);
  if (apiSecret) return [`VONAGE_${set}_API_SECRET`];
  if (signatureSecret) return [`VONAGE_${set}_SIGNATURE_METHOD`];
  if (signatureMethod) return [`VONAGE_${set}_SIGNATURE_SECRET`];
  return [...(apiKey ? [] : [`VONAGE_${set}_API_KEY`]), `VONAGE_${set}_API_SECRET`];
}

function readCredentials(env: Env, set: "2FA" | "OTHER") {
  return {
    apiKey: env[`VONAGE_${set}_API_KEY`],
    apiSecret: env[`VONAGE_${set}_API_SECRET`],
    signatureSecret: env[`VONAGE_${set}_SIGNATURE_SECRET`],
    signatureMethod: env[`VONAGE_${set}_SIGNATURE_METHOD`],
  };
}

/** A credential set as far as it is there; what it lacks is for the rules to say. */
function toCredentials(env: Env, set: "2FA" | "OTHER"): Credentials | undefined {
  const given = Object.entries(readCredentials(env, set)).filter(([, value]) => value);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as unknown as Credentials);
}

const toList = (text = ""): string[] => text.split(/[\s,]+/).filter(Boolean);

const toPairs = (text: string | undefined, traffic: Traffic) =>
  toList(text).map((pair) => {
    const [name, key] = cut(pair);
    return { name, key, traffic };
  });

/** Cuts `name:secret` at the first colon. */
function cut(pair: string): [string, string] {
  const colon = pair.indexOf(":");
  return colon < 0 ? [pair, ""] : [pair.slice(0, colon), pair.slice(colon + 1)];
}
