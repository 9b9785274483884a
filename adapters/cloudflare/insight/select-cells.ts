// Chooses the buckets that answer a question: coarse ones for what is long or long ago, finer ones at the edges.

import type { Cell } from "../../../src/insight/cell.ts";
import { stepOf } from "../../../src/insight/query.ts";
import { DAY_MS, DAYS, FIVE_MINUTES, HOURS, type Level, type RollUps, toBucket } from "./roll-ups.ts";
import { type BucketRow, isOfBaseline, isOfSeries, readThinCells } from "./thin-cells.ts";

export interface Selection {
  /** Aligned to buckets that are there. Epoch milliseconds, as `to`. */
  readonly from: number;
  readonly to: number;
  /** Of the buckets, at the finest. */
  readonly level: Level;
  /** Counters that no series shows stand in the first bucket of their segment. */
  readonly cells: readonly Cell[];
  /** The days before the end, for baselines: converted and not converted messages. */
  readonly history: readonly Cell[];
}

/**
 * Selects the cells of a period. Its ends move outwards to the buckets that are still kept: five minutes for two days,
 * hours for 90 days, days for two years.
 *
 * @param historyDays How many days of history.
 */
export function selectCells(
  rollUps: RollUps,
  period: { readonly from: number; readonly to: number },
  historyDays: number,
  now: number,
): Selection {
  const edge = finestAt(period.from, now);
  const from = toBucket(period.from, edge);
  const to = Math.ceil(period.to / edge.length) * edge.length;
  const wanted = levelOf(stepOf(period));
  const level = wanted.length < edge.length ? edge : wanted;
  // Days are read once, for both.
  const days = rollUps.rows(DAYS, toBucket(to - historyDays * DAY_MS, DAYS), to, now);
  const rowsOf = (one: Level, start: number, end: number): BucketRow[] =>
    one === DAYS && start >= (days[0]?.at ?? Number.POSITIVE_INFINITY)
      ? days.filter(({ at }) => at >= start && at < end)
      : rollUps.rows(one, start, end, now);
  const rows = collect(rowsOf, from, to, level, edge, now);
  const read = (some: Iterable<BucketRow>, isKept: (name: string) => boolean, withRest: boolean) =>
    readThinCells(some, rollUps.names, rollUps.segmentOf, isKept, withRest);
  return { from, to, level, cells: read(rows, isOfSeries, true), history: read(days, isOfBaseline, false) };
}

function collect(
  rowsOf: (level: Level, from: number, to: number) => BucketRow[],
  from: number,
  to: number,
  level: Level,
  edge: Level,
  now: number,
): BucketRow[] {
  if (edge.length >= level.length) return rowsOf(level, from, to);
  const finer = level === DAYS ? HOURS : edge;
  const first = Math.min(Math.ceil(from / level.length) * level.length, to);
  // The last bucket may be read whole if it ends after the present: nothing is in it that was sent later.
  const last = to >= now ? to : Math.max(toBucket(to, level), first);
  return [
    ...(from < first ? collect(rowsOf, from, first, finer, edge, now) : []),
    ...rowsOf(level, first, last),
    ...(last < to ? collect(rowsOf, last, to, finer, edge, now) : []),
  ];
}

const levelOf = (step: number): Level => [FIVE_MINUTES, HOURS].find(({ length }) => length >= step) ?? DAYS;

/** The finest buckets that are still kept of a time. */
const finestAt = (at: number, now: number): Level =>
  [FIVE_MINUTES, HOURS].find(({ keep }) => at >= now - keep) ?? DAYS;
