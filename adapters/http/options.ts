// What the handler is made from, and the rules for it. The Cloudflare adapter fills it from its environment.

import * as v from "valibot";
import type { Credentials } from "../../src/client/credentials.ts";
import { ConversionError } from "../../src/client/errors.ts";
import { baseUrlSchema, credentialsSchema, DEFAULT_BASE_URL } from "../../src/client/options.ts";
import {
  type Fault,
  field,
  findFaults,
  integer,
  objectOf,
  oneOf,
  required,
  text,
} from "../../src/shared/validation.ts";
import { DEFAULT_AUDIENCE, type TokenSecret, tokenSecretSchema } from "../../src/token/token-secret.ts";
import { TRAFFICS, type Traffic } from "../../src/wire/report.ts";
import { allowedOriginSchema } from "./allowed-origin.ts";
import type { LogEntry } from "./log.ts";
import type { RateLimit, RateLimits } from "./ports/rate-limit.ts";

/** A key for servers that report through the handler. */
export interface ProxyKey {
  /** Its name in logs, and the user name or `api_key` of SDKs: 1 to 40 letters, digits, `_` or `-`. */
  readonly name: string;
  /** 32 to 200 letters, digits, `_`, `~` or `-`; for instance from `openssl rand -hex 32`. */
  readonly key: string;
  /**
   * Which credentials its reports go with. As at Vonage, one key reports one kind of traffic.
   *
   * @default "2fa"
   */
  readonly traffic?: Traffic;
}

/** A key for the operator: it opens the ledger's lists and `POST /doctor`, and reports nothing. */
export interface AdminKey {
  /** Its name in logs: 1 to 40 letters, digits, `_` or `-`. */
  readonly name: string;
  /** 32 to 200 letters, digits, `_`, `~` or `-`; not one of the proxy keys. */
  readonly key: string;
}

export interface ConversionHandlerOptions {
  /** Vonage credentials by traffic; at least one, and never the same API key for both. */
  readonly credentials: { readonly "2fa"?: Credentials; readonly other?: Credentials };
  /** Who may report from servers. */
  readonly proxyKeys?: readonly ProxyKey[];
  /**
   * Who may look at the ledger, have reports sent again, and ask whether Vonage takes the credentials.
   *
   * @default []
   */
  readonly adminKeys?: readonly AdminKey[];
  /** What report tokens may be signed with; the first signs those of tracked messages. Without proxy keys and token secrets nothing is served. */
  readonly tokenSecrets?: readonly TokenSecret[];
  /**
   * Whom report tokens must be for.
   *
   * @default "vonage-conversion"
   */
  readonly tokenAudience?: string;
  /**
   * Origins whose pages may read the answers (CORS), or `"*"`. This is no authentication. Each as browsers send it:
   * `https://shop.example`, without a path and in lower case; those of apps too, such as `capacitor://localhost`.
   *
   * @default []
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * Where Vonage is; https, or http to localhost.
   *
   * @default "https://api.nexmo.com"
   */
  readonly baseUrl?: string;
  /**
   * Milliseconds for an attempt to reach Vonage; 1 to 30 000. A second attempt follows where the first may be repeated.
   *
   * @default 4000
   */
  readonly timeout?: number;
  /**
   * What sends requests to Vonage.
   *
   * @default globalThis.fetch
   */
  readonly fetch?: typeof fetch;
  /**
   * Rate limits by kind of caller. A request above its limit is answered 429 with `Retry-After: 10`.
   *
   * @default none
   * @example
   * createConversionHandler({ credentials, proxyKeys, rateLimits: { anonymous: env.RATE_LIMIT_ANONYMOUS } });
   */
  readonly rateLimits?: RateLimits;
  /**
   * Takes one entry for each request.
   *
   * @default one line of JSON to the console
   */
  readonly log?: (entry: LogEntry) => void;
}

const isFunction = (value: unknown) => typeof value === "function";
const rateLimit = v.optional(
  field<RateLimit>("an object with limit()", (value) => isFunction((value as RateLimit | null)?.limit)),
);

const namedKey = {
  name: required(text("1 to 40 letters, digits, _ or -", /^[\w-]{1,40}$/)),
  key: required(text("32 to 200 letters, digits, _, ~ or -", /^[\w~-]{32,200}$/)),
};
const proxyKeySchema = objectOf({ ...namedKey, traffic: v.optional(oneOf(TRAFFICS), "2fa") });

