// The options that all senders share.

import * as v from "valibot";
import { baseUrlSchema } from "../../client/base-url.ts";
import { fetchSchema } from "../../client/fetch-schema.ts";
import type { RetryOptions } from "../../client/retry.ts";
import { retryOption } from "../../client/retry-schema.ts";
import { integer } from "../../shared/validation.ts";

export interface SharedSenderOptions {
  /**
   * Milliseconds for each request to Vonage, 1 to 120 000.
   *
   * @default 5000
   *
   * @example
   * createSmsSender({ credentials, from: "Acme", timeout: 3000 });
   */
  readonly timeout?: number;
  /**
   * Repeats a request that Vonage clearly refused for now (`throttled` or `unavailable`); `false` turns it off. A message
   * that may have gone out is never repeated. The delays, in milliseconds, apply to `unavailable`. A throttled message
   * waits as long as Vonage says, or one second, and takes its turn among the others of its sender: up to 5 seconds in
   * all. After that it rejects with `throttled` and `retryAfter`.
   *
   * @default { attempts: 3, baseDelay: 200, maxDelay: 2000 }
   *
   * @example
   * // Fail at once, and let the caller try another sender.
   * createSmsSender({ credentials, from: "Acme", retry: false });
   */
  readonly retry?: RetryOptions | false;
  /**
   * Sends the requests.
   *
   * @default globalThis.fetch
   *
   * @example
   * // Without network and account: the sandbox instead of Vonage.
   * createSmsSender({ credentials, from: "Acme", fetch: sandbox.fetch });
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

/** The schema entries of {@link SharedSenderOptions}. */
export const senderEntries = (baseUrl: string) => ({
  baseUrl: v.optional(baseUrlSchema, baseUrl),
  timeout: v.optional(integer(1, 120_000), 5000),
  retry: retryOption({ attempts: 3, baseDelay: 200, maxDelay: 2000 }),
  fetch: fetchSchema,
});
