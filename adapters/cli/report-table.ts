// Reports as a table.

import type { ListedState } from "../../src/ledger/row.ts";
import type { ReadableReport, Report, UnreadableReport } from "./answers.ts";
import type { Line } from "./line.ts";
import { diedAt, isUnreadable } from "./report-time.ts";
import { formatTable } from "./table.ts";
import { formatInstant } from "./time.ts";

/** Formats the table and the count of reports. */
export function formatReports(
  reports: readonly Report[],
  state: ListedState,
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

/** The column title of `nextAt`: the event at that instant for a report of this state. */
const NEXT: Readonly<Record<ListedState, string>> = {
  tracking: "expires (UTC)",
  sending: "next try (UTC)",
  queued: "next try (UTC)",
  recorded: "deleted (UTC)",
  dead: "deleted (UTC)",
  unreadable: "deleted (UTC)",
};

function formatReadable(reports: readonly ReadableReport[], state: ListedState, width?: number): Line[] {
  const isDead = state === "dead";
  return formatTable(
    [
      "channel",
      "message id",
      "traffic",
      "delivered",
      isDead ? "died (UTC)" : "occurred (UTC)",
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
      formatInstant(isDead ? diedAt(report) : report.occurredAt),
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
