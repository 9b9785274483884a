// The tables of a shard.

import { type Migration, migrate } from "../storage/migrations.ts";
import type { Sql, Transact } from "../storage/sql.ts";

/**
 * Without rowid: one tree keyed by message. The index serves the alarm, listings and counts. `attempts` counts requests
 * to Vonage; `set_aside` is the quarantine. Released versions know these names.
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

/** Not a migration: earlier versions ignore this table and work with the others, so a rollback stays possible. */
const LAYOUT = "CREATE TABLE IF NOT EXISTS layout (layout TEXT NOT NULL) STRICT";

const MIGRATIONS: readonly Migration[] = [
  (sql) => {
    sql.exec(TABLES);
  },
];

/**
 * Makes the tables, or brings them to this version.
 *
 * @throws {Error} when a later version has changed them; see {@link migrate}.
 */
export function migrateLedger(sql: Sql, transact: Transact): void {
  migrate(sql, transact, "The ledger", MIGRATIONS);
  sql.exec(LAYOUT);
}
