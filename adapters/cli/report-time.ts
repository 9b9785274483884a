import type { ReadableReport, Report, UnreadableReport } from "./answers.ts";

/** As long as the ledger keeps dead letters. Workers of 0.2.0 do not say when a report died. */
const KEEP_DEAD_MS = 30 * 24 * 3_600_000;

export const isUnreadable = (report: Report): report is UnreadableReport => typeof report.raw === "string";

/** Gives the instant at which a dead report was given up, as ISO 8601; `null` if the Worker's answer has no such instant. */
export function diedAt({ diedAt, nextAt }: ReadableReport): string | null {
  if (diedAt !== undefined) return diedAt;
  const end = Date.parse(nextAt ?? "");
  return Number.isNaN(end) ? null : new Date(end - KEEP_DEAD_MS).toISOString();
}

/** Gives the instant by which reports are chosen and sorted, epoch milliseconds: of its death, or else of its arrival. */
export function timeOf(report: Report): number {
  if (isUnreadable(report) || report.state !== "dead") return Date.parse(report.since);
  return Date.parse(diedAt(report) ?? report.since);
}
