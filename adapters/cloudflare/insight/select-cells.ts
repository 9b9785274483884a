// Chooses the buckets that answer a question: coarse ones for what is long or long ago, finer ones at the edges.

import type { Cell } from "../../../src/insight/cell.ts";
import { DAY_MS as DAY, stepOf } from "../../../src/insight/query.ts";
import { DAYS, FIVE_MINUTES, HOURS, type Level, type RollUps, toBucket } from "./roll-ups.ts";

export interface Selection {
  /** Aligned to buckets that are there. Epoch milliseconds, as `to`. */
  readonly from: number;
  readonly to: number;
  /** Of the buckets, at the finest. */
  readonly level: Level;
  readonly cells: Iterable<Cell>;
}

/**
 * Selects the cells of a period. Its ends move outwards to the buckets that are still kept: five minutes for two days,
 * hours for 90 days, days for two years.
 */
export function selectCells(
  rollUps: RollUps,
  period: { readonly from: number; readonly to: number },
  now: number,
): Selection {
  const edge = finestAt(period.from, now);
  const from = toBucket(period.from, edge);
  const to = Math.ceil(period.to / edge.length) * edge.length;
  const wanted = levelOf(stepOf(period));
  const level = wanted.length < edge.length ? edge : wanted;
  return { from, to, level, cells: read(rollUps, from, to, level, edge, now) };
}

/** Selects the days before an instant, for baselines. */
export const selectDays = (rollUps: RollUps, to: number, days: number, now: number): Iterable<Cell> =>
  rollUps.scan(DAYS, toBucket(to - days * DAY, DAYS), to, now);

function* read(
  rollUps: RollUps,
  from: number,
  to: number,
  level: Level,
  edge: Level,
  now: number,
): Generator<Cell> {
  const first = Math.min(Math.ceil(from / level.length) * level.length, to);
  // The last bucket may be read whole if it ends after the present: nothing is in it that was sent later.
  const last = to >= now ? to : Math.max(toBucket(to, level), first);
  if (edge.length < level.length) {
    const finer = finerThan(level, edge);
    yield* from < first ? read(rollUps, from, first, finer, edge, now) : [];
    yield* rollUps.scan(level, first, last, now);
    yield* last < to ? read(rollUps, last, to, finer, edge, now) : [];
    return;
  }
  yield* rollUps.scan(level, from, to, now);
}

const levelOf = (step: number): Level => [FIVE_MINUTES, HOURS].find(({ length }) => length >= step) ?? DAYS;

const finerThan = (level: Level, edge: Level): Level => (level === DAYS && edge !== HOURS ? HOURS : edge);

/** The finest buckets that are still kept of a time. */
const finestAt = (at: number, now: number): Level =>
  [FIVE_MINUTES, HOURS].find(({ keep }) => at >= now - keep) ?? DAYS;
