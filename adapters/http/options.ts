// Checks the options and fills in their defaults. The Cloudflare adapter makes them from its environment.

import * as v from "valibot";
import { baseUrlSchema, DEFAULT_BASE_URL } from "../../src/client/base-url.ts";
import { credentialsSchema } from "../../src/client/credentials-schema.ts";
import { ConversionError } from "../../src/client/errors.ts";
import { fetchSchema } from "../../src/client/fetch-schema.ts";
import {
  callable,
  type Fault,
  field,
  findFaults,
  integer,
  listFaults,
  objectOf,
  oneOf,
  required,
  text,
} from "../../src/shared/validation.ts";
import { audienceSchema, tokenSecretSchema } from "../../src/token/token-secret.ts";
import { TRAFFICS } from "../../src/wire/report.ts";
import { allowedOriginSchema } from "./allowed-origin.ts";
import { findContradictions } from "./contradictions.ts";
import type { ConversionHandlerOptions } from "./handler-options.ts";
import type { LogEntry } from "./log.ts";
import type { RateLimit } from "./ports/rate-limit.ts";

const rateLimit = v.optional(
  field<RateLimit>(
    "an object with limit()",
    (value) => typeof (value as RateLimit | null)?.limit === "function",
  ),
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
  tokenAudience: audienceSchema,
  allowedOrigins: v.optional(v.array(allowedOriginSchema, "must be a list of origins"), []),
  baseUrl: v.optional(baseUrlSchema, DEFAULT_BASE_URL),
  timeout: v.optional(integer(1, 30_000), 4000),
  fetch: fetchSchema,
  // Looked up at each use, so that fake timers work.
  now: v.optional(callable<() => number>(), () => () => Date.now()),
  rateLimits: v.optional(objectOf({ token: rateLimit, key: rateLimit, anonymous: rateLimit }), {}),
  log: v.optional(callable<(entry: LogEntry) => void>()),
});

/** The options with every default filled in. */
export type HandlerConfig = v.InferOutput<typeof optionsSchema>;

/**
 * Checks the options and fills in their defaults.
 *
 * @returns The configuration, or every fault.
 */
export function checkHandlerOptions(options: ConversionHandlerOptions): HandlerConfig | readonly Fault[] {
  const { given, renamed } = takeRenamed(options);
  const { output, faults = [] } = findFaults(optionsSchema, given);
  const all = [...renamed, ...faults, ...findContradictions(options)];
  return output === undefined || all.length > 0 ? all : output;
}

/** @throws {ConversionError} `invalid_options`, with every fault and no value. */
export function resolveHandlerOptions(options: ConversionHandlerOptions): HandlerConfig {
  const checked = checkHandlerOptions(options);
  if (!Array.isArray(checked)) return checked as HandlerConfig;
  const faults: readonly Fault[] = checked;
  throw new ConversionError("invalid_options", `invalid_options, nothing is served: ${listFaults(faults)}`, {
    faults,
  });
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
