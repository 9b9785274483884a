// The table of reports in SQL. Rows go in and out as they are stored; src/ledger/row.ts parses them.

import type { MessageKey, ReportState } from "../../../src/ledger/row.ts";
import type { Traffic } from "../../../src/wire/report.ts";
import type { Sql, SqlValue } from "../storage/sql.ts";
import type { Position } from "./position.ts";
import { TO_DO } from "./schema.ts";

export type StoredColumns = Record<string, unknown>;

/** A stretch of the table, in the order of its keys. */
export interface Slice {
  /** The last message before it; `undefined`: from the beginning. */
  readonly after: MessageKey | undefined;
  /** Its last message. */
  readonly last: MessageKey;
}

const UPSERT = "INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const IN_SLICE = "(channel, message_id) > (?, ?) AND (channel, message_id) <= (?, ?)";

export type RowTable = ReturnType<typeof createRowTable>;

export function createRowTable(sql: Sql) {
  const all = (query: string, ...bindings: SqlValue[]): StoredColumns[] =>
    sql.exec(query, ...bindings).toArray();

  return {
    /** Bytes on disk. */
    size: () => sql.databaseSize,

    isEmpty: (): boolean => all("SELECT 1 FROM reports LIMIT 1").length === 0,

    read: ({ channel, messageId }: MessageKey): StoredColumns | undefined =>
      all("SELECT * FROM reports WHERE channel = ? AND message_id = ?", channel, messageId)[0],

    has: ({ channel, messageId }: MessageKey): boolean =>
      all("SELECT 1 FROM reports WHERE channel = ? AND message_id = ?", channel, messageId).length > 0,

    write(row: readonly SqlValue[]): void {
      sql.exec(UPSERT, ...row);
    },

    remove({ channel, messageId }: MessageKey): void {
      sql.exec("DELETE FROM reports WHERE channel = ? AND message_id = ?", channel, messageId);
    },

    /** Gives the rows of a state that are due by an instant, the longest due first; none of `recorded`. */
    due: (state: ReportState, traffic: Traffic, by: number, limit: number): StoredColumns[] =>
      all(
        `SELECT * FROM reports WHERE ${TO_DO} AND state = ? AND traffic = ? AND due <= ? ORDER BY due LIMIT ?`,
        state,
        traffic,
        by,
        limit,
      ),

    /** Gives the earliest `due` of a state; none of `recorded`. */
    firstDue(state: ReportState, traffic: Traffic): number | undefined {
      const [first] = all(
        `SELECT min(due) AS due FROM reports WHERE ${TO_DO} AND state = ? AND traffic = ?`,
        state,
        traffic,
      );
      return (first?.due as number | null) ?? undefined;
    },

    /** Makes rows that are due later than an instant due then; none of `recorded`. */
    clampDue(state: ReportState, traffic: Traffic, latest: number): void {
      sql.exec(
        `UPDATE reports SET due = ? WHERE ${TO_DO} AND state = ? AND traffic = ? AND due > ?`,
        latest,
        state,
        traffic,
        latest,
      );
    },

    /** Gives one page of a state: by traffic and due, or by message where no index knows when a row is due. */
    list(state: ReportState, limit: number, after: Position | undefined): StoredColumns[] {
      const [traffic, due, channel, messageId] = after ?? ["", 0, "", ""];
      if (state === "recorded")
        return all(
          `SELECT * FROM reports WHERE state = ? AND (channel, message_id) > (?, ?)
           ORDER BY channel, message_id LIMIT ?`,
          state,
          channel,
          messageId,
          limit,
        );
      return all(
        `SELECT * FROM reports WHERE ${TO_DO} AND state = ? AND (traffic, due, channel, message_id) > (?, ?, ?, ?)
         ORDER BY traffic, due, channel, message_id LIMIT ?`,
        state,
        traffic,
        due,
        channel,
        messageId,
        limit,
      );
    },

    /** Gives the time at which the oldest report that still waits was taken. */
    oldestWaiting(): number | undefined {
      const [oldest] = all(
        `SELECT min(since) AS since FROM reports WHERE ${TO_DO} AND state IN ('sending', 'queued')`,
      );
      return (oldest?.since as number | null) ?? undefined;
    },

    /** Gives the rows that follow a message, in the order of their keys. */
    readAfter: (after: MessageKey | undefined, limit: number): StoredColumns[] =>
      all(
        `SELECT channel, message_id, state, due FROM reports WHERE (channel, message_id) > (?, ?)
         ORDER BY channel, message_id LIMIT ?`,
        after?.channel ?? "",
        after?.messageId ?? "",
        limit,
      ),

    /** Removes the recorded reports of a slice that are due by an instant, and gives what is counted of them. */
    forget: (slice: Slice, by: number): StoredColumns[] =>
      all(
        `DELETE FROM reports WHERE ${IN_SLICE} AND state = 'recorded' AND due <= ?
         RETURNING traffic, channel, state, attempts`,
        ...toBounds(slice),
        by,
      ),

    /** Makes recorded reports of a slice that are due later than an instant due then. */
    clampRecorded(slice: Slice, latest: number): void {
      sql.exec(
        `UPDATE reports SET due = ? WHERE ${IN_SLICE} AND state = 'recorded' AND due > ?`,
        latest,
        ...toBounds(slice),
        latest,
      );
    },
  };
}

const toBounds = ({ after, last }: Slice) =>
  [after?.channel ?? "", after?.messageId ?? "", last.channel, last.messageId] as const;
