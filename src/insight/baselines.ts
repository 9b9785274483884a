import type { Alarm, Baseline, PartialSegment } from "./answer.ts";
import { BASELINE_DAYS, type DayConversion, estimateBaseline } from "./baseline.ts";
import type { Cell } from "./cell.ts";
import { contains, lineageOf, matches, parentOf, pick, toPartialKey } from "./partial-segment.ts";
import { DAY_MS, type InsightQuery } from "./query.ts";
import { toSegmentKey } from "./segment.ts";

/** A segment's days, by the start of the day in epoch milliseconds. */
type Days = Map<number, { converted: number; settled: number }>;

/**
 * Prepares the baselines of the groups of a query.
 *
 * @param history Cells of the 14 days before the query's end, in cohorts of up to a day.
 * @param alarms A day with an alarm about conversion does not count for the segments that the alarm contains.
 */
export function createBaselines(
  history: Iterable<Cell>,
  alarms: readonly Alarm[],
  query: Pick<InsightQuery, "to" | "by" | "filter">,
): (segment: PartialSegment) => Baseline {
  const days = collectDays(history, query);
  const spoiling = alarms.filter(({ rule }) => SPOILING.has(rule));
  const known = new Map<string, Baseline>();
  const baselineOf = (segment: PartialSegment): Baseline => {
    const key = toPartialKey(segment);
    const found = known.get(key);
    if (found !== undefined) return found;
    const own = withoutAlarms(days.get(key) ?? new Map(), spoiling, segment, query.to);
    const parent = parentOf(segment);
    const baseline = estimateBaseline(own, parent && baselineOf(parent));
    known.set(key, baseline);
    return baseline;
  };
  return baselineOf;
}

/** Alarms of these rules mean that conversion was not as usual. */
const SPOILING: ReadonlySet<string> = new Set(["drop", "pumping", "number-block"]);

function collectDays(
  history: Iterable<Cell>,
  { to, by, filter }: Pick<InsightQuery, "to" | "by" | "filter">,
) {
  const days = new Map<string, Days>();
  const lineages = new Map<string, readonly Days[]>();
  for (const { cohort, segment, counts } of history) {
    const { converted = 0, notConverted = 0 } = counts;
    if (cohort < to - BASELINE_DAYS * DAY_MS || cohort >= to || converted + notConverted === 0) continue;
    const key = toSegmentKey(segment);
    const lineage =
      lineages.get(key) ??
      (matches(segment, filter) ? lineageOf(pick(segment, by)) : []).map((one) => findDays(days, one));
    lineages.set(key, lineage);
    const at = Math.floor(cohort / DAY_MS) * DAY_MS;
    for (const one of lineage) addDay(one, at, converted, notConverted);
  }
  return days;
}

function findDays(days: Map<string, Days>, segment: PartialSegment): Days {
  const key = toPartialKey(segment);
  const known = days.get(key) ?? new Map();
  days.set(key, known);
  return known;
}

function addDay(days: Days, at: number, converted: number, notConverted: number): void {
  const day = days.get(at) ?? { converted: 0, settled: 0 };
  day.converted += converted;
  day.settled += converted + notConverted;
  days.set(at, day);
}

function withoutAlarms(
  days: Days,
  alarms: readonly Alarm[],
  segment: PartialSegment,
  to: number,
): DayConversion[] {
  const periods = alarms
    .filter((alarm) => contains(alarm.segment, segment))
    .map(({ since, endedAt }) => ({
      from: Date.parse(since),
      to: endedAt === null ? to : Date.parse(endedAt),
    }));
  return [...days]
    .filter(([at]) => !periods.some((period) => period.from < at + DAY_MS && period.to >= at))
    .map(([, day]) => day);
}
