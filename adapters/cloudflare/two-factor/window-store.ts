// Messages in each part of each limit's window, in SQL. A row's kind is its limit and the limit's period; its subject
// is what the limit is for, such as the hash of a number.

import type { Counts } from "../../../src/two-factor/challenge/limits.ts";
import type { Quarantine } from "../storage/quarantine.ts";
import { isCount } from "../storage/readable.ts";
import type { Sql } from "../storage/sql.ts";

/** A day's window, which is the longest, and a twelfth of it: see `endOfPart`. */
const LONGEST_MS = 26 * 3_600_000;

/** Opens the table, which a migration has made. */
export function createWindowStore(sql: Sql, quarantine: Quarantine) {
  const windows = {
    /** Counts from a part on. An unreadable row goes into quarantine, and does not count. */
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
     * Moves counts to the subject and the part where they belong: from the subject's former names, as after a change of
     * secrets, and from parts of the future, which a clock that was ahead has counted in and which would refuse until then.
     *
     * @param others Further names of the same subject.
     * @param newest The current part, which counts until `until`, epoch milliseconds.
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
        remove(kind, String(found.subject), part);
        const end = part > newest ? until : Number(found.until);
        windows.add(kind, subject, Math.min(part, newest), end, Number(found.messages));
      }
    },

    /** Adds to a part, which counts until `until`, epoch milliseconds. */
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

    /** Removes the counts of a number, given by all its names. Returns how many rows there were. */
    eraseNumber: (subjects: readonly string[]): number =>
      subjects.reduce(
        (sum, subject) =>
          sum +
          sql
            .exec("DELETE FROM windows WHERE kind LIKE 'number/%' AND subject = ? RETURNING 1", subject)
            .toArray().length,
        0,
      ),

    /** Deletes expired rows. A row that would outlive the maximum was stored by a clock that was ahead: cap it. */
    purge(now: number): void {
      sql.exec("DELETE FROM windows WHERE until <= ?", now);
      sql.exec("UPDATE windows SET until = ? WHERE until > ?", now + LONGEST_MS, now + LONGEST_MS);
    },

    nextEnd: (): unknown => sql.exec("SELECT min(until) AS at FROM windows").toArray()[0]?.at,
  };
  return windows;

  function remove(kind: string, subject: string, part: number): void {
    sql.exec("DELETE FROM windows WHERE kind = ? AND subject = ? AND part = ?", kind, subject, part);
  }

  function isReadable(found: Record<string, unknown>, now: number): boolean {
    const { kind, subject, part, messages } = found;
    if (isCount(messages) && messages > 0 && isCount(part)) return true;
    quarantine.add("windows", `${kind} ${part}`, found, now);
    remove(String(kind), String(subject), part as number);
    return false;
  }
}
