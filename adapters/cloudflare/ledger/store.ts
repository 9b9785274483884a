// The shard's tables. Knows SQL, and nothing of what rows mean.

import type { KeyState } from "../../../src/ledger/key-state.ts";
import { type Layout, parseLayout } from "../../../src/ledger/layout.ts";
import {
  type MessageKey,
  parseRow,
  REPORT_STATES,
  type ReportState,
  type Row,
  type StoredRow,
  toStored,
} from "../../../src/ledger/row.ts";
import { parseGate, toStoredGate } from "../../../src/ledger/stored-gate.ts";
import { TRAFFICS, type Traffic } from "../../../src/wire/report.ts";
import { type Migration, migrate } from "../storage/migrations.ts";
import { createQuarantine, LEDGER_QUARANTINE } from "../storage/quarantine.ts";
import type { Sql, SqlValue, Transact } from "../storage/sql.ts";

export type { Sql, SqlValue } from "../storage/sql.ts";

/** A row that could not be read, as it was found. */
export interface SetAside {
  readonly channel: string;
  readonly messageId: string;
  /** Epoch milliseconds. */
  readonly since: number;
  /** JSON. */
  readonly raw: string;
}

/** How many reports there are of a kind, and the attempts they took. */
export interface Count {
  readonly traffic: Traffic;
  readonly channel: Row["channel"];
  readonly state: ReportState;
  reports: number;
  attempts: number;
}

/** Where a listing goes on: after this. */
export type Position = readonly [traffic: string, due: number, channel: string, messageId: string];

export type Store = ReturnType<typeof createStore>;

/** Without rowid: one tree keyed by message. The index serves the alarm, listings and counts. */
const TABLES = `
CREATE TABLE IF NOT EXISTS reports (
  channel TEXT NOT NULL, message_id TEXT NOT NULL, traffic TEXT NOT NULL, state TEXT NOT NULL,
  delivered INTEGER, occurred_at INTEGER, due INTEGER NOT NULL, since INTEGER NOT NULL,
  attempts INTEGER NOT NULL, reason TEXT, successor INTEGER,
  PRIMARY KEY (channel, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reports_by_due ON reports (state, traffic, due);
CREATE TABLE IF NOT EXISTS gates (traffic TEXT PRIMARY KEY, gate TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS set_aside (
  channel TEXT NOT NULL, message_id TEXT NOT NULL, since INTEGER NOT NULL, raw TEXT NOT NULL,
  PRIMARY KEY (channel, message_id, since)
) STRICT, WITHOUT ROWID;
`;

/**
 * No migration: earlier versions do not look at this table and can go on with the others, so a rollback stays possible.
 */
const LAYOUT = "CREATE TABLE IF NOT EXISTS layout (layout TEXT NOT NULL) STRICT";

const MIGRATIONS: readonly Migration[] = [
  (sql) => {
    sql.exec(TABLES);
  },
];

/**
 * Opens the tables, making or changing them where a former version left others.
 *
 * @throws {Error} when a later version has been here; see {@link migrate}.
 */
