// The rows of a shard in SQL. The rules are in src/ledger.

import {
  type MessageKey,
  parseRow,
  type ReportState,
  type Row,
  type StoredRow,
  toStored,
} from "../../../src/ledger/row.ts";
import { TRAFFICS, type Traffic } from "../../../src/wire/report.ts";
import { createQuarantine, LEDGER_QUARANTINE } from "../storage/quarantine.ts";
import type { Sql, Transact } from "../storage/sql.ts";
import { createKeyStateTable } from "./key-state-table.ts";
import { createLayoutTable } from "./layout-table.ts";
import { type Count, createRowCounts } from "./row-counts.ts";
import { migrateLedger } from "./schema.ts";
import { findUnknownRows } from "./unknown-rows.ts";

export type { Sql, SqlValue } from "../storage/sql.ts";
export type { Count } from "./row-counts.ts";

/** A row that this version could not read, as it was found. */
export interface QuarantinedReport {
  readonly channel: string;
  readonly messageId: string;
  /** Epoch milliseconds. */
  readonly since: number;
  /** JSON. */
  readonly raw: string;
}

/** The last row of a page; the next page begins after it. */
export type Position = readonly [traffic: string, due: number, channel: string, messageId: string];

export type Store = ReturnType<typeof createStore>;

/** Rows handled in one transaction where nothing is sent. */
export const ROWS_PER_TRANSACTION = 200;

const UPSERT = "INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/**
 * Opens the tables; makes or migrates them first.
 *
 * @throws {Error} when a later version has changed them; see {@link migrateLedger}.
 */
export function createStore(sql: Sql, transact: Transact = (work) => work()) {
  migrateLedger(sql, transact);
  const quarantine = createQuarantine(sql, LEDGER_QUARANTINE);
  const counts = createRowCounts(sql);

  const store = {
    ...createKeyStateTable(sql),
    ...createLayoutTable(sql),

    /** Bytes on disk. */
    size: () => sql.databaseSize,

    /** Reads a message. A row that cannot be read goes to the quarantine, and the message counts as unknown. */
    read({ channel, messageId }: MessageKey, now: number): Row | undefined {
      const [stored] = sql
        .exec("SELECT * FROM reports WHERE channel = ? AND message_id = ?", channel, messageId)
        .toArray();
      return stored && toRow(stored, now);
    },

    has: ({ channel, messageId }: MessageKey): boolean =>
      sql.exec("SELECT 1 FROM reports WHERE channel = ? AND message_id = ?", channel, messageId).toArray()
        .length > 0,

    /** Stores the result of a step: `after` takes the place of `before`; `undefined` is no row. */
    write(before: Row | undefined, after: Row | undefined): void {
      if (before === after) return;
      if (after !== undefined) sql.exec(UPSERT, ...toStored(after));
      else if (before !== undefined) remove(before.channel, before.messageId);
      counts.add(before, -1);
      counts.add(after, 1);
    },

    /** Gives the rows of a state that are due by an instant, the longest due first. */
    due(state: ReportState, traffic: Traffic, by: number, limit: number, now = by): Row[] {
      return sql
        .exec(
          "SELECT * FROM reports WHERE state = ? AND traffic = ? AND due <= ? ORDER BY due LIMIT ?",
          state,
          traffic,
          by,
          limit,
        )
        .toArray()
        .flatMap((stored) => toRow(stored, now) ?? []);
    },

    /** Gives the earliest `due` of a state. */
    firstDue(state: ReportState, traffic: Traffic): number | undefined {
      const [first] = sql
        .exec("SELECT min(due) AS due FROM reports WHERE state = ? AND traffic = ?", state, traffic)
        .toArray();
      return (first?.due as number | null) ?? undefined;
    },

    /** Makes every begun request due now: in a new instance none of them is under way. */
    reviveSending(now: number): number {
      const orphans = TRAFFICS.flatMap((traffic) =>
        sql.exec("SELECT * FROM reports WHERE state = 'sending' AND traffic = ?", traffic).toArray(),
      );
      if (orphans.length > 0) sql.exec("UPDATE reports SET due = ? WHERE state = 'sending'", now);
      return orphans.length;
    },

    /** Makes rows that are due later than an instant due then. */
    clampDue(state: ReportState, traffic: Traffic, latest: number): void {
      sql.exec(
        "UPDATE reports SET due = ? WHERE state = ? AND traffic = ? AND due > ?",
        latest,
        state,
        traffic,
        latest,
      );
    },

    /** Gives one page of a state, by traffic and due. */
    list(state: ReportState, limit: number, after: Position | undefined, now: number): Row[] {
      const [traffic, due, channel, messageId] = after ?? ["", 0, "", ""];
      const page = sql
        .exec(
          `SELECT * FROM reports WHERE state = ? AND (traffic, due, channel, message_id) > (?, ?, ?, ?)
           ORDER BY traffic, due, channel, message_id LIMIT ?`,
          state,
          traffic,
          due,
          channel,
          messageId,
          limit,
        )
        .toArray();
      const rows = page.flatMap((stored) => toRow(stored, now) ?? []);
      // Unreadable rows have just gone to the quarantine: read again for a full page.
      return rows.length === page.length ? rows : store.list(state, limit, after, now);
    },

    /** Gives the time at which the oldest report that still waits was taken. */
    oldestWaiting(): number | undefined {
      const [oldest] = sql
        .exec("SELECT min(since) AS since FROM reports WHERE state IN ('sending', 'queued')")
        .toArray();
      return (oldest?.since as number | null) ?? undefined;
    },

    counts: (): Count[] => counts.all(),

    /** After a rollback: the counted changes did not happen. */
    forgetCounts: counts.forget,

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

  function toRow(stored: Record<string, unknown>, now: number): Row | undefined {
    const row = parseRow(stored);
    if (row === undefined) moveToQuarantine(stored, now);
    return row;
  }

  function moveToQuarantine(stored: Record<string, unknown>, now: number): void {
    const { channel, message_id } = stored as unknown as StoredRow;
    quarantine.add(channel, message_id, stored, now);
    remove(channel, message_id);
    counts.forget();
  }

  function remove(channel: string, messageId: string): void {
    sql.exec("DELETE FROM reports WHERE channel = ? AND message_id = ?", channel, messageId);
  }
}
