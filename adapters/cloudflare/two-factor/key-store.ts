// The tables of idempotency keys, in SQL. The meaning of an answer is in known-keys.ts.

import type { KeyedRequest } from "../../../src/two-factor/challenge/idempotency-key.ts";
import type { Migration } from "../storage/migrations.ts";
import type { Sql } from "../storage/sql.ts";

/** Repetitions come within minutes. A day is as long as challenges are kept after their end. */
export const KEEP_KEYS_MS = 24 * 3_600_000;

/** The record stored under an idempotency key. */
export interface KeyedAnswer extends KeyedRequest {
  readonly challenge: string;
  /** The number of the message that is being sent; `null` as soon as there is an answer. */
  readonly message: number | null;
  /** JSON; `null`: there is no answer yet. */
  readonly answer: string | null;
}

export type KeyStore = ReturnType<typeof createKeyStore>;

/** A claim is in the shard of its key, an answer in the shard of its challenge: often another object. */
export const addIdempotencyKeys: Migration = (sql) => {
  sql.exec(`
CREATE TABLE IF NOT EXISTS key_claims (
  token TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, challenge TEXT NOT NULL, until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS key_claims_by_end ON key_claims (until);
CREATE TABLE IF NOT EXISTS key_answers (
  token TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, challenge TEXT NOT NULL, message INTEGER, answer TEXT,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS key_answers_by_end ON key_answers (until);
`);
};

/** Opens the tables, which a migration has made. */
export function createKeyStore(sql: Sql) {
  return {
    claim({ token, fingerprint }: KeyedRequest, challenge: string, now: number): void {
      sql.exec(
        "INSERT INTO key_claims VALUES (?, ?, ?, ?)",
        token,
        fingerprint,
        challenge,
        now + KEEP_KEYS_MS,
      );
    },

    claimOf(token: string): Pick<KeyedAnswer, "fingerprint" | "challenge"> | undefined {
      const [found] = sql.exec("SELECT * FROM key_claims WHERE token = ?", token).toArray();
      return found && { fingerprint: String(found.fingerprint), challenge: String(found.challenge) };
    },

    write({ token, fingerprint, challenge, message, answer }: KeyedAnswer, now: number): void {
      sql.exec(
        "INSERT OR REPLACE INTO key_answers VALUES (?, ?, ?, ?, ?, ?)",
        token,
        fingerprint,
        challenge,
        message,
        answer,
        now + KEEP_KEYS_MS,
      );
    },

    read(token: string): KeyedAnswer | undefined {
      const [found] = sql.exec("SELECT * FROM key_answers WHERE token = ?", token).toArray();
      return (
        found && {
          token,
          fingerprint: String(found.fingerprint),
          challenge: String(found.challenge),
          message: found.message === null ? null : Number(found.message),
          answer: found.answer === null ? null : String(found.answer),
        }
      );
    },

    remove(token: string): void {
      sql.exec("DELETE FROM key_answers WHERE token = ?", token);
    },

    /** Removes the claims and answers of challenges, and answers that mention a text. Returns the number of answers. */
    erase(challenges: readonly string[], text: string): number {
      const mentioned = sql
        .exec("DELETE FROM key_answers WHERE instr(answer, ?) > 0 RETURNING 1", text)
        .toArray().length;
      return challenges.reduce((sum, id) => {
        sql.exec("DELETE FROM key_claims WHERE challenge = ?", id);
        return sum + sql.exec("DELETE FROM key_answers WHERE challenge = ? RETURNING 1", id).toArray().length;
      }, mentioned);
    },

    /** Deletes expired rows. A row that would live longer than the maximum was stored by a clock that was ahead: cap it. */
    purge(now: number): void {
      for (const table of ["key_claims", "key_answers"]) {
        sql.exec(`DELETE FROM ${table} WHERE until <= ?`, now);
        sql.exec(`UPDATE ${table} SET until = ?1 WHERE until > ?1`, now + KEEP_KEYS_MS);
      }
    },

    nextEnds: (): unknown[] =>
      ["key_claims", "key_answers"].map(
        (table) => sql.exec(`SELECT min(until) AS at FROM ${table}`).toArray()[0]?.at,
      ),
  };
}
