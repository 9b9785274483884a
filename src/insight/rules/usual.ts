// The usual figures of a scope, learned from the cohorts that were judged while no alarm was open.

import type { Baseline } from "../answer.ts";
import { BASELINE_DAYS, estimateBaseline } from "../baseline.ts";
import { DAY_MS } from "../query.ts";
import type { Day, HourOfDay, Scope } from "./state.ts";
import { judgedOf, type Sums, settledOf } from "./sums.ts";

const HOUR_MS = 3_600_000;

/** Adds a judged cohort to what is usual, in place. */
export function learn(scope: Scope, cohort: number, sums: Sums): void {
  const [, converted, notConverted, , delivered] = sums;
  const start = Math.floor(cohort / HOUR_MS) * HOUR_MS;
  const isNewHour = start > scope.hour[0];
  const inHour = notConverted + (start === scope.hour[0] ? scope.hour[1] : 0);
  if (start >= scope.hour[0]) scope.hour = [start, inHour];

  const today = Math.floor(cohort / DAY_MS) * DAY_MS;
  const known = scope.days.find(([one]) => one === today) ?? [today, 0, 0, 0, 0, 0];
  const day: Day = [
    today,
    known[1] + converted,
    known[2] + judgedOf(sums),
    known[3] + delivered,
    known[4] + settledOf(sums),
    Math.max(known[5], inHour),
  ];
  scope.days = [...scope.days.filter(([one]) => one !== today), day]
    .sort(([a], [b]) => a - b)
    .slice(-BASELINE_DAYS - 1);

  const index = hourIndex(cohort);
  const [c, j, d, s, days] = hourAt(scope, index);
  const keep = isNewHour ? 1 - 1 / BASELINE_DAYS : 1;
  const hour: HourOfDay = [
    c * keep + converted,
    j * keep + judgedOf(sums),
    d * keep + delivered,
    s * keep + settledOf(sums),
    days * keep + (isNewHour ? 1 : 0),
  ];
  scope.hours = Array.from({ length: 24 }, (_, one) => (one === index ? hour : hourAt(scope, one)));
}

const hourAt = ({ hours }: Scope, index: number): HourOfDay => hours[index] ?? [0, 0, 0, 0, 0];

/** The days that a baseline rests on: the last 14 before today. */
const daysBefore = (scope: Scope | undefined, now: number): readonly Day[] =>
  scope === undefined
    ? []
    : scope.days.filter(([start]) => start > now - (BASELINE_DAYS + 1) * DAY_MS && start <= now - DAY_MS);

/** @param parent The baseline of the scope above. */
export function usualConversion(
  scope: Scope | undefined,
  parent: Baseline | undefined,
  now: number,
): Baseline {
  const days = daysBefore(scope, now).map(([, converted, judged]) => ({ converted, settled: judged }));
  return estimateBaseline(days, parent);
}

/** The usual share of receipts that say "delivered"; `undefined` where too little is known. */
export function usualReceipts(scope: Scope, now: number): number | undefined {
  const days = daysBefore(scope, now).map(([, , , delivered, settled]) => ({
    converted: delivered,
    settled,
  }));
  const { share, source } = estimateBaseline(days, undefined);
  return source === "own" ? share : undefined;
}

/** Worth so many messages: a swing of 2 points at a conversion of 85 %. Rare hours must not invent a swing. */
const SWING_STRENGTH = 300;

/**
 * The difference of an hour of the day to the others, as far as the messages of that hour and its neighbours prove it.
 *
 * @param of Conversion, or receipts that say "delivered".
 */
export function swingAt(scope: Scope | undefined, at: number, of: "conversion" | "receipts"): number {
  const read = ([c, j, d, s]: HourOfDay) => (of === "conversion" ? ([c, j] as const) : ([d, s] as const));
  const sumUp = (some: readonly HourOfDay[]) =>
    some.map(read).reduce(([a, b], [count, all]) => [a + count, b + all] as const, [0, 0] as const);
  const hours = scope?.hours ?? [];
  const index = hourIndex(at);
  const near = hours.filter((_, one) => [0, 1, 23].includes((one - index + 24) % 24));
  const [count, all] = sumUp(near);
  const [allCounts, everything] = sumUp(hours);
  if (all === 0) return 0;
  return (count / all - allCounts / everything) * (all / (all + SWING_STRENGTH));
}

/**
 * The spread of conversion from day to day beyond chance, as a standard deviation. Half of the segments that do not vary at
 * all seem to, a little.
 */
export function spreadOf(scope: Scope, now: number): number {
  const days = daysBefore(scope, now).filter(([, , judged]) => judged >= 20);
  if (days.length < 3) return 0;
  const shares = days.map(([, converted, judged]) => converted / judged);
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (shares.length - 1);
  const chance = days.reduce((sum, [, , judged]) => sum + (mean * (1 - mean)) / judged, 0) / days.length;
  return Math.sqrt(Math.max(0, variance - chance));
}

/** More than today alone, whose messages may be those to judge. */
const FEWEST_DAYS = 1.5;

/** Messages settled in an hour like this one; `undefined` where no such hour is known. */
export function usualVolume(scope: Scope, at: number): number | undefined {
  const [, , , settled, days] = hourAt(scope, hourIndex(at));
  return days >= FEWEST_DAYS ? settled / days : undefined;
}

/** Messages that were not converted, in the worst hour of 14 days and in a mean one. */
export function usualFailures(scope: Scope, now: number): { readonly worst: number; readonly mean: number } {
  const days = daysBefore(scope, now);
  const failures = days.reduce((sum, [, converted, judged]) => sum + judged - converted, 0);
  return {
    worst: Math.max(0, ...days.map(([, , , , , worstHour]) => worstHour)),
    mean: days.length === 0 ? 0 : failures / (24 * days.length),
  };
}

const hourIndex = (at: number): number => Math.floor(at / HOUR_MS) % 24;
