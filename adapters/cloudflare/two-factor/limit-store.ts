// What was sent in each part of each window, and how often other things happened. Knows SQL.

import type { Counts } from "../../../src/two-factor/challenge/limits.ts";
import type { Webhook, WebhookOutcome, WebhookSighting } from "../../http/two-factor/webhook-record.ts";
import { type Migration, migrate } from "../storage/migrations.ts";
import { addQuarantine, createQuarantine } from "../storage/quarantine.ts";
import type { Sql, Transact } from "../storage/sql.ts";

export type LimitStore = ReturnType<typeof createLimitStore>;

/** As 0.1.0 made them, which knew no versions. */
const TABLES = `
CREATE TABLE IF NOT EXISTS windows (
  kind TEXT NOT NULL, subject TEXT NOT NULL, part INTEGER NOT NULL, messages INTEGER NOT NULL,
  until INTEGER NOT NULL, PRIMARY KEY (kind, subject, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS windows_by_end ON windows (until);
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

const MIGRATIONS: readonly Migration[] = [
  (sql) => {
    sql.exec(TABLES);
  },
  addQuarantine,
  (sql) => {
    sql.exec(`
CREATE TABLE IF NOT EXISTS webhooks (
  webhook TEXT NOT NULL, outcome TEXT NOT NULL, count INTEGER NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY (webhook, outcome)
) STRICT, WITHOUT ROWID;
`);
  },
  // 0.1.0 kept everything for two periods; of use it is for one, and a twelfth of one.
  (sql) => {
    sql.exec(
      `UPDATE windows SET until = min(until, (part + 13) * CAST(substr(kind, instr(kind, '/') + 1) AS INTEGER) / 12)
       WHERE kind LIKE '%/%'`,
    );
  },
];

/** A day's window, which is the longest, and a twelfth of it: see `endOfPart`. */
const LONGEST_MS = 26 * 3_600_000;

/**
 * Opens the tables, making or changing them where a former version left others.
 *
 * @throws {Error} when a later version has been here; see {@link migrate}.
 */
export function createLimitStore(sql: Sql, transact: Transact = (work) => work()) {
  migrate(sql, transact, "The limits' object", MIGRATIONS);
  const quarantine = createQuarantine(sql);

  return {
    quarantine,

    /** From a part on. What cannot be read is set aside, and not counted. */
    read(kind: string, subject: string, from: number, now: number): Counts {
      return new Map(
        sql
          .exec("SELECT * FROM windows WHERE kind = ? AND subject = ? AND part >= ?", kind, subject, from)
          .toArray()
          .filter((found) => isReadable(found, now))
          .map(({ part, messages }) => [Number(part), Number(messages)]),
      );
    },

    /**
     * Brings together under one subject what was counted under several, as before a change of secrets, and in parts that
     * a clock which was ahead has counted in, which would refuse until then.
     *
     * @param others Further names of the same subject.
     * @param newest The part of now, which is of use until `until`, epoch milliseconds.
     */
    gather(
      kind: string,
      subject: string,
      others: readonly string[],
      newest: number,
      until: number,
      now: number,
    ): void {
      const named = others.map((other) =>
        sql.exec("SELECT * FROM windows WHERE kind = ? AND subject = ?", kind, other).toArray(),
      );
      const ahead = sql
        .exec("SELECT * FROM windows WHERE kind = ? AND subject = ? AND part > ?", kind, subject, newest)
        .toArray();
      for (const found of [...named.flat(), ...ahead].filter((one) => isReadable(one, now))) {
        const part = Number(found.part);
        sql.exec(
          "DELETE FROM windows WHERE kind = ? AND subject = ? AND part = ?",
          kind,
          String(found.subject),
          part,
        );
        const end = part > newest ? until : Number(found.until);
        this.add(kind, subject, Math.min(part, newest), end, Number(found.messages));
      }
    },

    /** Counts more in a part, which is of no use any more from `until` on, epoch milliseconds. */
    add(kind: string, subject: string, part: number, until: number, messages = 1): void {
      sql.exec(
        `INSERT INTO windows VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, subject, part)
         DO UPDATE SET messages = messages + excluded.messages, until = max(until, excluded.until)`,
        kind,
        subject,
        part,
        messages,
        until,
      );
    },

    count(name: string): void {
      sql.exec("INSERT INTO counts VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET count = count + 1", name);
    },

    counts: (now: number): Record<string, number> =>
      Object.fromEntries(
        sql
          .exec("SELECT * FROM counts ORDER BY name")
          .toArray()
          .filter((found) => isCount(found.count) || setCountAside(found, now))
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

    sightings: (now: number): WebhookSighting[] =>
      sql
        .exec("SELECT * FROM webhooks ORDER BY webhook, outcome")
        .toArray()
        .filter((found) => isSighting(found, now))
        .map(({ webhook, outcome, count, last_at }) => ({
          webhook: webhook as Webhook,
          outcome: outcome as WebhookOutcome,
          count: Number(count),
          lastAt: Number(last_at),
        })),

    /** Removes what was counted for one number; gives how many rows that were. */
    erase: (subjects: readonly string[]): number =>
      subjects.reduce(
        (sum, subject) =>
          sum +
          sql
            .exec("DELETE FROM windows WHERE kind LIKE 'number/%' AND subject = ? RETURNING 1", subject)
            .toArray().length,
        0,
      ),

    /** Deletes expired rows. A row that would outlive the maximum was stored by a clock that was ahead, and is capped. */
    purge(now: number): void {
      sql.exec("DELETE FROM windows WHERE until <= ?", now);
      sql.exec("UPDATE windows SET until = ? WHERE until > ?", now + LONGEST_MS, now + LONGEST_MS);
      quarantine.purge(now);
    },

    nextEnd(): number | undefined {
      const [first] = sql.exec("SELECT min(until) AS at FROM windows").toArray();
      const ends = [first?.at, quarantine.nextEnd()].filter((at) => typeof at === "number");
      return ends.length === 0 ? undefined : Math.min(...ends);
    },
  };

  function isReadable(found: Record<string, unknown>, now: number): boolean {
    const { kind, subject, part, messages } = found;
    if (isCount(messages) && messages > 0 && isCount(part)) return true;
    quarantine.add("windows", `${kind} ${part}`, found, now);
    const key = [String(kind), String(subject), part as number];
    sql.exec("DELETE FROM windows WHERE kind = ? AND subject = ? AND part = ?", ...key);
    return false;
  }

  function isSighting(found: Record<string, unknown>, now: number): boolean {
    const { webhook, outcome, count, last_at } = found;
    if (isCount(count) && isInstant(last_at)) return true;
    quarantine.add("webhooks", `${webhook} ${outcome}`, found, now);
    sql.exec("DELETE FROM webhooks WHERE webhook = ? AND outcome = ?", String(webhook), String(outcome));
    return false;
  }

  function setCountAside(found: Record<string, unknown>, now: number): false {
    quarantine.add("counts", String(found.name), found, now);
    sql.exec("DELETE FROM counts WHERE name = ?", String(found.name));
    return false;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** ±8.64e15 ms is all that a Date can hold. */
const isInstant = (value: unknown) => isCount(value) && value <= 8.64e15;
