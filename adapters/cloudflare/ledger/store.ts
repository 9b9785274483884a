// The messages of a shard: their rows in SQL, and in memory those whose requests are under way. The rules are in
// src/ledger.

import {
  type MessageKey,
  parseRow,
  type ReportState,
  type Row,
  type StoredRow,
  toStored,
} from "../../../src/ledger/row.ts";
import type { Traffic } from "../../../src/wire/report.ts";
import type { SourceHealth } from "../insight/rpc.ts";
import type { Sql, Transact } from "../storage/sql.ts";
import { createFlights } from "./flights.ts";
import { createForgettingSlices } from "./forgetting-slices.ts";
import { createForgettingTable } from "./forgetting-table.ts";
import { createKeyStateTable } from "./key-state-table.ts";
import { createLayoutTable } from "./layout-table.ts";
import { comparePositions, type Position, toPosition } from "./position.ts";
import { createReportQuarantine } from "./report-quarantine.ts";
import { type Count, createRowCounts } from "./row-counts.ts";
import { createRowTable, type StoredColumns } from "./row-table.ts";
import { migrateLedger, TO_DO } from "./schema.ts";
import { findUnknownRows } from "./unknown-rows.ts";

export type { Sql, SqlValue } from "../storage/sql.ts";
export type { Position } from "./position.ts";
export type { QuarantinedReport } from "./report-quarantine.ts";
export type { Count } from "./row-counts.ts";

/** Counts messages for Insight. */
export interface StoreCounting {
  /** Within a transaction: a row takes the place of another. */
  count(before: Row | undefined, after: Row | undefined): void;
  /** At the end of a transaction. */
  write(): void;
  /** After a rollback. */
  undo(): void;
}

export type Store = ReturnType<typeof createStore>;

/** Rows handled in one transaction where nothing is sent. */
export const ROWS_PER_TRANSACTION = 200;

/**
 * Opens the tables; makes or migrates them first.
 *
 * @param counting `undefined`: nothing is counted.
 * @param tellUnreadable Called when the first row goes to the quarantine.
 * @throws {Error} when a later version has changed them; see {@link migrateLedger}.
 */
export function createStore(
  sql: Sql,
  platformTransact: Transact = (work) => work(),
  counting?: StoreCounting,
  tellUnreadable?: () => void,
) {
  migrateLedger(sql, platformTransact);
  const table = createRowTable(sql);
  const quarantine = createReportQuarantine(sql, tellUnreadable);
  const counts = createRowCounts(sql);
  // By the index alone, so that the many that are recorded are never read for it.
  const countsToDo = createRowCounts(sql, TO_DO);
  const flights = createFlights();

  const store = {
    ...createKeyStateTable(sql),
    ...createLayoutTable(sql),
    ...createForgettingTable(sql),
    size: table.size,
    isEmpty: table.isEmpty,
    firstDue: table.firstDue,
    clampDue: table.clampDue,
    flights,

    /** Runs a function within a transaction. If it fails, what is in memory is as before, too. */
    transact<T>(work: () => T): T {
      const undo = flights.toUndo();
      try {
        return platformTransact(() => {
          const result = work();
          counting?.write();
          return result;
        });
      } catch (error) {
        undo();
        counting?.undo();
        counts.forget();
        countsToDo.forget();
        throw error;
      }
    },

    /** Reads a message: as it is in memory, or else its stored row. */
    read: (key: MessageKey, now: number): Row | undefined =>
      flights.get(key)?.row ?? store.readStored(key, now),

    /** Reads a row. One that cannot be read goes to the quarantine, and the message counts as unknown. */
    readStored(key: MessageKey, now: number): Row | undefined {
      const stored = table.read(key);
      return stored && toRow(stored, now);
    },

    has: (key: MessageKey): boolean => flights.has(key) || table.has(key),

    /** Stores a row: `after` takes the place of `before`; `undefined` is no row. */
    write(before: Row | undefined, after: Row | undefined): void {
      if (before === after) return;
      if (after !== undefined) table.write(toStored(after));
      else if (before !== undefined) table.remove(before);
      counting?.count(before, after);
      for (const all of [counts, countsToDo]) {
        all.add(before, -1);
        all.add(after, 1);
      }
    },

    /** Gives the rows of a state that are due by an instant, the longest due first; none of `recorded`. */
    due: (state: ReportState, traffic: Traffic, by: number, limit: number, now = by): Row[] =>
      table.due(state, traffic, by, limit).flatMap((stored) => toRow(stored, now) ?? []),

    /** Gives one page of a state; {@link Position} continues it. A message under way is `sending`. */
    list(state: ReportState, limit: number, after: Position | undefined, now: number): Row[] {
      const page = table.list(state, limit + flights.count(), after);
      const rows = page.flatMap((stored) => toRow(stored, now) ?? []);
      // Unreadable rows have just gone to the quarantine: read again for a full page.
      if (rows.length < page.length) return store.list(state, limit, after, now);
      const here = rows.filter((row) => !flights.has(row));
      if (state === "sending") here.push(...flights.all().map(({ row }) => row));
      else return here.slice(0, limit);
      return here
        .filter((row) => after === undefined || comparePositions(toPosition(row), after) > 0)
        .sort((a, b) => comparePositions(toPosition(a), toPosition(b)))
        .slice(0, limit);
    },

    /** Gives the time at which the oldest report that still waits was taken. */
    oldestWaiting(): number | undefined {
      const all = [table.oldestWaiting(), ...flights.all().map(({ row }) => row.since)];
      const known = all.filter((since) => since !== undefined);
      return known.length === 0 ? undefined : Math.min(...known);
    },

    counts: (): Count[] => counts.all(flights.all()),

    /** The reports that are not recorded. Those under way count as what is stored of them. */
    health(): SourceHealth {
      const reports = countsToDo.all([]);
      const sum = (...states: ReportState[]) =>
        reports.reduce((all, one) => all + (states.includes(one.state) ? one.reports : 0), 0);
      return {
        waiting: sum("sending", "queued"),
        oldestWaiting: store.oldestWaiting() ?? null,
        dead: sum("dead"),
      };
    },

    ...createForgettingSlices(table, (forgotten) => counts.add(forgotten, -1)),

    /** Moves rows of an unknown state or traffic to the quarantine. */
    quarantineUnknown(now: number): void {
      for (const stored of findUnknownRows(sql)) moveToQuarantine(stored, now);
    },

    listQuarantined: quarantine.list,

    countQuarantined: quarantine.count,

    nextQuarantineEnd: quarantine.nextEnd,

    purgeQuarantine: quarantine.purge,
  };
  return store;

  function toRow(stored: StoredColumns, now: number): Row | undefined {
    const row = parseRow(stored);
    if (row === undefined) moveToQuarantine(stored, now);
    return row;
  }

  function moveToQuarantine(stored: StoredColumns, now: number): void {
    const { channel, message_id } = stored as unknown as StoredRow;
    quarantine.add(channel, message_id, stored, now);
    table.remove({ channel, messageId: message_id } as MessageKey);
    counts.forget();
    countsToDo.forget();
  }
}
