/**
 * An instant that was stored, and cannot truly be further ahead than this: when it is, a clock was wrong once, and
 * without a bound everything would stand still until the clock has caught up.
 *
 * @param at Epoch milliseconds.
 * @param now Epoch milliseconds.
 * @param furthest The longest distance from now that is legitimate, in milliseconds.
 */
export function clampInstant(at: number, now: number, furthest: number): number {
  return Math.min(at, now + furthest);
}
