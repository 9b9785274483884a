// How many reports there are of each kind. Counting reads every row, so it is done once in an instance's life, and kept
// up to date from then on.

import type { ReportState, Row } from "../../../src/ledger/row.ts";
import type { Traffic } from "../../../src/wire/report.ts";
import type { Sql } from "../storage/sql.ts";

/** The number of reports of one kind, and of the requests that they took. */
export interface Count {
  readonly traffic: Traffic;
  readonly channel: Row["channel"];
  readonly state: ReportState;
  reports: number;
  /** Requests to Vonage. */
  attempts: number;
}

export function createRowCounts(sql: Sql) {
  let counts: Map<string, Count> | undefined;

  return {
    all(): Count[] {
      if (counts === undefined) {
        const rows = sql
          .exec(
            `SELECT traffic, channel, state, count(*) AS reports, sum(attempts) AS attempts
             FROM reports GROUP BY state, traffic, channel`,
          )
          .toArray() as unknown as Count[];
        counts = new Map(rows.map((one) => [toKind(one), { ...one }]));
      }
      return [...counts.values()].filter(({ reports }) => reports > 0);
    },

    /** Adds a row, or takes it away. */
    add(row: Row | undefined, sign: 1 | -1): void {
      if (counts === undefined || row === undefined) return;
      const { traffic, channel, state } = row;
      const kind = toKind(row);
      const one = counts.get(kind) ?? { traffic, channel, state, reports: 0, attempts: 0 };
      one.reports += sign;
      one.attempts += sign * row.attempts;
      counts.set(kind, one);
    },

    /** Counts from the rows again next time: a rollback has undone what was added. */
    forget(): void {
      counts = undefined;
    },
  };
}

const toKind = ({ traffic, channel, state }: Pick<Row, "traffic" | "channel" | "state">) =>
  `${state} ${traffic} ${channel}`;
