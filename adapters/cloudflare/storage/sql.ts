// The part of Cloudflare's SQLite storage that the stores use.

export type SqlValue = string | number | null;

/** The part of Cloudflare's `SqlStorage` that is used. */
export interface Sql {
  exec(query: string, ...bindings: SqlValue[]): { toArray(): Record<string, unknown>[] };
  readonly databaseSize: number;
}

/** Cloudflare's `transactionSync`: runs a function within a transaction, and rolls back when it throws. */
export type Transact = <T>(work: () => T) => T;
