// The little that the stores use of Cloudflare's SQLite storage.

export type SqlValue = string | number | null;

/** What is used of Cloudflare's `SqlStorage`. */
export interface Sql {
  exec(query: string, ...bindings: SqlValue[]): { toArray(): Record<string, unknown>[] };
  readonly databaseSize: number;
}

/** Runs a function within a transaction, and rolls back when it throws: `transactionSync`. */
export type Transact = <T>(work: () => T) => T;
