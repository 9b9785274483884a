import * as v from "valibot";
import { baseUrlSchema } from "../../client/base-url.ts";
import { fetchSchema } from "../../client/fetch-schema.ts";
import { proxyKeySchema } from "../../client/proxy-key-schema.ts";
import type { RetryOptions } from "../../client/retry.ts";
import { retryOption } from "../../client/retry-schema.ts";
import { integer, objectOf, required } from "../../shared/validation.ts";

export interface TwoFactorClientOptions {
  /**
   * Base URL of the Worker: https, or http to localhost.
   *
   * @example
   * createTwoFactorClient({ endpoint: "https://conversions.shop.example", key });
   */
  readonly endpoint: string;
  /**
   * A proxy key of the Worker for 2FA traffic. Keep it on the server.
   *
   * @example
   * createTwoFactorClient({ endpoint, key: process.env.CONVERSIONS_KEY });
   *
   * @example
   * // In a Cloudflare Worker.
   * createTwoFactorClient({ endpoint, key: env.CONVERSIONS_KEY });
   */
  readonly key: string;
  /**
   * Milliseconds for each request, 1 to 120 000. A start or resend takes as long as Vonage does.
   *
   * @default 20_000
   *
   * @example
   * createTwoFactorClient({ endpoint, key, timeout: 8000 });
   */
  readonly timeout?: number;
  /**
   * Repeats a start, check or resend under its idempotency key, so that nothing is sent or counted twice: after a
   * broken connection, a timeout, a 5xx from something other than the Worker, or when the Worker could not store it.
   * Durations are in milliseconds. Requires a Worker of version 0.2.0 or later, which the client reads from `/health`.
   * `false` turns it off.
   *
   * @default { attempts: 3, baseDelay: 250, maxDelay: 2000 }
   *
   * @example
   * // Answer the user sooner, and let the form repeat the call.
   * createTwoFactorClient({ endpoint, key, timeout: 8000, retry: false });
   */
  readonly retry?: RetryOptions | false;
  /**
   * Sends the requests.
   *
   * @default globalThis.fetch
   *
   * @example
   * // In a Cloudflare Worker, through a service binding.
   * createTwoFactorClient({ endpoint, key, fetch: (input, init) => env.CONVERSIONS.fetch(input, init) });
   */
  readonly fetch?: typeof fetch;
}

export const twoFactorClientSchema = objectOf({
  endpoint: required(baseUrlSchema),
  key: required(proxyKeySchema),
  timeout: v.optional(integer(1, 120_000), 20_000),
  retry: retryOption({ attempts: 3, baseDelay: 250, maxDelay: 2000 }),
  fetch: fetchSchema,
});

/** The options, complete. */
export type ResolvedClientOptions = v.InferOutput<typeof twoFactorClientSchema>;
