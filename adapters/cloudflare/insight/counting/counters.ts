// The counters of one source: whole ones, by cohort and segment. They are written in the commit of the step that they
// follow from: one row for each cohort and segment that the commit changes.

import { type Cell, foldCell } from "../../../../src/insight/cell.ts";
import { addCounts, type Counts, isEmpty, NO_COUNTS } from "../../../../src/insight/counts.ts";
import { MAX_SEGMENTS, toSegmentKey } from "../../../../src/insight/segment.ts";
import { parseJson } from "../../../../src/shared/parse-json.ts";
import type { Sql } from "../../storage/sql.ts";
import type { GatheredEntry } from "../rpc.ts";

export type Counters = ReturnType<typeof createCounters>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The clock of a message's sender is corrected to five days at most; see `sanitizeFacts`. */
const CHANGES_FOR_MS = 5 * DAY_MS + HOUR_MS;
/** Insight refuses counts that could not be sent for this long. */
const KEPT_FOR_MS = 31 * DAY_MS;
/** Nearly every change is of a cohort younger than this. Older ones are noted, to be found again. */
const RECENT_MS = 2 * HOUR_MS;
const MOST_CACHED = 2000;

interface Known {
  readonly counts: Counts;
  readonly seq: number;
}

interface Position {
  /**
   * The number of the last change. It follows the clock, in milliseconds: so changes that were not sent are of cohorts
   * that were recent at the time that `acknowledged` names, or noted.
   */
  seq: number;
  /** Insight has everything up to here. */
  acknowledged: number;
  /** The oldest cohort with a change that was not sent, if it was not recent then. */
  noted: number | null;
}

