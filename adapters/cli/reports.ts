// `vonage-conversion reports`.

import type { ListedState as State } from "../../src/ledger/row.ts";
import type { ReadableReport, Report, UnreadableReport } from "./answers.ts";
import type { Line } from "./line.ts";
import { listReports } from "./paging.ts";
import { formatTable } from "./table.ts";
import { formatInstant } from "./time.ts";
import type { Work } from "./work.ts";

/** Lists reports of one state: as a table, or as one JSON object per line while pages arrive. */
export async function runReports(
  { request, output }: Pick<Work, "request" | "output">,
  { state, limit, json }: { readonly state: State; readonly limit: number; readonly json: boolean },
): Promise<0> {
  const all: Report[] = [];
  let more = false;
  for await (const page of listReports(request, state, limit)) {
    more = page.more;
    if (json) output.print(...page.reports.map((report) => JSON.stringify(report)));
    else all.push(...page.reports);
  }
  if (!json) output.print(...formatReports(all, state, more, output.width()));
  else if (more) output.complain("There are more: --limit 0 lists all.");
  return 0;
}

/** Formats the table and the count of reports. */
export function formatReports(
  reports: readonly Report[],
  state: State,
  more: boolean,
  width?: number,
): Line[] {
  if (reports.length === 0) return [`No ${state} reports.`];
  const readable = reports.filter((report): report is ReadableReport => !isUnreadable(report));
  const unreadable = reports.filter(isUnreadable);
  return [
    ...(readable.length > 0 ? formatReadable(readable, state, width) : []),
    ...(unreadable.length > 0 ? formatUnreadable(unreadable, width) : []),
    "",
    `${reports.length} ${state} ${reports.length === 1 ? "report" : "reports"}${
      more ? ", and there are more: --limit 0 lists all." : "."
    }`,
  ];
}

const isUnreadable = (report: Report): report is UnreadableReport => typeof report.raw === "string";

/** The column title of `nextAt`: the event at that instant for a report of this state. */
const NEXT: Readonly<Record<State, string>> = {
  tracking: "expires (UTC)",
  sending: "next try (UTC)",
  queued: "next try (UTC)",
  recorded: "deleted (UTC)",
  dead: "deleted (UTC)",
  unreadable: "deleted (UTC)",
};

function formatReadable(reports: readonly ReadableReport[], state: State, width?: number): Line[] {
  return formatTable(
    [
      "channel",
      "message id",
      "traffic",
      "delivered",
      "occurred (UTC)",
      NEXT[state],
      "attempts",
      "reason",
      "Vonage",
    ],
    reports.map((report) => [
      report.channel,
      report.messageId,
      report.traffic,
      String(report.delivered ?? "-"),
      formatInstant(report.occurredAt),
      formatInstant(report.nextAt),
      report.attempts,
      report.reason ?? "-",
      report.vonageStatus ?? "-",
    ]),
    width,
  );
}

/** Stored rows can be long; the JSON output has all of them. */
const MAX_RAW_LENGTH = 80;

function formatUnreadable(reports: readonly UnreadableReport[], width?: number): Line[] {
  return formatTable(
    ["channel", "message id", "since (UTC)", "raw"],
    reports.map(({ channel, messageId, since, raw }) => [
      channel,
      messageId,
      formatInstant(since),
      raw.length > MAX_RAW_LENGTH ? `${raw.slice(0, MAX_RAW_LENGTH)}… (--json has all of it)` : raw,
    ]),
    width,
  );
}
