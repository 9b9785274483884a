// `vonage-conversion reports`.

import type { ListedState } from "../../src/ledger/row.ts";
import type { Report } from "./answers.ts";
import type { Line } from "./line.ts";
import { listReports } from "./paging.ts";
import { formatReports } from "./report-table.ts";
import { isSorted, type Selection, selectReports } from "./select-reports.ts";
import type { Work } from "./work.ts";

export interface ReportsOptions extends Selection {
  readonly json: boolean;
}

/**
 * Lists reports of one state: as a table, or as one JSON object per line. What needs no sorting is printed while pages
 * arrive.
 */
export async function runReports(
  work: Pick<Work, "request" | "output" | "progress">,
  options: ReportsOptions,
): Promise<0> {
  const { request, output } = work;
  const { state, limit, json } = options;
  if (json && !isSorted(options)) {
    let more = false;
    for await (const page of listReports(request, state, limit)) {
      more = page.more;
      output.print(...toJson(page.reports));
    }
    if (more) output.complain(MORE);
    return 0;
  }
  const { reports, more } = isSorted(options)
    ? await selectReports(work, options)
    : await readFirst(work, state, limit);
  if (!json) output.print(...formatReports(reports, state, more, output.width()));
  else {
    output.print(...toJson(reports));
    if (more) output.complain(MORE);
  }
  return 0;
}

const MORE: Line = "There are more: --limit 0 lists all.";

const toJson = (reports: readonly Report[]) => reports.map((report) => JSON.stringify(report));

async function readFirst(
  { request, progress }: Pick<Work, "request" | "progress">,
  state: ListedState,
  limit: number,
): Promise<{ readonly reports: readonly Report[]; readonly more: boolean }> {
  const reports: Report[] = [];
  let more = false;
  const read = async () => {
    for await (const page of listReports(request, state, limit)) {
      more = page.more;
      reports.push(...page.reports);
    }
  };
  await progress.during(() => `${reports.length} ${state} reports read…`, read());
  return { reports, more };
}
