// The tables of a shard.

import { type Migration, migrate } from "../storage/migrations.ts";
import type { Sql, Transact } from "../storage/sql.ts";

/**
 * Without rowid: one tree keyed by message. `attempts` counts requests to Vonage; `set_aside` is the quarantine.
 * Released versions know these names.
 */
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

const MIGRATIONS: readonly Migration[] = [
  (sql) => {
    sql.exec(TABLES);
  },
];

/** The rows that the index covers. SQLite uses it only for queries that contain these very words. */
export const TO_DO = "state <> 'recorded'";

/**
 * Not a migration: earlier versions refuse tables with a higher number, and a rollback must stay possible. They ignore
 * the further tables. A recorded report, as nearly all are, has no entry in the new index: it has nothing to do but be
 * forgotten.
 */
const ADDITIONS = `
CREATE TABLE IF NOT EXISTS layout (layout TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS forgetting (at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS reports_to_do ON reports (state, traffic, due) WHERE ${TO_DO};
DROP INDEX IF EXISTS reports_by_due;
`;

/**
 * Tables of version 1 with the additions. Earlier versions take 0 for tables that are yet to be made, and make what is
 * missing: the index that was dropped, without which they would read every row at each wake-up. Then they set 1. (A
 * later migration starts from either number; the first step makes nothing but that index again.)
 */
const WITH_ADDITIONS = 0;

/**
 * Makes the tables, or brings them to this version.
 *
 * @throws {Error} when a later version has changed them; see {@link migrate}.
 */
export function migrateLedger(sql: Sql, transact: Transact): void {
  if (isInPlace(sql)) return;
  migrate(sql, transact, "The ledger", MIGRATIONS);
  transact(() => {
    sql.exec(ADDITIONS);
    sql.exec("UPDATE schema SET version = ?", WITH_ADDITIONS);
  });
}

function isInPlace(sql: Sql): boolean {
  const known = sql.exec("SELECT 1 FROM sqlite_master WHERE name IN ('schema', 'reports_to_do')").toArray();
  if (known.length < 2) return false;
  const [schema] = sql.exec("SELECT version FROM schema").toArray();
  return schema?.version === WITH_ADDITIONS;
}
