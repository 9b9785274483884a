// When a report that Vonage did not confirm goes again. Pure.

/** A report is worth most within the first quarter of an hour: routing is said to look at the last 15 minutes. */
export const QUICK_MS = 15 * 60_000;

/** After a day it is worth nothing, and goes to the dead, which a person can look at. */
export const GIVE_UP_MS = 24 * 3_600_000;

const FIRST_DELAY_MS = 1000;
const LONGEST_QUICK_DELAY_MS = 60_000;
/** The longest that a report waits for its next attempt. */
export const LONGEST_DELAY_MS = 3_600_000;

/**
 * The instant of the next attempt: full jitter (a uniform random share of a growing bound), so that reports which
 * failed together do not come back together. The bound doubles from a second to a minute in the first quarter of
 * an hour; later it is half of the report's age, an hour at most. `Retry-After` is kept where it asks for more.
 *
 * @param attempts Requests begun, from 1.
 * @param since When the report was first on its way, epoch milliseconds.
 * @param now Epoch milliseconds.
 * @param retryAfter What Vonage asked for, in milliseconds.
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