/** @param now Epoch milliseconds. */
export function createCounters(sql: Sql, now: () => number) {
  let position: Position | undefined;
  const cache = new Map<string, Known>();
  const segments = new Map<number, Set<string>>();
  let pending = new Map<string, Cell>();

  return {
    /** Adds differences, within a transaction. Cohorts that can no longer change are left out. */
    add(cells: readonly Cell[]): void {
      for (const cell of cells) {
        if (cell.cohort < now() - CHANGES_FOR_MS) continue;
        const counted = choose(cell);
        const key = toKey(counted.cohort, toSegmentKey(counted.segment));
        const sum = pending.get(key);
        pending.set(key, sum ? { ...sum, counts: addCounts(sum.counts, counted.counts) } : counted);
      }
    },

    /** Writes what was added, at the end of the transaction. Tells whether anything has changed. */
    write(): boolean {
      if (pending.size === 0) return false;
      let changed = false;
      for (const [key, { cohort, segment, counts }] of pending) {
        if (isEmpty(counts)) continue;
        changed = true;
        change(key, cohort, toSegmentKey(segment), counts);
      }
      pending = new Map();
      return changed;
    },

    /** After a rollback: what is in memory is read again. */
    undo(): void {
      pending = new Map();
      position = undefined;
      cache.clear();
      segments.clear();
    },

    acknowledged: (): number => at().acknowledged,

    /** Gives the first entries that Insight may not have, in the order of their changes. */
    unsent(limit: number): GatheredEntry[] {
      const known = at();
      return sql
        .exec(
          "SELECT * FROM cohorts WHERE cohort >= ? AND seq > ? ORDER BY seq LIMIT ?",
          oldestUnsent(known),
          known.acknowledged,
          limit,
        )
        .toArray()
        .map(({ cohort, segment, counts, seq }) => ({
          cohort: Number(cohort),
          segment: String(segment),
          counts: parseCounts(counts),
          seq: Number(seq),
        }));
    },

    /** Insight has everything up to a change. */
    acknowledge(seq: number): void {
      const known = at();
      if (seq === known.acknowledged) return;
      known.acknowledged = seq;
      if (this.unsent(1).length === 0) known.noted = null;
      store(known);
    },

    /** Insight has lost what it had: everything is to be sent again. */
    sendAll(): void {
      const known = at();
      known.acknowledged = 0;
      store(known);
    },

    /** Removes whole days that can no longer change and were sent, so that the segments of a day never change. */
    purge(): void {
      const { acknowledged } = at();
      const before = toDay(now() - CHANGES_FOR_MS) * DAY_MS;
      sql.exec("DELETE FROM cohorts WHERE cohort < ? AND seq <= ?", before, acknowledged);
      sql.exec("DELETE FROM cohorts WHERE cohort < ?", now() - KEPT_FOR_MS);
      cache.clear();
      for (const day of segments.keys()) if (day * DAY_MS < before) segments.delete(day);
    },
  };

  function change(key: string, cohort: number, segment: string, difference: Counts): void {
    const known = at();
    const before = read(key, cohort, segment);
    const counts = withoutNegative(addCounts(before.counts, difference));
    const seq = Math.max(now(), known.seq + 1, before.seq + 1);
    known.seq = seq;
    if (cohort < Math.min(seq - RECENT_MS, known.noted ?? Number.POSITIVE_INFINITY)) {
      known.noted = cohort;
      store(known);
    }
    sql.exec(
      "INSERT OR REPLACE INTO cohorts VALUES (?, ?, ?, ?)",
      cohort,
      segment,
      JSON.stringify(counts),
      seq,
    );
    if (cache.size >= MOST_CACHED) cache.clear();
    cache.set(key, { counts, seq });
  }

  function read(key: string, cohort: number, segment: string): Known {
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const [row] = sql
      .exec("SELECT counts, seq FROM cohorts WHERE cohort = ? AND segment = ?", cohort, segment)
      .toArray();
    return row === undefined
      ? { counts: NO_COUNTS, seq: 0 }
      : { counts: parseCounts(row.counts), seq: Number(row.seq) };
  }

  /** A day has so many segments at most; the rest is counted together. */
  function choose(cell: Cell): Cell {
    const day = toDay(cell.cohort);
    const known = segments.get(day) ?? readSegments(day);
    segments.set(day, known);
    const key = toSegmentKey(cell.segment);
    if (known.has(key)) return cell;
    if (known.size >= MAX_SEGMENTS) return foldCell(cell);
    known.add(key);
    return cell;
  }

  function readSegments(day: number): Set<string> {
    const rows = sql
      .exec(
        "SELECT DISTINCT segment FROM cohorts WHERE cohort >= ? AND cohort < ?",
        day * DAY_MS,
        (day + 1) * DAY_MS,
      )
      .toArray();
    return new Set(rows.map(({ segment }) => String(segment)));
  }

  function at(): Position {
    position ??= readPosition();
    return position;
  }

  function readPosition(): Position {
    const [row] = sql.exec("SELECT acknowledged, noted FROM counting").toArray();
    const acknowledged = Number(row?.acknowledged ?? 0);
    const noted = typeof row?.noted === "number" ? row.noted : null;
    const [last] = sql
      .exec("SELECT max(seq) AS seq FROM cohorts WHERE cohort >= ?", oldestUnsent({ acknowledged, noted }))
      .toArray();
    return { acknowledged, noted, seq: Math.max(acknowledged, Number(last?.seq ?? 0)) };
  }

  function store({ acknowledged, noted }: Position): void {
    sql.exec("INSERT OR REPLACE INTO counting VALUES (0, ?, ?)", acknowledged, noted);
  }
}

/** An hour more, since numbers of changes can be ahead of the clock. */
const oldestUnsent = ({ acknowledged, noted }: Omit<Position, "seq">): number =>
  Math.min(acknowledged - RECENT_MS - HOUR_MS, noted ?? Number.POSITIVE_INFINITY);

const toKey = (cohort: number, segment: string): string => `${cohort} ${segment}`;

const toDay = (instant: number): number => Math.floor(instant / DAY_MS);

/** Counts below zero come from rows that were written while nothing was counted. */
function withoutNegative(counts: Counts): Counts {
  const all = Object.entries(counts);
  return all.every(([, count]) => count > 0) ? counts : Object.fromEntries(all.filter(([, n]) => n > 0));
}

function parseCounts(text: unknown): Counts {
  const counts = parseJson(String(text));
  return typeof counts === "object" && counts !== null ? (counts as Counts) : NO_COUNTS;
}
