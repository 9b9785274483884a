// The storage of a shard of challenges: its schema, and its tables together.

import { addCounters } from "../insight/counting/tables.ts";
import { type Migration, migrate } from "../storage/migrations.ts";
import { addQuarantine, createQuarantine } from "../storage/quarantine.ts";
import type { Sql, Transact } from "../storage/sql.ts";
import { createChallengeTable } from "./challenge-table.ts";
import { addIdempotencyKeys, createKeyStore } from "./key-store.ts";
import { createNonceTable } from "./nonce-table.ts";
import { createOutboxTable } from "./outbox-table.ts";

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

/**
 * Opens the tables, and creates or migrates them first.
 *
 * @throws {Error} when a later version has used this object; see {@link migrate}.
 */
export function createChallengeStore(
  sql: Sql,
  transact: Transact = (work) => work(),
  tellUnreadable?: () => void,
) {
  migrate(sql, transact, "The challenges' object", MIGRATIONS);
  const quarantine = createQuarantine(sql, undefined, tellUnreadable);
  const keys = createKeyStore(sql);
  const challenges = createChallengeTable(sql, quarantine);
  const nonces = createNonceTable(sql);
  const { read, ofNumber, write, unsettled, remove } = challenges;

  return {
    quarantine,
    keys,
    ...{ read, ofNumber, write, unsettled, remove },
    ...createOutboxTable(sql, quarantine),
    remember: nonces.remember,

    /** Bytes on disk. */
    size: () => sql.databaseSize,

    /** Removes everything about a number. Outbox messages hold no number, and stay. */
    erase(number: string) {
      const ids = challenges.removeOf(number);
      return {
        challenges: ids.length,
        answers: keys.erase(ids, number),
        unreadable: quarantine.erase(number),
      };
    },

    /** Deletes expired rows. */
    purge(now: number): void {
      for (const one of [challenges, nonces, quarantine, keys]) one.purge(now);
    },

    /** The next instant at which something has to be settled or deleted. */
    nextEnd(): number | undefined {
      const ends = [...challenges.nextEnds(), nonces.nextEnd(), quarantine.nextEnd(), ...keys.nextEnds()];
      const known = ends.filter((at) => typeof at === "number");
      return known.length === 0 ? undefined : Math.min(...known);
    },
  };
}
