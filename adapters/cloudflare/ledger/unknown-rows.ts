import { REPORT_STATES, type ReportState } from "../../../src/ledger/row.ts";
import { TRAFFICS, type Traffic } from "../../../src/wire/report.ts";
import type { Sql, SqlValue } from "../storage/sql.ts";
import { TO_DO } from "./schema.ts";

/**
 * Finds rows of an unknown state or traffic: no other query would ever return them. Recorded reports are left out, since
 * they have nothing to do; those that cannot be read are found when they are looked at, or forgotten like the others.
 */
export function findUnknownRows(sql: Sql): Record<string, unknown>[] {
  return distinct(sql, "state").flatMap((state) => {
    const isKnown = REPORT_STATES.includes(state as ReportState);
    return distinct(sql, "traffic", `${TO_DO} AND state = ?`, state)
      .filter((traffic) => !(isKnown && TRAFFICS.includes(traffic as Traffic)))
      .flatMap((traffic) =>
        sql
          .exec(
            `SELECT * FROM reports WHERE ${TO_DO} AND state = ? AND traffic = ? LIMIT 1000`,
            state,
            traffic,
          )
          .toArray(),
      );
  });
}

/** Gives the values of an indexed column with one look-up each: DISTINCT would read every row. */
function distinct(sql: Sql, column: "state" | "traffic", where = TO_DO, ...bindings: SqlValue[]): string[] {
  const values: string[] = [];
  for (;;) {
    // The empty text is a value too, and comes before all others.
    const beyond = values.slice(-1);
    const [next] = sql
      .exec(
        `SELECT min(${column}) AS value FROM reports WHERE ${where}${beyond.map(() => ` AND ${column} > ?`).join("")}`,
        ...bindings,
        ...beyond,
      )
      .toArray();
    if (typeof next?.value !== "string") return values;
    values.push(next.value);
  }
}
