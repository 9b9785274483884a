// The counters of one source: whole ones, by cohort and segment. They are written in the commit of the step that they
// follow from: one row for each cohort and segment that the commit changes.

import type { Cell } from "../../../../src/insight/cell.ts";
import { addCounts, type Counts, isEmpty, NO_COUNTS } from "../../../../src/insight/counts.ts";
import { parseSegmentKey, toSegmentKey, UNKNOWN_COUNTRY } from "../../../../src/insight/segment.ts";
import { parseJson } from "../../../../src/shared/parse-json.ts";
import type { Sql } from "../../storage/sql.ts";
import type { GatheredEntry } from "../rpc.ts";
import { createDaySegments, DAY_MS, toDay } from "./day-segments.ts";
import { addSighting, formatSightings, lastSightings, parseSightings, type Sighting } from "./sighting.ts";

export type Counters = ReturnType<typeof createCounters>;

const HOUR_MS = 3_600_000;
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
  readonly sightings: readonly Sighting[];
}

/** The changes of one cohort and segment within a transaction. */
interface Change {
  readonly cell: Cell;
  readonly sightings: readonly Sighting[];
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
  const days = createDaySegments(sql);
  let pending = new Map<string, Change>();

  return {
    /**
     * Adds differences, within a transaction. Cohorts that can no longer change are left out.
     *
     * @param sighting Stored with the counter of the outcome that it is about.
     */
    add(cells: readonly Cell[], sighting?: Sighting): void {
      for (const cell of cells) {
        if (cell.cohort < now() - CHANGES_FOR_MS) continue;
        const counted = days.choose(cell);
        const key = toKey(counted.cohort, toSegmentKey(counted.segment));
        const { cell: sum, sightings } = pending.get(key) ?? { cell: undefined, sightings: [] };
        pending.set(key, {
          cell: sum ? { ...sum, counts: addCounts(sum.counts, counted.counts) } : counted,
          sightings: sighting && hasOutcome(cell, sighting) ? [...sightings, sighting] : sightings,
        });
      }
    },

    /** Writes what was added, at the end of the transaction. Tells whether anything has changed. */
    write(): boolean {
      if (pending.size === 0) return false;
      let changed = false;
      for (const [key, one] of pending) {
        if (isEmpty(one.cell.counts)) continue;
        changed = true;
        change(key, one);
      }
      pending = new Map();
      return changed;
    },

    /** After a rollback: what is in memory is read again. */
    undo(): void {
      pending = new Map();
      position = undefined;
      cache.clear();
      days.forget();
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

    /** Gives the stored sightings since an instant, of messages that were sent shortly before it or later. */
    sightings: (since: number): Sighting[] =>
      sql
        .exec(
          "SELECT segment, sightings FROM cohorts WHERE cohort >= ? AND sightings IS NOT NULL ORDER BY cohort",
          since - RECENT_MS,
        )
        .toArray()
        .flatMap(({ segment, sightings }) => parseSightings(sightings, toCountryOf(String(segment))))
        .filter(({ at }) => at > since)
        .sort((one, other) => one.at - other.at),

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
      days.purge(before);
    },
  };

  function change(key: string, { cell, sightings: added }: Change): void {
    const { cohort } = cell;
    const segment = toSegmentKey(cell.segment);
    const known = at();
    const before = read(key, cohort, segment);
    const counts = withoutNegative(addCounts(before.counts, cell.counts));
    const sightings = lastSightings(added.reduce(addSighting, before.sightings));
    const seq = Math.max(now(), known.seq + 1, before.seq + 1);
    known.seq = seq;
    if (cohort < Math.min(seq - RECENT_MS, known.noted ?? Number.POSITIVE_INFINITY)) {
      known.noted = cohort;
      store(known);
    }
    sql.exec(
      "INSERT OR REPLACE INTO cohorts VALUES (?, ?, ?, ?, ?)",
      cohort,
      segment,
      JSON.stringify(counts),
      seq,
      formatSightings(sightings),
    );
    if (cache.size >= MOST_CACHED) cache.clear();
    cache.set(key, { counts, seq, sightings });
  }

  function read(key: string, cohort: number, segment: string): Known {
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const [row] = sql
      .exec("SELECT counts, seq, sightings FROM cohorts WHERE cohort = ? AND segment = ?", cohort, segment)
      .toArray();
    return row === undefined
      ? { counts: NO_COUNTS, seq: 0, sightings: [] }
      : {
          counts: parseCounts(row.counts),
          seq: Number(row.seq),
          sightings: parseSightings(row.sightings, toCountryOf(segment)),
        };
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

/** The cell of the message itself, not that of the message that it rescues or of the network that it had before. */
const hasOutcome = ({ counts }: Cell, { converted }: Sighting): boolean =>
  (counts[converted ? "converted" : "notConverted"] ?? 0) > 0;

const toCountryOf = (segment: string): string => parseSegmentKey(segment)?.country ?? UNKNOWN_COUNTRY;

/** Counts below zero come from rows that were written while nothing was counted. */
function withoutNegative(counts: Counts): Counts {
  const all = Object.entries(counts);
  return all.every(([, count]) => count > 0) ? counts : Object.fromEntries(all.filter(([, n]) => n > 0));
}

function parseCounts(text: unknown): Counts {
  const counts = parseJson(String(text));
  return typeof counts === "object" && counts !== null ? (counts as Counts) : NO_COUNTS;
}
