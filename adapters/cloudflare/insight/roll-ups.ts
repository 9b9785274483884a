// Counters of all sources together, in buckets of five minutes, hours and days. Each bucket is one row.

import type { Cell } from "../../../src/insight/cell.ts";
import { COHORT_MS } from "../../../src/insight/cohort.ts";
import { addCounts, type Counts } from "../../../src/insight/counts.ts";
import { MAX_SEGMENTS, parseSegmentKey, type Segment } from "../../../src/insight/segment.ts";
import type { Quarantine } from "../storage/quarantine.ts";
import type { Sql } from "../storage/sql.ts";
import {
  type Cells,
  type CellsRow,
  type CounterNames,
  formatCounts,
  parseRow,
  toCounts,
} from "./cells-text.ts";
import type { BucketRow } from "./thin-cells.ts";

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

/** A day has 500 segments; those of many days are read anew. */
const MOST_PARSED = 5000;

export type RollUps = ReturnType<typeof createRollUps>;

export const toBucket = (at: number, { length }: Level): number => Math.floor(at / length) * length;

export function createRollUps(sql: Sql, names: CounterNames, quarantine: Quarantine) {
  const segments = new Map<string, Segment | undefined>();

  return {
    names,

    /** Reads a segment key. A later version may know more kinds of traffic; this one leaves their counters alone. */
    segmentOf(key: string): Segment | undefined {
      if (segments.has(key)) return segments.get(key);
      if (segments.size >= MOST_PARSED) segments.clear();
      const segment = parseSegmentKey(key);
      segments.set(key, segment);
      return segment;
    },

    /** Reads the buckets from one instant to another, which is not included, oldest first. */
    rows: (level: Level, from: number, to: number, now: number): BucketRow[] =>
      sql
        .exec(`SELECT at, cells FROM ${level.table} WHERE at >= ? AND at < ? ORDER BY at`, from, to)
        .toArray()
        .map((found) => ({ at: Number(found.at), row: toRow(level, found, now) })),

    /** Reads the cells of buckets, one for each bucket and segment. */
    *scan(level: Level, from: number, to: number, now: number): Generator<Cell> {
      for (const { at, row } of this.rows(level, from, to, now)) {
        for (const key in row) {
          const segment = this.segmentOf(key);
          if (segment !== undefined)
            yield { cohort: at, segment, counts: toCounts(row[key] ?? [], 0, names) };
        }
      }
    },

    /** Adds differences to one bucket of a level, unless the level no longer keeps that time. */
    add(level: Level, at: number, differences: Cells, now: number): void {
      const bucket = toBucket(at, level);
      if (bucket + level.length <= now - level.keep) return;
      const row = read(level, bucket, now);
      for (const [segment, difference] of differences) {
        const counts = addCounts(toCounts(row[segment] ?? [], 0, names), difference);
        row[segment] = formatCounts(withoutNegatives(counts), names);
      }
      sql.exec(
        `INSERT INTO ${level.table} VALUES (?, ?) ON CONFLICT (at) DO UPDATE SET cells = excluded.cells`,
        bucket,
        JSON.stringify(row),
      );
    },

    /**
     * Tells which segments are counted under their own name on a day: those that it has, and new ones up to a limit. A
     * segment stays what it was, so that later differences meet the counters that they belong to.
     */
    chooseSegments(at: number, now: number): (segment: string) => boolean {
      const chosen = new Set(Object.keys(read(DAYS, toBucket(at, DAYS), now)));
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

  /** Reads one bucket; empty where there is none. */
  function read(level: Level, at: number, now: number): CellsRow {
    const [found] = sql.exec(`SELECT at, cells FROM ${level.table} WHERE at = ?`, at).toArray();
    return found === undefined ? {} : toRow(level, found, now);
  }

  function toRow(level: Level, found: Record<string, unknown>, now: number): CellsRow {
    const row = parseRow(found.cells, names);
    if (row !== undefined) return row;
    quarantine.add(level.table, String(found.at), found, now);
    sql.exec(`DELETE FROM ${level.table} WHERE at = ?`, Number(found.at));
    return {};
  }
}

/** Only after a row was lost can a difference be larger than its counter. */
function withoutNegatives(counts: Counts): Counts {
  for (const name in counts) {
    if ((counts[name] ?? 0) < 0) {
      return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
    }
  }
  return counts;
}
