// Values that there is one of: the totals, the state of the rules, the pauses.

import type { Quarantine } from "../storage/quarantine.ts";
import type { Sql } from "../storage/sql.ts";

export type Singles = ReturnType<typeof createSingles>;

export type SingleName = "totals" | "rules" | "evaluated" | "pauses";

/** A row holds 2 MB at most, and a character takes up to 3 bytes. */
const CHARACTERS_PER_ROW = 600_000;

export function createSingles(sql: Sql, quarantine: Quarantine) {
  return {
    read(name: SingleName): string | undefined {
      const rows = sql.exec("SELECT value FROM singles WHERE name = ? ORDER BY part", name).toArray();
      return rows.length === 0 ? undefined : rows.map(({ value }) => String(value)).join("");
    },

    /** Cuts a long value into several rows. */
    write(name: SingleName, value: string): void {
      const parts = Math.max(Math.ceil(value.length / CHARACTERS_PER_ROW), 1);
      for (let part = 0; part < parts; part++) {
        sql.exec(
          `INSERT INTO singles VALUES (?, ?, ?) ON CONFLICT (name, part)
           DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
          name,
          part,
          value.slice(part * CHARACTERS_PER_ROW, (part + 1) * CHARACTERS_PER_ROW),
        );
      }
      sql.exec("DELETE FROM singles WHERE name = ? AND part >= ?", name, parts);
    },

    /** Moves a value that cannot be read out of the way. */
    quarantine(name: SingleName, now: number): void {
      const rows = sql.exec("SELECT * FROM singles WHERE name = ? ORDER BY part", name).toArray();
      for (const row of rows) quarantine.add("singles", `${name} ${row.part}`, row, now);
      sql.exec("DELETE FROM singles WHERE name = ?", name);
    },
  };
}
