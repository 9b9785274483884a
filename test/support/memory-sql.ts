// Cloudflare's SqlStorage, as far as our objects use it, on Node's SQLite in memory.

import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Sql } from "../../adapters/cloudflare/ledger/store.ts";

export interface MemorySql {
  readonly sql: Sql;
  /** Like the platform's transactionSync: a function that throws changes nothing. */
  readonly transact: <T>(work: () => T) => T;
  /** Returns the rows of a query that a test makes. */
  all(query: string): Record<string, unknown>[];
  /** Every row of every table. */
  dump(): Record<string, unknown>[];
}

/** Creates an empty database. */
export const createMemorySql = (): MemorySql => createFileSql(":memory:");

/** Opens a database in a file, or creates it. */
export function createFileSql(path: string): MemorySql {
  const database = new DatabaseSync(path);
  const prepared = new Map<string, StatementSync>();
  const prepare = (query: string) => {
    const statement = prepared.get(query) ?? database.prepare(query);
    prepared.set(query, statement);
    return statement;
  };
  return {
    sql: {
      exec: (query, ...bindings) => {
        // Tables are created by several statements at once, which cannot be prepared.
        if (query.includes("CREATE TABLE")) {
          database.exec(query);
          return { toArray: () => [] };
        }
        const rows = prepare(query).all(...bindings);
        return { toArray: () => rows };
      },
      get databaseSize() {
        const [{ size } = { size: 0 }] = database
          .prepare("SELECT page_count * page_size AS size FROM pragma_page_count(), pragma_page_size()")
          .all();
        return Number(size);
      },
    },
    transact: (work) => {
      database.exec("BEGIN");
      try {
        const result = work();
        database.exec("COMMIT");
        return result;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    all: (query) => database.prepare(query).all(),
    dump: () =>
      database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .all()
        .flatMap(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all()),
  };
}
