// The tables of the limits' object: windows of sent messages, counts of events, and sightings of webhooks.

import { type Migration, migrate } from "../storage/migrations.ts";
import { addQuarantine, createQuarantine } from "../storage/quarantine.ts";
import type { Sql, Transact } from "../storage/sql.ts";
import { createEventCounts } from "./event-counts.ts";
import { createWebhookSightings } from "./webhook-sightings.ts";
import { createWindowStore } from "./window-store.ts";

export type LimitStore = ReturnType<typeof createLimitStore>;

/** As 0.1.0 made them, before there were schema versions. */
const TABLES = `
CREATE TABLE IF NOT EXISTS windows (
  kind TEXT NOT NULL, subject TEXT NOT NULL, part INTEGER NOT NULL, messages INTEGER NOT NULL,
  until INTEGER NOT NULL, PRIMARY KEY (kind, subject, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS windows_by_end ON windows (until);
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

const MIGRATIONS: readonly Migration[] = [
  (sql) => {
    sql.exec(TABLES);
  },
  addQuarantine,
  (sql) => {
    sql.exec(`
CREATE TABLE IF NOT EXISTS webhooks (
  webhook TEXT NOT NULL, outcome TEXT NOT NULL, count INTEGER NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY (webhook, outcome)
) STRICT, WITHOUT ROWID;
`);
  },
  // 0.1.0 kept every part for two periods. It counts for one period and a twelfth.
  (sql) => {
    sql.exec(
      `UPDATE windows SET until = min(until, (part + 13) * CAST(substr(kind, instr(kind, '/') + 1) AS INTEGER) / 12)
       WHERE kind LIKE '%/%'`,
    );
  },
];

/**
 * Opens the tables, and creates or migrates them first.
 *
 * @throws {Error} when a later version has used this object; see {@link migrate}.
 */
export function createLimitStore(
  sql: Sql,
  transact: Transact = (work) => work(),
  tellUnreadable?: () => void,
) {
  migrate(sql, transact, "The limits' object", MIGRATIONS);
  const quarantine = createQuarantine(sql, undefined, tellUnreadable);
  const windows = createWindowStore(sql, quarantine);

  return {
    quarantine,
    windows,
    counts: createEventCounts(sql, quarantine),
    sightings: createWebhookSightings(sql, quarantine),

    purge(now: number): void {
      windows.purge(now);
      quarantine.purge(now);
    },

    /** The next instant at which something has to be deleted. */
    nextEnd(): number | undefined {
      const ends = [windows.nextEnd(), quarantine.nextEnd()].filter((at) => typeof at === "number");
      return ends.length === 0 ? undefined : Math.min(...ends);
    },
  };
}
