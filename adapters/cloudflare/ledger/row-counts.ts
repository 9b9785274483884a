// The number of reports of each kind. Counting reads every row, so it is done once in an instance's life, and kept
// up to date from then on.

import type { ReportState, Row } from "../../../src/ledger/row.ts";
import type { UnderWay } from "../../../src/ledger/under-way.ts";
import type { Traffic } from "../../../src/wire/report.ts";
import type { Sql } from "../storage/sql.ts";

/** The number of reports of one kind, and of the requests that they took. */
export interface Count {
  readonly traffic: Traffic;
  readonly channel: Row["channel"];
  readonly state: ReportState;
  readonly reports: number;
  /** Requests to Vonage. */
  readonly attempts: number;
}

export type Counted = Pick<Row, "traffic" | "channel" | "state" | "attempts">;
type Counts = Map<string, Count>;

/** @param where Leaves out other rows. */
export function createRowCounts(sql: Sql, where = "TRUE") {
  let stored: Counts | undefined;

  return {
    /** @param underWay Counted as what they are in memory, and not as what is stored of them. */
    all(underWay: readonly UnderWay[]): Count[] {
      stored ??= count();
      const counts = new Map(stored);
      for (const { row, stored: before } of underWay) {
        add(counts, before, -1);
        add(counts, row, 1);
      }
      return [...counts.values()].filter(({ reports }) => reports > 0);
    },

    /** Adds a stored row, or takes it away. */
    add(row: Counted | undefined, sign: 1 | -1): void {
      if (stored !== undefined) add(stored, row, sign);
    },

    /** Counts from the rows again next time: a rollback has undone what was added. */
    forget(): void {
      stored = undefined;
    },
  };

  function count(): Counts {
    const rows = sql
      .exec(
        `SELECT traffic, channel, state, count(*) AS reports, sum(attempts) AS attempts
         FROM reports WHERE ${where} GROUP BY state, traffic, channel`,
      )
      .toArray() as unknown as Count[];
    return new Map(rows.map((one) => [toKind(one), one]));
  }
}

function add(counts: Counts, row: Counted | undefined, sign: 1 | -1): void {
  if (row === undefined) return;
  const { traffic, channel, state } = row;
  const { reports, attempts } = counts.get(toKind(row)) ?? { reports: 0, attempts: 0 };
  counts.set(toKind(row), {
    traffic,
    channel,
    state,
    reports: reports + sign,
    attempts: attempts + sign * row.attempts,
  });
}

const toKind = ({ traffic, channel, state }: Pick<Row, "traffic" | "channel" | "state">) =>
  `${state} ${traffic} ${channel}`;
