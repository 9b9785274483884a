import type { Sql } from "../storage/sql.ts";

/** When recorded reports are next looked through for those to forget; stored, since looking reads every row. */
export const createForgettingTable = (sql: Sql) => ({
  readForgetAt(): number | undefined {
    const [found] = sql.exec("SELECT at FROM forgetting").toArray();
    return found && Number(found.at);
  },

  /** @param at Epoch milliseconds; `undefined`: there is nothing to forget. */
  writeForgetAt(at: number | undefined): void {
    sql.exec("DELETE FROM forgetting");
    if (at !== undefined) sql.exec("INSERT INTO forgetting VALUES (?)", at);
  },
});
