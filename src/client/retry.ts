// Decides when to retry, as pure functions; the client does the waiting.

/**
 * The rules for retries of a failed request. Only failures that may succeed unchanged are retried: see `retryable` in
 * {@link ConversionErrorCode}.
 */
export interface RetryOptions {
  /**
   * Maximum number of requests, including the first; 1 to 10.
   *
   * @default 3
   * @example
   * createConversionClient({ credentials, retry: { attempts: 5 } });
   */
  readonly attempts?: number;
  /**
   * Upper bound of the first wait, in milliseconds; 0 to 60 000. It doubles with each retry, and each wait is a random
   * part of it.
   *
   * @default 250
   * @example
   * // Waits of up to 1, 2, 4 and 8 seconds.
   * createConversionClient({ credentials, retry: { attempts: 5, baseDelay: 1000 } });
   */
  readonly baseDelay?: number;
  /**
   * Upper bound of every wait, in milliseconds; 0 to 300 000. It also caps the server's `Retry-After`.
   *
   * @default 10_000
   * @example
   * // Honour a `Retry-After` of up to a minute.
   * createConversionClient({ credentials, retry: { maxDelay: 60_000 } });
   */
  readonly maxDelay?: number;
}

/**
 * Computes the wait before the next request, after a failure that is retryable.
 *
 * Full jitter (a uniform random part of an exponentially growing bound) keeps clients that failed together from
 * retrying together. The server's `Retry-After` takes precedence, capped at `maxDelay`.
 *
 * @param attempt Number of requests sent so far, from 1.
 * @param retryAfter The server's `Retry-After`, in milliseconds.
 * @param random Uniform in [0, 1).
 * @returns Milliseconds, or `undefined` to give up.
 */
export function nextDelay(
  attempt: number,
  { attempts, baseDelay, maxDelay }: Required<RetryOptions>,
  retryAfter: number | undefined,
  random: number,
): number | undefined {
  if (attempt >= attempts) return undefined;
  return Math.min(retryAfter ?? random * baseDelay * 2 ** (attempt - 1), maxDelay);
}

/**
 * Reads `Retry-After` (RFC 9110, 10.2.3): whole seconds, or an HTTP date.
 *
 * @param now Epoch milliseconds.
 * @returns Milliseconds from now, 0 for a past date, `undefined` for anything else.
 */
export function parseRetryAfter(header: string | null | undefined, now: number): number | undefined {
  if (!header) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  // Date.parse would read "-5" and "1.5" as dates.
  const instant = header.endsWith(" GMT") ? Date.parse(header) : Number.NaN;
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - now);
}
