import type { Baseline } from "./answer.ts";
import { FEWEST_FOR_SHARE } from "./share.ts";

/** A day's converted and settled messages; settled without superseded and cancelled ones. */
export interface DayConversion {
  readonly converted: number;
  readonly settled: number;
}

export const BASELINE_DAYS = 14;

/** Without any data. Published figures for good routes lie between 75 and 90 %. */
const DEFAULT_SHARE = 0.8;

/** Fewer messages, or fewer days, would make chance or one bad day the norm. */
const FEWEST_SETTLED = 200;
const FEWEST_DAYS = 3;

/**
 * Estimates a segment's usual conversion: the median of its days, so that neither a bad day nor a flood moves it. Days
 * with fewer than 20 settled messages do not count.
 *
 * @param days Up to {@link BASELINE_DAYS} days, without those of an alarm.
 * @param parent The baseline of the segment above, for a segment with too few messages of its own.
 */
export function estimateBaseline(days: readonly DayConversion[], parent: Baseline | undefined): Baseline {
  const usable = days.filter(({ settled }) => settled >= FEWEST_FOR_SHARE);
  const settled = usable.reduce((sum, day) => sum + day.settled, 0);
  if (usable.length >= FEWEST_DAYS && settled >= FEWEST_SETTLED) {
    return { share: median(usable.map((day) => day.converted / day.settled)), source: "own" };
  }
  if (parent === undefined || parent.source === "default") return { share: DEFAULT_SHARE, source: "default" };
  return { share: parent.share, source: "parent" };
}

function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const middle = ascending.slice(
    Math.floor((ascending.length - 1) / 2),
    Math.floor(ascending.length / 2) + 1,
  );
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
