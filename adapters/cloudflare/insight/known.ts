// The last counters that each source sent of a cohort: what is new is the difference to them.

import type { Counts } from "../../../src/insight/counts.ts";
import type { Quarantine } from "../storage/quarantine.ts";
import type { Sql } from "../storage/sql.ts";
import { arePairs, type CounterNames, formatCounts, parseObject, toCounts } from "./cells-text.ts";
import { DAY_MS } from "./roll-ups.ts";

/** One cohort of one source. */
export interface KnownCohort {
  /** The cohort in which it is counted: another one where the source's clock was ahead. It never changes. */
  readonly placed: number;
  readonly entries: Map<string, KnownEntry>;
}

export interface KnownEntry {
  readonly seq: number;
  readonly counts: Counts;
}

/** A source can change a cohort for five days; a day more is for a source that could not send. */
const CAN_CHANGE_MS = 6 * DAY_MS;
/** No source is silent for so long and then comes back with what it counted before. */
export const KEEP_KNOWN_MS = 31 * DAY_MS;

export type Known = ReturnType<typeof createKnown>;

export function createKnown(sql: Sql, names: CounterNames, quarantine: Quarantine) {
  return {
    read(source: string, cohort: number, now: number): KnownCohort | undefined {
      const [row] = sql.exec("SELECT * FROM known WHERE source = ? AND cohort = ?", source, cohort).toArray();
      if (row === undefined) return undefined;
      const entries = parseEntries(row.entries, names);
      if (entries !== undefined) return { placed: Number(row.placed), entries };
      quarantine.add("known", `${source} ${cohort}`, row, now);
      sql.exec("DELETE FROM known WHERE source = ? AND cohort = ?", source, cohort);
      return undefined;
    },

    write(source: string, cohort: number, { placed, entries }: KnownCohort): void {
      const row: Record<string, number[]> = {};
      for (const [segment, { seq, counts }] of entries) row[segment] = [seq, ...formatCounts(counts, names)];
      sql.exec(
        `INSERT INTO known VALUES (?, ?, ?, ?) ON CONFLICT (source, cohort)
         DO UPDATE SET entries = excluded.entries`,
        source,
        cohort,
        placed,
        JSON.stringify(row),
      );
    },

    /**
     * Removes cohorts that can no longer change. A source that was not heard of since may still have changes to send, so its
     * own last call decides.
     */
    purge(now: number): void {
      sql.exec(
        `DELETE FROM known WHERE cohort < ?
         OR cohort < (SELECT min(at, ?) - ? FROM sources WHERE sources.name = known.source)`,
        now - KEEP_KNOWN_MS,
        now,
        CAN_CHANGE_MS,
      );
    },
  };
}

function parseEntries(text: unknown, names: CounterNames): Map<string, KnownEntry> | undefined {
  const row = parseObject(text);
  if (row === undefined) return undefined;
  const entries = new Map<string, KnownEntry>();
  for (const [segment, numbers] of Object.entries(row)) {
    if (!arePairs(numbers, 1, names)) return undefined;
    const [seq] = numbers;
    if (seq === undefined || !Number.isSafeInteger(seq)) return undefined;
    entries.set(segment, { seq, counts: toCounts(numbers, 1, names) });
  }
  return entries;
}
