// Reads reports and chooses among them. The Worker lists each shard by itself, so only all of a state can be sorted.

import type { ListedState } from "../../src/ledger/row.ts";
import type { Report } from "./answers.ts";
import { listReports } from "./paging.ts";
import { timeOf } from "./report-time.ts";
import type { Work } from "./work.ts";

export interface Selection {
  readonly state: ListedState;
  /** Epoch milliseconds, included. */
  readonly since: number | undefined;
  /** Epoch milliseconds, not included. */
  readonly until: number | undefined;
  /** Maximum number of reports; `Infinity` for all. */
  readonly limit: number;
}

export interface Selected {
  readonly reports: readonly Report[];
  /** `true` if more reports match. */
  readonly more: boolean;
}

/** Some 30 MB, and 200 requests. `--limit 0` reads all. */
const MOST_SORTED = 100_000;

/** Tells whether the choice needs every report of the state. Recorded ones are too many. */
export const isSorted = ({ state, since, until }: Selection): boolean =>
  state === "dead" || since !== undefined || until !== undefined;

/** Reads the reports, the newest last; with a limit, the newest. */
export async function selectReports(
  { request, progress }: Pick<Work, "request" | "progress">,
  selection: Selection,
): Promise<Selected> {
  const { state, since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, limit } = selection;
  const found: Report[] = [];
  let read = 0;
  let more = false;
  const readAll = async () => {
    const most = limit === Number.POSITIVE_INFINITY ? limit : MOST_SORTED;
    for await (const page of listReports(request, state, most)) {
      read += page.reports.length;
      more = page.more;
      found.push(...page.reports.filter((report) => !(timeOf(report) < since) && !(timeOf(report) >= until)));
    }
  };
  await progress.during(() => `${read} ${state} reports read…`, readAll());
  const sorted = found.sort((one, other) => timeOf(one) - timeOf(other));
  return { reports: sorted.slice(-limit), more: more || sorted.length > limit };
}
