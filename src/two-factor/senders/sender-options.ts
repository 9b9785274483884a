// What the options of all senders have in common.

import * as v from "valibot";
import { baseUrlSchema, retryOption } from "../../client/options.ts";
import type { RetryOptions } from "../../client/retry.ts";
import { field, integer } from "../../shared/validation.ts";

export interface SharedSenderOptions {
  /**
   * Milliseconds for each attempt; 1 to 120 000.
   *
   * @default 5000
   */
  readonly timeout?: number;
  /**
   * When an attempt that Vonage clearly refused (too fast, or not now) is repeated; `false`: never. What may have
   * gone out is never repeated. The delays are those of "not now". A message that came too fast waits as long as the
   * refusal says, a second where it does not say, and takes its turn among the others of this sender: up to 5 seconds
   * altogether. What cannot go by then rejects with `throttled` and `retryAfter`.
   *
   * @default { attempts: 3, baseDelay: 200, maxDelay: 2000 }
   */
  readonly retry?: RetryOptions | false;
  /**
   * What sends the requests.
   *
   * @default globalThis.fetch
   */
  readonly fetch?: typeof fetch;
}

export interface ResolvedSenderOptions {
  readonly baseUrl: string;
  readonly timeout: number;
  readonly retry: Required<RetryOptions>;
  readonly fetch: typeof fetch;
}

export const SMS_BASE_URL = "https://rest.nexmo.com";

/** The entries of a sender's options that all senders have. */
export const senderEntries = (baseUrl: string) => ({
  baseUrl: v.optional(baseUrlSchema, baseUrl),
  timeout: v.optional(integer(1, 120_000), 5000),
  retry: retryOption({ attempts: 3, baseDelay: 200, maxDelay: 2000 }),
  fetch: v.optional(
    field<typeof fetch>("a function", (value) => typeof value === "function"),
    // Looked up at each call, and called without a `this`, which workerd insists on.
    () => (input: RequestInfo | URL, init?: RequestInit) => globalThis.fetch(input, init),
  ),
});
