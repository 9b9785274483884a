// What was sent in each part of each window, and how often other things happened. Knows SQL.

import type { Counts } from "../../../src/two-factor/limits.ts";
import type { Webhook, WebhookOutcome, WebhookSighting } from "../../fetch/two-factor/webhook-record.ts";
import type { Sql } from "../ledger/store.ts";

export type LimitStore = ReturnType<typeof createLimitStore>;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS windows (
  kind TEXT NOT NULL, subject TEXT NOT NULL, part INTEGER NOT NULL, messages INTEGER NOT NULL,
  until INTEGER NOT NULL, PRIMARY KEY (kind, subject, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS windows_by_end ON windows (until);
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS webhooks (
  webhook TEXT NOT NULL, outcome TEXT NOT NULL, count INTEGER NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY (webhook, outcome)
) STRICT, WITHOUT ROWID;
`;

/** Opens the tables, making them where they are not there. */
export function createLimitStore(sql: Sql) {
  sql.exec(SCHEMA);

  return {
    /** From a part on. */
    read(kind: string, subject: string, from: number): Counts {
      return new Map(
        sql
          .exec(
            "SELECT part, messages FROM windows WHERE kind = ? AND subject = ? AND part >= ?",
            kind,
            subject,
            from,
          )
          .toArray()
          .map(({ part, messages }) => [Number(part), Number(messages)]),
      );
    },

    /** Counts one more in a part, which is of no use any more from `until` on, epoch milliseconds. */
    add(kind: string, subject: string, part: number, until: number): void {
      sql.exec(
        `INSERT INTO windows VALUES (?, ?, ?, 1, ?)
         ON CONFLICT (kind, subject, part) DO UPDATE SET messages = messages + 1, until = excluded.until`,
        kind,
        subject,
        part,
        until,
      );
    },

    count(name: string): void {
      sql.exec("INSERT INTO counts VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET count = count + 1", name);
    },

    counts: (): Record<string, number> =>
      Object.fromEntries(
        sql
          .exec("SELECT * FROM counts ORDER BY name")
          .toArray()
          .map(({ name, count }) => [String(name), Number(count)]),
      ),

    /** Adds to how often webhooks of one route ended in one way. */
    see({ webhook, outcome, count, lastAt }: WebhookSighting): void {
      sql.exec(
        `INSERT INTO webhooks VALUES (?, ?, ?, ?) ON CONFLICT (webhook, outcome)
         DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)`,
        webhook,
        outcome,
        count,
        lastAt,
      );
    },

    sightings: (): WebhookSighting[] =>
      sql
        .exec("SELECT * FROM webhooks ORDER BY webhook, outcome")
        .toArray()
        .map(({ webhook, outcome, count, last_at }) => ({
          webhook: webhook as Webhook,
          outcome: outcome as WebhookOutcome,
          count: Number(count),
          lastAt: Number(last_at),
        })),

    purge(now: number): void {
      sql.exec("DELETE FROM windows WHERE until <= ?", now);
    },

    nextEnd(): number | undefined {
      const [first] = sql.exec("SELECT min(until) AS at FROM windows").toArray();
      return typeof first?.at === "number" ? first.at : undefined;
    },
  };
}
