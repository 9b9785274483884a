import { type Layout, parseLayout } from "../../../src/ledger/layout.ts";
import type { Sql } from "../storage/sql.ts";

/** The layout that the shard has confirmed. One that cannot be read counts as none: the Worker asks the authority. */
export const createLayoutTable = (sql: Sql) => ({
  readLayout(): Layout | undefined {
    const [found] = sql.exec("SELECT layout FROM layout").toArray();
    return found && parseLayout(String(found.layout));
  },

  writeLayout(layout: Layout): void {
    sql.exec("DELETE FROM layout");
    sql.exec("INSERT INTO layout VALUES (?)", JSON.stringify(layout));
  },
});