const optionsSchema = objectOf({
  credentials: required(
    objectOf({ "2fa": v.optional(credentialsSchema), other: v.optional(credentialsSchema) }),
  ),
  proxyKeys: v.optional(v.array(proxyKeySchema, "must be a list of proxy keys"), []),
  adminKeys: v.optional(v.array(objectOf(namedKey), "must be a list of admin keys"), []),
  tokenSecrets: v.optional(v.array(tokenSecretSchema, "must be a list of token secrets"), []),
  tokenAudience: v.optional(text("1 to 200 characters", /^\P{Cc}{1,200}$/u), DEFAULT_AUDIENCE),
  allowedOrigins: v.optional(v.array(allowedOriginSchema, "must be a list of origins"), []),
  baseUrl: v.optional(baseUrlSchema, DEFAULT_BASE_URL),
  timeout: v.optional(integer(1, 30_000), 4000),
  fetch: v.optional(field<typeof fetch>("a function", isFunction)),
  rateLimits: v.optional(objectOf({ token: rateLimit, key: rateLimit, anonymous: rateLimit }), {}),
  log: v.optional(field<(entry: LogEntry) => void>("a function", isFunction)),
});

/** The handler's options, complete. */
export type HandlerConfig = v.InferOutput<typeof optionsSchema>;

/**
 * Checks and completes a handler's options.
 *
 * @returns The configuration, or everything that is wrong, by field.
 */
export function checkHandlerOptions(options: ConversionHandlerOptions): HandlerConfig | readonly Fault[] {
  const { given, renamed } = takeRenamed(options);
  const { output, faults = [] } = findFaults(optionsSchema, given);
  const all = [...renamed, ...faults, ...findContradictions(options)];
  return output === undefined || all.length > 0 ? all : output;
}

/** @throws {ConversionError} `invalid_options`, with everything that is wrong and none of the values. */
export function resolveHandlerOptions(options: ConversionHandlerOptions): HandlerConfig {
  const checked = checkHandlerOptions(options);
  if (!Array.isArray(checked)) return checked as HandlerConfig;
  const list = checked.map((one: Fault) => `${one.field} ${one.fault}`).join("; ");
  throw new ConversionError("invalid_options", `invalid_options, nothing is served: ${list}`);
}

/** Takes out the option that had another name up to 0.1.0, so that its only fault names the new one. */
function takeRenamed(options: object): { readonly given: unknown; readonly renamed: Fault[] } {
  if (typeof options !== "object" || options === null || !("brakes" in options)) {
    return { given: options, renamed: [] };
  }
  const { brakes, ...given } = options;
  const rule = "is now called rateLimits";
  return { given, renamed: [{ field: "brakes", fault: rule, rule }] };
}

/** What is wrong between fields. Looks at unchecked options, so that one answer can list every fault. */
function findContradictions(options: Partial<ConversionHandlerOptions> | undefined): Fault[] {
  const { "2fa": twoFactor, other } = options?.credentials ?? {};
  const proxyKeys = asList(options?.proxyKeys);
  const adminKeys = asList(options?.adminKeys);
  const tokenSecrets = asList(options?.tokenSecrets);
  const faults: Fault[] = [];
  const add = (field: string, rule: string) => faults.push({ field, fault: rule, rule });

  if (!twoFactor && !other) add("credentials.2fa", "or credentials.other is needed to report anything");
  if (twoFactor?.apiKey !== undefined && twoFactor.apiKey === other?.apiKey) {
    add(
      "credentials.other.apiKey",
      "is the key of 2fa too: Vonage wants 2FA and all other traffic on different keys",
    );
  }
  if (proxyKeys.length === 0 && tokenSecrets.length === 0) {
    add("proxyKeys", "or tokenSecrets is needed: without, anybody could report");
  }
  for (const traffic of TRAFFICS) {
    const served = options?.credentials?.[traffic] !== undefined;
    const wanted = proxyKeys.some((one) => (one?.traffic ?? "2fa") === traffic);
    if (!served && wanted) add(`credentials.${traffic}`, "is needed for the proxy keys of that traffic");
  }
  for (const field of [
    ...findRepeated(proxyKeys, "proxyKeys", "name"),
    ...findRepeated(proxyKeys, "proxyKeys", "key"),
    ...findRepeated(adminKeys, "adminKeys", "name"),
    ...findRepeated(adminKeys, "adminKeys", "key"),
    ...findRepeated(tokenSecrets, "tokenSecrets", "kid"),
  ]) {
    add(field, "is given more than once");
  }
  adminKeys.forEach((admin, at) => {
    if (admin?.key !== undefined && proxyKeys.some((one) => one?.key === admin.key)) {
      add(`adminKeys.${at}.key`, "is a proxy key too: who may report must not thereby see the ledger");
    }
  });
  return faults;
}

function findRepeated<T>(list: readonly T[], option: string, name: keyof T & string): string[] {
  const values = list.map((one) => one?.[name]);
  return values.flatMap((value, at) =>
    value !== undefined && values.indexOf(value) < at ? [`${option}.${at}.${name}`] : [],
  );
}

const asList = <T>(value: readonly T[] | undefined): readonly T[] => (Array.isArray(value) ? value : []);
