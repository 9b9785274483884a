// Schema versions, alike in every Durable Object: a list of steps, of which the missing ones run in one transaction.

import type { Sql, Transact } from "./sql.ts";

/** Brings the tables from one version to the next. Once released, a step never changes. */
export type Migration = (sql: Sql) => void;

/**
 * Brings the tables of an object to the version of this Worker, which is the number of its migrations.
 *
 * The tables of challenges and limits had no version before they came here. Their first step makes only what is
 * missing, so it reads such tables as version 1.
 *
 * @param what Names the object in the error: "The ledger".
 * @param migrations The first makes the tables; each further one changes them.
 * @throws {Error} when a later version has been here; then nothing is touched, since this one would not know what it
 * is looking at.
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
