import { type Cell, foldCell } from "../../../../src/insight/cell.ts";
import { MAX_SEGMENTS, toSegmentKey } from "../../../../src/insight/segment.ts";
import type { Sql } from "../../storage/sql.ts";

export const DAY_MS = 24 * 3_600_000;

export const toDay = (instant: number): number => Math.floor(instant / DAY_MS);

/** The segments of each day: a day has so many at most, and the rest is counted together. */
export function createDaySegments(sql: Sql) {
  const segments = new Map<number, Set<string>>();

  return {
    /** Gives the cell, or folds it if its segment is one too many. */
    choose(cell: Cell): Cell {
      const day = toDay(cell.cohort);
      const known = segments.get(day) ?? read(day);
      segments.set(day, known);
      const key = toSegmentKey(cell.segment);
      if (known.has(key)) return cell;
      if (known.size >= MAX_SEGMENTS) return foldCell(cell);
      known.add(key);
      return cell;
    },

    /** Forgets all days in memory. The next use reads them again. */
    forget: (): void => segments.clear(),

    /** Forgets the days before an instant. */
    purge(before: number): void {
      for (const day of segments.keys()) if (day * DAY_MS < before) segments.delete(day);
    },
  };

  function read(day: number): Set<string> {
    const rows = sql
      .exec(
        "SELECT DISTINCT segment FROM cohorts WHERE cohort >= ? AND cohort < ?",
        day * DAY_MS,
        (day + 1) * DAY_MS,
      )
      .toArray();
    return new Set(rows.map(({ segment }) => String(segment)));
  }
}
