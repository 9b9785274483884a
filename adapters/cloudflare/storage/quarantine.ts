// Rows that this version cannot read: set aside as they were found, so that they hold up nothing, and listed for the
// operator until they are purged.

import type { Migration } from "./migrations.ts";
import type { Sql } from "./sql.ts";

/** A row that was set aside. */
export interface Quarantined {
  /** The table that it was in. In the ledger, the channel. */
  readonly source: string;
  /** Its key there. In the ledger, the message id. */
  readonly key: string;
  /** When it was set aside; epoch milliseconds. */
  readonly since: number;
  /** The row as JSON. */
  readonly raw: string;
}

/** Where a listing goes on: after this row. */
export type QuarantinePosition = Pick<Quarantined, "source" | "key" | "since">;

export type Quarantine = ReturnType<typeof createQuarantine>;

/** As long as the ledger keeps dead reports: time enough to look at them. */
export const KEEP_QUARANTINED_MS = 30 * 24 * 3_600_000;

/** The names of the table and of its columns. */
interface QuarantineTable {
  readonly table: string;
  readonly source: string;
  readonly key: string;
}

const QUARANTINE: QuarantineTable = { table: "quarantine", source: "source", key: "key" };
/** The ledger had this table first; released versions have written it. */
export const LEDGER_QUARANTINE: QuarantineTable = {
  table: "set_aside",
  source: "channel",
  key: "message_id",
};

/** Makes the table. */
export const addQuarantine: Migration = (sql) => {
  sql.exec(`
CREATE TABLE IF NOT EXISTS quarantine (
  source TEXT NOT NULL, key TEXT NOT NULL, since INTEGER NOT NULL, raw TEXT NOT NULL,
  PRIMARY KEY (source, key, since)
) STRICT, WITHOUT ROWID;
`);
};

/** Opens the table, which a migration has made. */
export function createQuarantine(sql: Sql, { table, source, key }: QuarantineTable = QUARANTINE) {
  return {
    /** Keeps a row. Whoever calls it removes the row from its own table, in the same transaction. */
    add(from: string, id: string, row: unknown, now: number): void {
      sql.exec(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?, ?)`, from, id, now, JSON.stringify(row));
    },

    list(limit: number, after: QuarantinePosition | undefined): Quarantined[] {
      return sql
        .exec(
          `SELECT ${source} AS source, ${key} AS key, since, raw FROM ${table}
           WHERE (${source}, ${key}, since) > (?, ?, ?) ORDER BY ${source}, ${key}, since LIMIT ?`,
          after?.source ?? "",
          after?.key ?? "",
          after?.since ?? 0,
          limit,
        )
        .toArray()
        .map((one) => ({
          source: String(one.source),
          key: String(one.key),
          since: Number(one.since),
          raw: String(one.raw),
        }));
    },

    count: (): number => Number(sql.exec(`SELECT count(*) AS n FROM ${table}`).toArray()[0]?.n ?? 0),

    /** When the first row that is still there is to be purged, epoch milliseconds. */
    nextEnd(): number | undefined {
      const [first] = sql.exec(`SELECT min(since) AS since FROM ${table}`).toArray();
      return typeof first?.since === "number" ? first.since + KEEP_QUARANTINED_MS : undefined;
    },

    purge(now: number): void {
      sql.exec(`DELETE FROM ${table} WHERE since <= ?`, now - KEEP_QUARANTINED_MS);
      // Set aside by a clock that was ahead: kept no longer than any other from now on.
      sql.exec(`UPDATE OR REPLACE ${table} SET since = ? WHERE since > ?`, now, now);
    },

    /** Removes every row that mentions a text; gives how many. */
    erase: (text: string): number =>
      sql
        .exec(`DELETE FROM ${table} WHERE instr(raw, ?) > 0 OR instr(${key}, ?) > 0 RETURNING 1`, text, text)
        .toArray().length,
  };
}

/**
 * A quarantined row as an operator may see it: numbers are cut down to their last two digits, and long tokens, which
 * may be a hash or an id, are left out.
 */
export function maskRaw(raw: string): string {
  return raw.replace(/[\w-]{16,}/g, "…").replace(/\d{3,}(?=\d\d)/g, "…");
}
