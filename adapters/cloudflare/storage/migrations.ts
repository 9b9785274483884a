// Schema versions, the same way in every Durable Object: a list of migrations; the missing ones run in one transaction.

import type { Sql, Transact } from "./sql.ts";

/** Brings the tables from one version to the next. Once released, a step never changes. */
export type Migration = (sql: Sql) => void;

/**
 * Brings the tables of an object to the version of this Worker, which is the number of its migrations.
 *
 * The tables of challenges and limits had no version at first. Their first migration makes only missing tables, so
 * such objects become version 1.
 *
 * @param what Names the object in the error: "The ledger".
 * @param migrations The first makes the tables; each further one changes them.
 * @throws {Error} when a later version has changed the tables; then this version must not touch them.
 */
export function migrate(sql: Sql, transact: Transact, what: string, migrations: readonly Migration[]): void {
  transact(() => {
    sql.exec("CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL) STRICT");
    const [found] = sql.exec("SELECT version FROM schema").toArray();
    const version = found === undefined ? 0 : Number(found.version);
    const latest = migrations.length;
    if (!(version >= 0 && version <= latest)) {
      throw new Error(`${what} has tables of version ${version}; this Worker knows ${latest}.`);
    }
    for (const step of migrations.slice(version)) step(sql);
    if (found === undefined) sql.exec("INSERT INTO schema VALUES (?)", latest);
    else if (version < latest) sql.exec("UPDATE schema SET version = ?", latest);
  });
}
