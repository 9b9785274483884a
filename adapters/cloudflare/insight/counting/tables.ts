import type { Migration } from "../../storage/migrations.ts";

/**
 * `cohorts` holds whole counters; `seq` rises with each change; `sightings` is JSON: see sighting.ts. Without an index over `seq`, whose entries would double
 * the price of counting: `counting` knows where to look for what was not sent.
 */
export const addCounters: Migration = (sql) => {
  sql.exec(`
CREATE TABLE IF NOT EXISTS cohorts (
  cohort INTEGER NOT NULL, segment TEXT NOT NULL, counts TEXT NOT NULL, seq INTEGER NOT NULL,
  sightings TEXT,
  PRIMARY KEY (cohort, segment)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counting (
  id INTEGER PRIMARY KEY CHECK (id = 0), acknowledged INTEGER NOT NULL, noted INTEGER
) STRICT;
`);
};
