import * as v from "valibot";
import { baseUrlSchema } from "../client/base-url.ts";
import { fetchSchema } from "../client/fetch-schema.ts";
import { proxyKeySchema } from "../client/proxy-key-schema.ts";
import type { RetryOptions } from "../client/retry.ts";
import { retryOption } from "../client/retry-schema.ts";
import { signalSchema } from "../client/signal-schema.ts";
import { integer, objectOf, required } from "../shared/validation.ts";

export interface TrackingClientOptions {
  /**
   * The Worker's base URL: https, or http to localhost. The Worker needs a ledger.
   *
   * @example
   * createTrackingClient({ endpoint: "https://conversions.shop.example", key });
   */
  readonly endpoint: string;
  /**
   * One of the Worker's proxy keys. Keep it on the server.
   *
   * @example
   * createTrackingClient({ endpoint, key: env.CONVERSIONS_KEY });
   */
  readonly key: string;
  /**
   * Milliseconds to wait for each request's answer; 1 to 120 000.
   *
   * @default 10_000
   * @example
   * createTrackingClient({ endpoint, key, timeout: 2000 });
   */
  readonly timeout?: number;
  /**
   * The rules for retries of requests that may succeed unchanged, or `false` to send one request only. Fields left out
   * keep their defaults. A message that is tracked twice stays one message, and expires `expiresIn` seconds after the
   * last request.
   *
   * @default { attempts: 3, baseDelay: 250, maxDelay: 10_000 }
   * @example
   * // On the way of a login: one request, no waiting.
   * createTrackingClient({ endpoint, key, retry: false });
   */
  readonly retry?: RetryOptions | false;
  /**
   * Sends the requests. The default is looked up at each request, so instrumentation installed later applies.
   *
   * @default globalThis.fetch
   * @example
   * // In tests: no network.
   * const answer = { expiresAt: "2026-11-25T12:05:00.000Z" };
   * createTrackingClient({ endpoint, key, fetch: async () => Response.json(answer, { status: 201 }) });
   */
  readonly fetch?: typeof fetch;
  /**
   * Stops every call of this client when aborted, including those in progress. They reject with `aborted`.
   *
   * @default none
   * @example
   * const shutdown = new AbortController();
   * createTrackingClient({ endpoint, key, signal: shutdown.signal });
   */
  readonly signal?: AbortSignal;
}

export const trackingClientSchema = objectOf({
  endpoint: required(baseUrlSchema),
  key: required(proxyKeySchema),
  timeout: v.optional(integer(1, 120_000), 10_000),
  retry: retryOption({ attempts: 3, baseDelay: 250, maxDelay: 10_000 }),
  fetch: fetchSchema,
  signal: signalSchema,
});
