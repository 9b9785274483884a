// Values that there is one of: the totals, and the state of the rules.

import type { Quarantine } from "../storage/quarantine.ts";
import type { Sql } from "../storage/sql.ts";

export type Singles = ReturnType<typeof createSingles>;

type SingleName = "totals" | "rules" | "evaluated";

export function createSingles(sql: Sql, quarantine: Quarantine) {
  return {
    read(name: SingleName): string | undefined {
      const [row] = sql.exec("SELECT value FROM singles WHERE name = ?", name).toArray();
      return row === undefined ? undefined : String(row.value);
    },

    write(name: SingleName, value: string): void {
      sql.exec(
        "INSERT INTO singles VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value,
      );
    },

    /** Moves a value that cannot be read out of the way. */
    quarantine(name: SingleName, now: number): void {
      const [row] = sql.exec("SELECT * FROM singles WHERE name = ?", name).toArray();
      quarantine.add("singles", name, row, now);
      sql.exec("DELETE FROM singles WHERE name = ?", name);
    },
  };
}
