// Turns the caller's options into one complete, frozen object. No other file of the client knows the defaults.

import * as v from "valibot";
import { callable, integer, objectOf, text, validate } from "../shared/validation.ts";
import { baseUrlSchema, DEFAULT_BASE_URL } from "./base-url.ts";
import type { Identity } from "./credentials.ts";
import { credentialsSchema } from "./credentials-schema.ts";
import { fetchSchema } from "./fetch-schema.ts";
import type { AttemptEvent, ConversionClientOptions } from "./options.ts";
import { proxyKeySchema } from "./proxy-key-schema.ts";
import type { RetryOptions } from "./retry.ts";
import { retryOption } from "./retry-schema.ts";
import { signalSchema } from "./signal-schema.ts";

export interface ResolvedOptions {
  readonly baseUrl: string;
  readonly identity: Identity;
  readonly timeout: number;
  readonly retry: Required<RetryOptions>;
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal | undefined;
  readonly onAttempt?: ((event: AttemptEvent) => void) | undefined;
}

const optionsSchema = v.pipe(
  objectOf({
    credentials: v.optional(credentialsSchema),
    baseUrl: v.optional(baseUrlSchema),
    endpoint: v.optional(baseUrlSchema),
    token: v.optional(text("a report token (a JWT)", /^[\w-]+\.[\w-]+\.[\w-]+$/)),
    key: v.optional(proxyKeySchema),
    timeout: v.optional(integer(1, 120_000), 10_000),
    retry: retryOption({ attempts: 3, baseDelay: 250, maxDelay: 10_000 }),
    fetch: fetchSchema,
    signal: signalSchema,
    onAttempt: v.optional(callable<(event: AttemptEvent) => void>()),
  }),
  v.check(
    ({ credentials, baseUrl, endpoint, token, key }) =>
      credentials ? !endpoint && !token && !key : endpoint !== undefined && !baseUrl && !token !== !key,
    "must hold either credentials (and baseUrl), or endpoint and one of token and key",
  ),
);

/**
 * Checks and completes a client's options.
 *
 * @throws {ConversionError} `invalid_options`, naming every field at fault.
 */
export function resolveOptions(options: ConversionClientOptions): ResolvedOptions {
  const {
    credentials,
    endpoint,
    token,
    key = "",
    baseUrl,
    ...others
  } = validate(optionsSchema, options, "invalid_options");
  const identity: Identity = credentials
    ? { kind: "account", credentials }
    : token
      ? { kind: "token", token }
      : { kind: "key", key };
  return Object.freeze({ ...others, baseUrl: endpoint ?? baseUrl ?? DEFAULT_BASE_URL, identity });
}
