// The tables of challenges, in SQL. The meaning of a challenge is in src/two-factor/challenge.

import type { Challenge } from "../../../src/two-factor/challenge/challenge.ts";
import type { OutboxMessage } from "../../../src/two-factor/challenge/step.ts";
import { parseChallenge, parseOutboxMessage } from "../../../src/two-factor/challenge/stored.ts";
import { listSpellings, toCanonicalNumber } from "../../../src/two-factor/numbers/spellings.ts";
import { addCounters } from "../insight/counting/tables.ts";
import { type Migration, migrate } from "../storage/migrations.ts";
import { addQuarantine, createQuarantine } from "../storage/quarantine.ts";
import type { Sql, Transact } from "../storage/sql.ts";
import { addIdempotencyKeys, createKeyStore } from "./key-store.ts";

/** An outbox message that the ledger has not confirmed yet. */
export interface Outgoing {
  readonly sequence: number;
  readonly outboxMessage: OutboxMessage;
}

export type ChallengeStore = ReturnType<typeof createChallengeStore>;

/** As 0.1.0 made them, before there were schema versions. */
const TABLES = `
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

const MIGRATIONS: readonly Migration[] = [
  (sql) => {
    sql.exec(TABLES);
  },
  addQuarantine,
  addIdempotencyKeys,
  addCounters,
];

/** The longest lifetime of a code, and a day after its end. */
const FORGOTTEN_AFTER_MS = 25 * 3_600_000;
/** The longest that a webhook's signature stays valid. */
const NONCE_KEPT_MS = 3_600_000;

/**
 * Opens the tables, and creates or migrates them first.
 *
 * @throws {Error} when a later version has used this object; see {@link migrate}.
 */
export function createChallengeStore(sql: Sql, transact: Transact = (work) => work()) {
  migrate(sql, transact, "The challenges' object", MIGRATIONS);
  const quarantine = createQuarantine(sql);
  const keys = createKeyStore(sql);

  const store = {
    quarantine,
    keys,

    /** Bytes on disk. */
    size: () => sql.databaseSize,

    /** An unreadable row goes into quarantine, and the challenge counts as unknown. */
    read(id: string, now: number): Challenge | undefined {
      const [found] = sql.exec("SELECT * FROM challenges WHERE id = ?", id).toArray();
      return found && toChallenge(found, now);
    },

    /** All challenges of one phone, the newest first. Rows of version 0.1 hold the number as it was written. */
    ofNumber(number: string, now: number): Challenge[] {
      return listSpellings(number)
        .flatMap((spelling) => sql.exec("SELECT * FROM challenges WHERE number = ?", spelling).toArray())
        .flatMap((found) => toChallenge(found, now) ?? [])
        .sort((a, b) => b.createdAt - a.createdAt);
    },

    /**
     * @param settleAt When to settle a message that is being sent; `undefined`: there is none.
     * @param forgetAt When to delete the challenge.
     */
    write(challenge: Challenge, settleAt: number | undefined, forgetAt: number): void {
      const { id, to } = challenge;
      sql.exec(
        "INSERT OR REPLACE INTO challenges VALUES (?, ?, ?, ?, ?)",
        id,
        toCanonicalNumber(to),
        settleAt ?? null,
        forgetAt,
        JSON.stringify(challenge),
      );
    },

    /** Ids of challenges with a message that should have been sent by now. */
    unsettled(by: number, limit: number): string[] {
      return sql
        .exec("SELECT id FROM challenges WHERE settle_at <= ? ORDER BY settle_at LIMIT ?", by, limit)
        .toArray()
        .map(({ id }) => String(id));
    },

    remove(id: string): void {
      sql.exec("DELETE FROM challenges WHERE id = ?", id);
    },

    /** Removes everything about a number. Outbox messages hold no number, and stay. */
    erase(number: string) {
      const ids = sql
        .exec("DELETE FROM challenges WHERE number = ? RETURNING id", number)
        .toArray()
        .map(({ id }) => String(id));
      return {
        challenges: ids.length,
        answers: keys.erase(ids, number),
        unreadable: quarantine.erase(number),
      };
    },

    /** Keeps an outbox message until the ledger has confirmed it. */
    post(outboxMessage: OutboxMessage): Outgoing {
      const [row] = sql
        .exec("INSERT INTO outbox (statement) VALUES (?) RETURNING sequence", JSON.stringify(outboxMessage))
        .toArray();
      return { sequence: Number(row?.sequence), outboxMessage };
    },

    /** The oldest after a sequence. Unreadable rows go into quarantine. */
    unposted(limit: number, after: number, now: number): Outgoing[] {
      const page = sql
        .exec("SELECT * FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?", after, limit)
        .toArray();
      const outgoing = page.flatMap((found) => toOutgoing(found, now) ?? []);
      // The unreadable rows are gone by now; read again to get a full page.
      return outgoing.length === page.length ? outgoing : store.unposted(limit, after, now);
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

    /** Deletes expired rows. A row that would live longer than the maximum was stored by a clock that was ahead: cap it. */
    purge(now: number): void {
      sql.exec("DELETE FROM challenges WHERE forget_at <= ?", now);
      sql.exec("DELETE FROM nonces WHERE until <= ?", now);
      quarantine.purge(now);
      keys.purge(now);
      const [forgetAt, until] = [now + FORGOTTEN_AFTER_MS, now + NONCE_KEPT_MS];
      sql.exec("UPDATE challenges SET forget_at = ? WHERE forget_at > ?", forgetAt, forgetAt);
      sql.exec("UPDATE nonces SET until = ? WHERE until > ?", until, until);
    },

    /** The next instant at which something has to be settled or deleted. */
    nextEnd(): number | undefined {
      const ends = [
        "SELECT min(settle_at) AS at FROM challenges WHERE settle_at IS NOT NULL",
        "SELECT min(forget_at) AS at FROM challenges",
        "SELECT min(until) AS at FROM nonces",
      ]
        .map((query) => sql.exec(query).toArray()[0]?.at)
        .concat(quarantine.nextEnd(), keys.nextEnds())
        .filter((at) => typeof at === "number");
      return ends.length === 0 ? undefined : Math.min(...ends);
    },
  };
  return store;

  function toChallenge(found: Record<string, unknown>, now: number): Challenge | undefined {
    const id = String(found.id);
    const challenge = parseChallenge(String(found.challenge), id);
    if (challenge === undefined) {
      quarantine.add("challenges", id, found, now);
      store.remove(id);
    }
    return challenge;
  }

  function toOutgoing(found: Record<string, unknown>, now: number): Outgoing | undefined {
    const sequence = Number(found.sequence);
    const outboxMessage = parseOutboxMessage(String(found.statement));
    if (outboxMessage !== undefined) return { sequence, outboxMessage };
    quarantine.add("outbox", String(sequence), found, now);
    store.confirm(sequence);
    return undefined;
  }
}
