// The tables of challenges. Knows SQL, and nothing of what challenges mean.

import type { Challenge } from "../../../src/two-factor/challenge.ts";
import type { Statement } from "../../../src/two-factor/step.ts";
import type { Sql } from "../ledger/store.ts";

/** A statement that the ledger has not confirmed yet. */
export interface Outgoing {
  readonly sequence: number;
  readonly statement: Statement;
}

export type ChallengeStore = ReturnType<typeof createChallengeStore>;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS challenges (
  id TEXT PRIMARY KEY, number TEXT NOT NULL, settle_at INTEGER, forget_at INTEGER NOT NULL, challenge TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS challenges_by_number ON challenges (number);
CREATE INDEX IF NOT EXISTS challenges_by_end ON challenges (forget_at);
CREATE INDEX IF NOT EXISTS challenges_by_settling ON challenges (settle_at) WHERE settle_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, statement TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nonces_by_end ON nonces (until);
`;

/** Opens the tables, making them where they are not there. */
export function createChallengeStore(sql: Sql) {
  sql.exec(SCHEMA);

  return {
    /** Bytes on disk. */
    size: () => sql.databaseSize,

    read(id: string): Challenge | undefined {
      const [found] = sql.exec("SELECT challenge FROM challenges WHERE id = ?", id).toArray();
      return found && JSON.parse(String(found.challenge));
    },

    /** Of one number, the newest first. */
    ofNumber(number: string): Challenge[] {
      return sql
        .exec("SELECT challenge FROM challenges WHERE number = ?", number)
        .toArray()
        .map(({ challenge }): Challenge => JSON.parse(String(challenge)))
        .sort((a, b) => b.createdAt - a.createdAt);
    },

    /**
     * @param settleAt When to look after a message that is being sent; `undefined`: there is none.
     * @param forgetAt When to forget all of it.
     */
    write(challenge: Challenge, settleAt: number | undefined, forgetAt: number): void {
      const { id, to } = challenge;
      sql.exec(
        "INSERT OR REPLACE INTO challenges VALUES (?, ?, ?, ?, ?)",
        id,
        to,
        settleAt ?? null,
        forgetAt,
        JSON.stringify(challenge),
      );
    },

    /** Ids of challenges with a message that should have been sent by now. */
    unsettled(by: number, limit: number): string[] {
      return sql
        .exec("SELECT id FROM challenges WHERE settle_at <= ? LIMIT ?", by, limit)
        .toArray()
        .map(({ id }) => String(id));
    },

    remove(id: string): void {
      sql.exec("DELETE FROM challenges WHERE id = ?", id);
    },

    /** Keeps a statement until the ledger has confirmed it. */
    post(statement: Statement): Outgoing {
      const [row] = sql
        .exec("INSERT INTO outbox (statement) VALUES (?) RETURNING sequence", JSON.stringify(statement))
        .toArray();
      return { sequence: Number(row?.sequence), statement };
    },

    unposted(limit: number, after: number): Outgoing[] {
      return sql
        .exec("SELECT * FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?", after, limit)
        .toArray()
        .map(({ sequence, statement }) => ({
          sequence: Number(sequence),
          statement: JSON.parse(String(statement)),
        }));
    },

    confirm(sequence: number): void {
      sql.exec("DELETE FROM outbox WHERE sequence = ?", sequence);
    },

    /** Remembers a nonce; `false`: it was there already. */
    remember(nonce: string, until: number): boolean {
      return (
        sql.exec("INSERT OR IGNORE INTO nonces VALUES (?, ?) RETURNING nonce", nonce, until).toArray()
          .length > 0
      );
    },

    /** Forgets what has had its time. */
    purge(now: number): void {
      sql.exec("DELETE FROM challenges WHERE forget_at <= ?", now);
      sql.exec("DELETE FROM nonces WHERE until <= ?", now);
    },

    /** When there is next something to settle or to forget. */
    nextEnd(): number | undefined {
      const ends = [
        "SELECT min(settle_at) AS at FROM challenges WHERE settle_at IS NOT NULL",
        "SELECT min(forget_at) AS at FROM challenges",
        "SELECT min(until) AS at FROM nonces",
      ]
        .map((query) => sql.exec(query).toArray()[0]?.at)
        .filter((at) => typeof at === "number");
      return ends.length === 0 ? undefined : Math.min(...ends);
    },
  };
}
