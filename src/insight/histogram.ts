import type { Counts } from "./counts.ts";

/** The inclusive upper bounds of fixed buckets, in seconds, ascending. One more bucket takes everything above the last. */
export type Bounds = readonly number[];

/** From the sending to the user's proof: about logarithmic, from 2 seconds to 10 minutes. */
export const TIME_TO_CONVERT_BOUNDS: Bounds = [
  2, 3, 4, 6, 8, 11, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600,
];

/**
 * From the event to Vonage's 200. A minute and 15 minutes are bounds, because Adaptive Routing looks at the last 15
 * minutes: reports later than that come too late for it.
 */
export const REPORT_LAG_BOUNDS: Bounds = [
  0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 3600, 21_600, 86_400,
];

/** @returns The index of the bucket; `bounds.length` above the last bound. Negative durations count as none. */
export function bucketOf(bounds: Bounds, seconds: number): number {
  const index = bounds.findIndex((upTo) => seconds <= upTo);
  return index === -1 ? bounds.length : index;
}

/** Reads the buckets that are counted under `prefix`, such as `ttc.`; one number for each bound, and one above them. */
export const readBuckets = (counts: Counts, prefix: string, bounds: Bounds): number[] =>
  [...bounds, Number.POSITIVE_INFINITY].map((_, index) => counts[`${prefix}${index}`] ?? 0);

/**
 * Estimates a quantile, as Prometheus' `histogram_quantile` does: linear within the bucket, and the last bound for
 * everything above it.
 *
 * @param buckets From {@link readBuckets}.
 * @param quantile From 0 to 1.
 * @returns Seconds; `null` where nothing was counted.
 */
export function estimateQuantile(
  bounds: Bounds,
  buckets: readonly number[],
  quantile: number,
): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = quantile * total;
  let below = 0;
  let from = 0;
  let estimate = 0;
  for (const [index, count] of buckets.entries()) {
    const upTo = bounds[index] ?? from;
    if (count > 0 && below < rank) estimate = from + (upTo - from) * Math.min(1, (rank - below) / count);
    below += count;
    from = upTo;
  }
  return estimate;
}
