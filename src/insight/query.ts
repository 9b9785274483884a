import type { Dimension, PartialSegment } from "./answer.ts";

/** Times are epoch milliseconds; `to` is exclusive. */
export interface InsightQuery {
  readonly from: number;
  readonly to: number;
  readonly by: readonly Dimension[];
  readonly filter: PartialSegment;
  /** Adds the points of each group. */
  readonly series?: boolean;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** @returns Milliseconds between two points: 5 minutes for up to 6 hours, an hour for up to 7 days, else a day. */
export function stepOf({ from, to }: Pick<InsightQuery, "from" | "to">): number {
  const length = to - from;
  if (length <= 6 * HOUR_MS) return 5 * MINUTE_MS;
  return length <= 7 * DAY_MS ? HOUR_MS : DAY_MS;
}
