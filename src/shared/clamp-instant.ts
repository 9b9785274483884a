/**
 * Limits a stored instant to the furthest legitimate one. An instant beyond it was written while a clock was wrong, and
 * would block everything until the clock catches up.
 *
 * @param at Epoch milliseconds.
 * @param now Epoch milliseconds.
 * @param furthest The longest legitimate distance from now, in milliseconds.
 */
export function clampInstant(at: number, now: number, furthest: number): number {
  return Math.min(at, now + furthest);
}