export function createStore(sql: Sql, transact: Transact = (work) => work()) {
  migrate(sql, transact, "The ledger", MIGRATIONS);
  sql.exec(LAYOUT);
  const quarantine = createQuarantine(sql, LEDGER_QUARANTINE);
  let counts: Map<string, Count> | undefined;

  const store = {
    /** Bytes on disk. */
    size: () => sql.databaseSize,

    /** What is stored of a message. What cannot be read is set aside, and the message is as if unknown. */
    read({ channel, messageId }: MessageKey, now: number): Row | undefined {
      const [stored] = sql
        .exec("SELECT * FROM reports WHERE channel = ? AND message_id = ?", channel, messageId)
        .toArray();
      return stored && toRow(stored, now);
    },

    has: ({ channel, messageId }: MessageKey): boolean =>
      sql.exec("SELECT 1 FROM reports WHERE channel = ? AND message_id = ?", channel, messageId).toArray()
        .length > 0,

    /** Stores a step's result. `before` and `after` may each be nothing. */
    write(before: Row | undefined, after: Row | undefined): void {
      if (before === after) return;
      if (after !== undefined) sql.exec(UPSERT, ...toStored(after));
      else if (before !== undefined) remove(before.channel, before.messageId);
      count(before, -1);
      count(after, 1);
    },

    /** The rows of a state that are due by an instant, the longest due first. */
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

    /** When the first row of a state is due. */
    firstDue(state: ReportState, traffic: Traffic): number | undefined {
      const [first] = sql
        .exec("SELECT min(due) AS due FROM reports WHERE state = ? AND traffic = ?", state, traffic)
        .toArray();
      return (first?.due as number | null) ?? undefined;
    },

    /** Makes everything that was begun due now: for a new instance, which knows that none of it is under way. */
    reviveSending(now: number): number {
      const orphans = TRAFFICS.flatMap((traffic) =>
        sql.exec("SELECT * FROM reports WHERE state = 'sending' AND traffic = ?", traffic).toArray(),
      );
      if (orphans.length > 0) sql.exec("UPDATE reports SET due = ? WHERE state = 'sending'", now);
      return orphans.length;
    },

    /** Makes what is due later than an instant due then. */
    clampDue(state: ReportState, traffic: Traffic, latest: number): void {
      sql.exec(
        "UPDATE reports SET due = ? WHERE state = ? AND traffic = ? AND due > ?",
        latest,
        state,
        traffic,
        latest,
      );
    },

    /** Sets aside what no state or traffic that is known would ever find. */
    setAsideUnknown(now: number): void {
      for (const state of distinct("state")) {
        const known = REPORT_STATES.includes(state as ReportState);
        for (const traffic of distinct("traffic", "state = ?", state)) {
          if (known && TRAFFICS.includes(traffic as Traffic)) continue;
          const unknown = sql
            .exec("SELECT * FROM reports WHERE state = ? AND traffic = ? LIMIT 1000", state, traffic)
            .toArray();
          for (const stored of unknown) setAside(stored, now);
        }
      }
    },

    /** One page of a state, by traffic and due. */
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
      // What could not be read is gone from here by now: once more, for a full page.
      return rows.length === page.length ? rows : store.list(state, limit, after, now);
    },

    listSetAside(limit: number, after: Position | undefined): SetAside[] {
      const [, since, source, key] = after ?? [];
      const from =
        source === undefined || key === undefined || since === undefined ? undefined : { source, key, since };
      return quarantine
        .list(limit, from)
        .map(({ source: channel, key: messageId, ...rest }) => ({ channel, messageId, ...rest }));
    },

    countSetAside: quarantine.count,

    /** When the first row that was set aside is to be purged. */
    nextSetAsideEnd: quarantine.nextEnd,

    purgeSetAside: quarantine.purge,

    /** Counted once in an instance's life, and kept up to date from then on: counting reads every row. */
    counts(): Count[] {
      if (counts === undefined) {
        const rows = sql
          .exec(
            `SELECT traffic, channel, state, count(*) AS reports, sum(attempts) AS attempts
             FROM reports GROUP BY state, traffic, channel`,
          )
          .toArray() as unknown as Count[];
        counts = new Map(rows.map((one) => [toKind(one), { ...one }]));
      }
      return [...counts.values()].filter(({ reports }) => reports > 0);
    },

    /** After a rollback: what was counted did not happen. */
    forgetCounts(): void {
      counts = undefined;
    },

    /** Since when the oldest report is on its way. */
    oldestWaiting(): number | undefined {
      const [oldest] = sql
        .exec("SELECT min(since) AS since FROM reports WHERE state IN ('sending', 'queued')")
        .toArray();
      return (oldest?.since as number | null) ?? undefined;
    },

    readKeyStates: (): ReadonlyMap<string, KeyState> =>
      new Map(
        sql
          .exec("SELECT * FROM gates")
          .toArray()
          .flatMap(({ traffic, gate: stored }) => {
            const state = parseGate(String(stored));
            return state === undefined ? [] : [[String(traffic), state] as const];
          }),
      ),

    /** What cannot be read is as if unknown: the Worker asks the authority, and it is stored anew. */
    readLayout(): Layout | undefined {
      const [found] = sql.exec("SELECT layout FROM layout").toArray();
      return found && parseLayout(String(found.layout));
    },

    writeLayout(layout: Layout): void {
      sql.exec("DELETE FROM layout");
      sql.exec("INSERT INTO layout VALUES (?)", JSON.stringify(layout));
    },

    writeKeyState(traffic: Traffic, state: KeyState): void {
      sql.exec("INSERT OR REPLACE INTO gates VALUES (?, ?)", traffic, JSON.stringify(toStoredGate(state)));
    },
  };
  return store;

  function toRow(stored: Record<string, unknown>, now: number): Row | undefined {
    const row = parseRow(stored);
    if (row === undefined) setAside(stored, now);
    return row;
  }

  function setAside(stored: Record<string, unknown>, now: number): void {
    const { channel, message_id } = stored as unknown as StoredRow;
    quarantine.add(channel, message_id, stored, now);
    remove(channel, message_id);
    counts = undefined;
  }

  function remove(channel: string, messageId: string): void {
    sql.exec("DELETE FROM reports WHERE channel = ? AND message_id = ?", channel, messageId);
  }

  function count(row: Row | undefined, sign: 1 | -1): void {
    if (counts === undefined || row === undefined) return;
    const { traffic, channel, state } = row;
    const kind = toKind(row);
    const one = counts.get(kind) ?? { traffic, channel, state, reports: 0, attempts: 0 };
    one.reports += sign;
    one.attempts += sign * row.attempts;
    counts.set(kind, one);
  }

  /** The values of an indexed column, one look-up each: DISTINCT would read every row. */
  function distinct(column: "state" | "traffic", where = "1 = 1", ...bindings: SqlValue[]): string[] {
    const values: string[] = [];
    for (;;) {
      // The empty text too is a value, and comes before all others.
      const beyond = values.slice(-1);
      const [next] = sql
        .exec(
          `SELECT min(${column}) AS value FROM reports WHERE ${where}${beyond.map(() => ` AND ${column} > ?`).join("")}`,
          ...bindings,
          ...beyond,
        )
        .toArray();
      if (typeof next?.value !== "string") return values;
      values.push(next.value);
    }
  }
}

const UPSERT = "INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const toKind = ({ traffic, channel, state }: Pick<Row, "traffic" | "channel" | "state">) =>
  `${state} ${traffic} ${channel}`;
