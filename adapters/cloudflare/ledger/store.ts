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
import { createQuarantine, LEDGER_QUARANTINE } from "../storage/quarantine.ts";
import type { Sql, Transact } from "../storage/sql.ts";
import { createFlights } from "./flights.ts";
import { createForgettingTable } from "./forgetting-table.ts";
import { createKeyStateTable } from "./key-state-table.ts";
import { createLayoutTable } from "./layout-table.ts";
import { type Count, type Counted, createRowCounts } from "./row-counts.ts";
import { createRowTable, type Position, type Slice, type StoredColumns } from "./row-table.ts";
import { migrateLedger, TO_DO } from "./schema.ts";
import { findUnknownRows } from "./unknown-rows.ts";

export type { Sql, SqlValue } from "../storage/sql.ts";
export type { Count } from "./row-counts.ts";
export type { Position } from "./row-table.ts";

/** A row that this version could not read, as it was found. */
export interface QuarantinedReport {
  readonly channel: string;
  readonly messageId: string;
  /** Epoch milliseconds. */
  readonly since: number;
  /** JSON. */
  readonly raw: string;
}

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
 * @throws {Error} when a later version has changed them; see {@link migrateLedger}.
 */
export function createStore(
  sql: Sql,
  platformTransact: Transact = (work) => work(),
  counting?: StoreCounting,
) {
  migrateLedger(sql, platformTransact);
  const table = createRowTable(sql);
  const quarantine = createQuarantine(sql, LEDGER_QUARANTINE);
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
        .filter((row) => after === undefined || compare(toPosition(row), after) > 0)
        .sort((a, b) => compare(toPosition(a), toPosition(b)))
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

    /**
     * Forgets recorded reports that are due, among the rows that follow a message.
     *
     * @param latest The furthest instant at which a recorded report can be due; later ones are due then.
     * @returns The last message of the slice, and the earliest `due` of the recorded reports that stay in it;
     * `undefined`: no row follows.
     */
    forgetAfter(
      after: MessageKey | undefined,
      limit: number,
      now: number,
      latest: number,
    ): { readonly last: MessageKey; readonly firstDue: number | undefined } | undefined {
      const rows = table.readAfter(after, limit) as unknown as StoredRow[];
      const end = rows.at(-1);
      if (end === undefined) return undefined;
      const last = { channel: end.channel, messageId: end.message_id } as MessageKey;
      const slice: Slice = { after, last };
      const dues = rows.filter(({ state }) => state === "recorded").map(({ due }) => due);
      if (dues.some((due) => due <= now)) {
        for (const forgotten of table.forget(slice, now)) counts.add(forgotten as unknown as Counted, -1);
      }
      if (dues.some((due) => due > latest)) table.clampRecorded(slice, latest);
      const left = dues.filter((due) => due > now).map((due) => Math.min(due, latest));
      return { last, firstDue: left.length === 0 ? undefined : Math.min(...left) };
    },

    /** Moves rows of an unknown state or traffic to the quarantine. */
    quarantineUnknown(now: number): void {
      for (const stored of findUnknownRows(sql)) moveToQuarantine(stored, now);
    },

    listQuarantined(limit: number, after: Position | undefined): QuarantinedReport[] {
      const [, since, source, key] = after ?? [];
      const from =
        source === undefined || key === undefined || since === undefined ? undefined : { source, key, since };
      return quarantine
        .list(limit, from)
        .map(({ source: channel, key: messageId, ...rest }) => ({ channel, messageId, ...rest }));
    },

    countQuarantined: quarantine.count,

    /** Gives the time at which the first quarantined row is to be purged. */
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

const toPosition = ({ traffic, due, channel, messageId }: Row): Position => [
  traffic,
  due,
  channel,
  messageId,
];

function compare(a: Position, b: Position): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  if (index < 0) return 0;
  return (a[index] ?? 0) < (b[index] ?? 0) ? -1 : 1;
}
