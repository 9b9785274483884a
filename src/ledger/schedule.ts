// The times at which a report that Vonage did not confirm is sent again. Pure.

import type { OpenedBy } from "./circuit-breaker.ts";

/** A report is worth most within a quarter of an hour: Vonage is said to route by the last 15 minutes. */
export const QUICK_MS = 15 * 60_000;

/** After a day a report has no value for routing; it becomes a dead letter for the operator. */
export const GIVE_UP_MS = 24 * 3_600_000;

/** The longest time that reports wait for a key that Vonage refuses: the operator needs time to fix it. */
export const LONGEST_WAIT_FOR_KEY_MS = 30 * 24 * 3_600_000;

const FIRST_DELAY_MS = 1000;
const LONGEST_QUICK_DELAY_MS = 60_000;
/** The longest that a report waits for its next request. */
export const LONGEST_DELAY_MS = 3_600_000;

/**
 * Computes when to send again, with full jitter (a uniform random share of a growing bound), so that reports which
 * failed together do not come back together. The bound doubles from a second to a minute in the first quarter of
 * an hour; later it is half of the report's age, an hour at most. A longer `Retry-After` is respected, up to an hour.
 *
 * @param attempts Requests begun, from 1.
 * @param since When the ledger took the report, epoch milliseconds.
 * @param now Epoch milliseconds.
 * @param retryAfter The wait that Vonage asked for, in milliseconds.
 * @param random Uniform in [0, 1).
 * @returns Epoch milliseconds, or `undefined`: give up.
 */
export function nextAttemptAt(
  attempts: number,
  since: number,
  now: number,
  retryAfter: number | undefined,
  random: number,
): number | undefined {
  const age = now - since;
  if (age >= GIVE_UP_MS) return undefined;
  const bound =
    age < QUICK_MS
      ? Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_QUICK_DELAY_MS)
      : Math.min(age / 2, LONGEST_DELAY_MS);
  const asked = Math.min(retryAfter ?? 0, LONGEST_DELAY_MS);
  return Math.round(now + Math.max(random * bound, asked));
}

/** The time that reports wait while the circuit breaker of their key is open, in milliseconds. */
export function longestWaitFor(cause: OpenedBy): number {
  return cause === "outage" ? GIVE_UP_MS : LONGEST_WAIT_FOR_KEY_MS;
}
