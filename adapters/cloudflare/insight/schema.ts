import type { Migration } from "../storage/migrations.ts";
import { addQuarantine } from "../storage/quarantine.ts";

/**
 * One row holds all segments of a bucket, so that a call writes few rows; see cells-text.ts. The key is the rowid, so that
 * no index has to be written beside it.
 */
const TABLES = `
CREATE TABLE counters (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE five_minutes (at INTEGER PRIMARY KEY, cells TEXT NOT NULL) STRICT;
CREATE TABLE hours (at INTEGER PRIMARY KEY, cells TEXT NOT NULL) STRICT;
CREATE TABLE days (at INTEGER PRIMARY KEY, cells TEXT NOT NULL) STRICT;
CREATE TABLE sources (
  name TEXT PRIMARY KEY, up_to INTEGER NOT NULL, at INTEGER NOT NULL, health TEXT, blocks TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE known (
  source TEXT NOT NULL, cohort INTEGER NOT NULL, placed INTEGER NOT NULL, entries TEXT NOT NULL,
  PRIMARY KEY (source, cohort)
) STRICT, WITHOUT ROWID;
CREATE TABLE singles (
  name TEXT NOT NULL, part INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE alarms (
  id TEXT PRIMARY KEY, since INTEGER NOT NULL, ended INTEGER, alarm TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY, body TEXT NOT NULL, since INTEGER NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

export const INSIGHT_MIGRATIONS: readonly Migration[] = [
  (sql) => {
    sql.exec(TABLES);
  },
  addQuarantine,
];
