import type { Quarantine } from "../storage/quarantine.ts";
import { isCount } from "../storage/readable.ts";
import type { Sql } from "../storage/sql.ts";

/** Counts of events by name, for `GET /stats`. A migration has made the table. */
export function createEventCounts(sql: Sql, quarantine: Quarantine) {
  return {
    count(name: string): void {
      sql.exec("INSERT INTO counts VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET count = count + 1", name);
    },

    /** All counts. An unreadable row goes into quarantine. */
    read: (now: number): Record<string, number> =>
      Object.fromEntries(
        sql
          .exec("SELECT * FROM counts ORDER BY name")
          .toArray()
          .filter((found) => isReadable(found, now))
          .map(({ name, count }) => [String(name), Number(count)]),
      ),
  };

  function isReadable(found: Record<string, unknown>, now: number): boolean {
    if (isCount(found.count)) return true;
    quarantine.add("counts", String(found.name), found, now);
    sql.exec("DELETE FROM counts WHERE name = ?", String(found.name));
    return false;
  }
}
