// Counters of all sources together, in buckets of five minutes, hours and days. Each bucket is one row.

import type { Cell } from "../../../src/insight/cell.ts";
import { COHORT_MS } from "../../../src/insight/cohort.ts";
import { addCounts, type Counts } from "../../../src/insight/counts.ts";
import { MAX_SEGMENTS, parseSegmentKey } from "../../../src/insight/segment.ts";
import type { Quarantine } from "../storage/quarantine.ts";
import type { Sql } from "../storage/sql.ts";
import { type Cells, type CounterNames, formatCells, parseCells } from "./cells-text.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export interface Level {
  readonly table: "five_minutes" | "hours" | "days";
  /** Milliseconds of a bucket. */
  readonly length: number;
  /** Milliseconds for which buckets are kept. */
  readonly keep: number;
}

export const FIVE_MINUTES: Level = { table: "five_minutes", length: COHORT_MS, keep: 2 * DAY_MS };
export const HOURS: Level = { table: "hours", length: HOUR_MS, keep: 90 * DAY_MS };
export const DAYS: Level = { table: "days", length: DAY_MS, keep: 731 * DAY_MS };
export const LEVELS: readonly Level[] = [FIVE_MINUTES, HOURS, DAYS];

export type RollUps = ReturnType<typeof createRollUps>;

export const toBucket = (at: number, { length }: Level): number => Math.floor(at / length) * length;

export function createRollUps(sql: Sql, names: CounterNames, quarantine: Quarantine) {
  return {
    /** Reads one bucket; empty where there is none. */
    read: (level: Level, at: number, now: number): Cells =>
      sql
        .exec(`SELECT at, cells FROM ${level.table} WHERE at = ?`, at)
        .toArray()
        .map((row) => toCells(level, row, now))
        .at(0) ?? new Map(),

    /** Reads the buckets from one instant to another, which is not included. */
    *scan(level: Level, from: number, to: number, now: number): Generator<Cell> {
      const rows = sql
        .exec(`SELECT at, cells FROM ${level.table} WHERE at >= ? AND at < ? ORDER BY at`, from, to)
        .toArray();
      for (const row of rows) {
        for (const [key, counts] of toCells(level, row, now)) {
          const segment = parseSegmentKey(key);
          // A later version may know more kinds of traffic; this one leaves their counters alone.
          if (segment !== undefined) yield { cohort: Number(row.at), segment, counts };
        }
      }
    },

    /** Adds differences to one bucket of a level, unless the level no longer keeps that time. */
    add(level: Level, at: number, differences: Cells, now: number): void {
      const bucket = toBucket(at, level);
      if (bucket + level.length <= now - level.keep) return;
      const cells = this.read(level, bucket, now);
      for (const [segment, counts] of differences) {
        cells.set(segment, withoutNegatives(addCounts(cells.get(segment) ?? {}, counts)));
      }
      sql.exec(
        `INSERT INTO ${level.table} VALUES (?, ?) ON CONFLICT (at) DO UPDATE SET cells = excluded.cells`,
        bucket,
        formatCells(cells, names),
      );
    },

    /**
     * Tells which segments are counted under their own name on a day: those that it has, and new ones up to a limit. A
     * segment stays what it was, so that later differences meet the counters that they belong to.
     */
    chooseSegments(at: number, now: number): (segment: string) => boolean {
      const chosen = new Set(this.read(DAYS, toBucket(at, DAYS), now).keys());
      return (segment) => {
        if (chosen.has(segment)) return true;
        if (chosen.size >= MAX_SEGMENTS) return false;
        chosen.add(segment);
        return true;
      };
    },

    purge(now: number): void {
      for (const { table, length, keep } of LEVELS) {
        sql.exec(`DELETE FROM ${table} WHERE at <= ?`, now - keep - length);
      }
    },
  };

  function toCells(level: Level, row: Record<string, unknown>, now: number): Cells {
    const cells = parseCells(row.cells, names);
    if (cells !== undefined) return cells;
    quarantine.add(level.table, String(row.at), row, now);
    sql.exec(`DELETE FROM ${level.table} WHERE at = ?`, Number(row.at));
    return new Map();
  }
}

/** Only after a row was lost can a difference be larger than its counter. */
function withoutNegatives(counts: Counts): Counts {
  for (const count of Object.values(counts)) {
    if (count < 0) return Object.fromEntries(Object.entries(counts).filter(([, one]) => one > 0));
  }
  return counts;
}
