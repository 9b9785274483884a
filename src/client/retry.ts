// When to try again. Pure: the client waits, this decides.

/** When a failed attempt is repeated. Only what may succeed without a change is repeated at all. */
export interface RetryOptions {
  /**
   * How many requests are sent at most, the first included; 1 to 10.
   *
   * @default 3
   */
  readonly attempts?: number;
  /**
   * Upper bound of the first wait in milliseconds; doubled for each further one; up to 60 000.
   *
   * @default 250
   */
  readonly baseDelay?: number;
  /**
   * Upper bound of every wait in milliseconds, also of one that `Retry-After` asks for; up to 300 000.
   *
   * @default 10_000
   */
  readonly maxDelay?: number;
}

/**
 * How long to wait before the next attempt, after one that may be repeated.
 *
 * Full jitter (a uniform random share of an exponentially growing bound) keeps clients that failed together
 * from coming back together; where the server named a time with `Retry-After`, that is kept instead, clamped.
 *
 * @param attempt How many requests have been sent, from 1.
 * @param retryAfter What the server asked for, in milliseconds.
 * @param random Uniform in [0, 1).
 * @returns Milliseconds, or `undefined`: give up.
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
 * @returns Milliseconds from now, 0 for a date gone by, `undefined` for anything else.
 */
export function parseRetryAfter(header: string | null | undefined, now: number): number | undefined {
  if (!header) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  // Date.parse alone takes "-5" and "1.5" for dates.
  const instant = header.endsWith(" GMT") ? Date.parse(header) : Number.NaN;
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - now);
}
