// The tables of a shard.

import { addCounters } from "../insight/counting/tables.ts";
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

/** The rows that the index covers. SQLite uses it only for queries that contain these very words. */
export const TO_DO = "state <> 'recorded'";

/**
 * A recorded report, as nearly all are, has no entry in the new index: it has nothing to do but be forgotten. `facts` is
 * JSON: see src/ledger/stored-facts.ts.
 */
const VERSION_2 = `
CREATE TABLE IF NOT EXISTS layout (layout TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS forgetting (at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS reports_to_do ON reports (state, traffic, due) WHERE ${TO_DO};
DROP INDEX IF EXISTS reports_by_due;
ALTER TABLE reports ADD COLUMN facts TEXT;
`;

const MIGRATIONS: readonly Migration[] = [
  (sql) => {
    sql.exec(TABLES);
  },
  (sql) => {
    sql.exec(VERSION_2);
    addCounters(sql);
  },
];

/**
 * Makes the tables, or brings them to this version. Earlier versions refuse them from then on.
 *
 * @throws {Error} when a later version has changed them; see {@link migrate}.
 */
export function migrateLedger(sql: Sql, transact: Transact): void {
  if (!isInPlace(sql)) migrate(sql, transact, "The ledger", MIGRATIONS);
}

function isInPlace(sql: Sql): boolean {
  if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema'").toArray().length === 0) return false;
  const [schema] = sql.exec("SELECT version FROM schema").toArray();
  return schema?.version === MIGRATIONS.length;
}
