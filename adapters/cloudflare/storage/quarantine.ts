// Rows that this version cannot read. They are moved here unchanged, so that they block no other row, and are listed
// for the operator until they are purged.

import type { Migration } from "./migrations.ts";
import type { Sql } from "./sql.ts";

/** A row in quarantine. */
export interface Quarantined {
  /** The table that held it; in the ledger, the channel. */
  readonly source: string;
  /** Its key in that table; in the ledger, the message id. */
  readonly key: string;
  /** When it was quarantined; epoch milliseconds. */
  readonly since: number;
  /** The row as JSON. */
  readonly raw: string;
}

/** The last row of a page; the next page begins after it. */
export type QuarantinePosition = Pick<Quarantined, "source" | "key" | "since">;

export type Quarantine = ReturnType<typeof createQuarantine>;

/** As long as the ledger keeps dead letters, so that the operator has time to look. */
export const KEEP_QUARANTINED_MS = 30 * 24 * 3_600_000;

/** The names of the table and of its columns. */
interface QuarantineTable {
  readonly table: string;
  readonly source: string;
  readonly key: string;
}

const QUARANTINE: QuarantineTable = { table: "quarantine", source: "source", key: "key" };
/** The ledger had its table first, under names that released versions know. */
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

/**
 * Opens the table, which a migration has made.
 *
 * @param tell Called for the first row only: one fault can make thousands of rows unreadable.
 */
export function createQuarantine(
  sql: Sql,
  { table, source, key }: QuarantineTable = QUARANTINE,
  tell?: () => void,
) {
  let isTold = false;
  const quarantine = {
    /** Adds a row. The caller removes it from its own table in the same transaction. */
    add(from: string, id: string, row: unknown, now: number): void {
      sql.exec(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?, ?)`, from, id, now, JSON.stringify(row));
      if (!isTold) tell?.();
      isTold = true;
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

    /** The same for the operator: see {@link maskRaw}. */
    listMasked: (limit: number, after: QuarantinePosition | undefined): Quarantined[] =>
      quarantine.list(limit, after).map((one) => ({ ...one, raw: maskRaw(one.raw) })),

    count: (): number => Number(sql.exec(`SELECT count(*) AS n FROM ${table}`).toArray()[0]?.n ?? 0),

    /** Gives the time at which the first row is to be purged, epoch milliseconds. */
    nextEnd(): number | undefined {
      const [first] = sql.exec(`SELECT min(since) AS since FROM ${table}`).toArray();
      return typeof first?.since === "number" ? first.since + KEEP_QUARANTINED_MS : undefined;
    },

    purge(now: number): void {
      sql.exec(`DELETE FROM ${table} WHERE since <= ?`, now - KEEP_QUARANTINED_MS);
      // Rows added while the clock was ahead are kept no longer than others.
      sql.exec(`UPDATE OR REPLACE ${table} SET since = ? WHERE since > ?`, now, now);
    },

    /** Removes every row that contains a text, and returns their number. */
    erase: (text: string): number =>
      sql
        .exec(`DELETE FROM ${table} WHERE instr(raw, ?) > 0 OR instr(${key}, ?) > 0 RETURNING 1`, text, text)
        .toArray().length,
  };
  return quarantine;
}

/**
 * Masks a quarantined row for the operator: cuts numbers down to their last two digits, and removes long tokens, which
 * may be a hash or an id.
 */
export function maskRaw(raw: string): string {
  return raw.replace(/[\w-]{16,}/g, "…").replace(/\d{3,}(?=\d\d)/g, "…");
}
