// `vonage-conversion reports --id`.

import { CHANNELS } from "../../src/wire/report.ts";
import { type ReadableReport, readableReportSchema } from "./answers.ts";
import { type Line, styled } from "./line.ts";
import { diedAt } from "./report-time.ts";
import { formatInstant } from "./time.ts";
import type { ExitCode, Work } from "./work.ts";
import { WorkerError } from "./worker-error.ts";

/** Shows a message, on each channel that has one of this id. The exit code is 1 if none has. */
export async function runFind(
  { request, output }: Pick<Work, "request" | "output">,
  { messageId, json }: { readonly messageId: string; readonly json: boolean },
): Promise<ExitCode> {
  const found: ReadableReport[] = [];
  for (const channel of CHANNELS) {
    const path = `/reports/${channel}/${encodeURIComponent(messageId)}`;
    try {
      found.push(await request({ method: "GET", path }, readableReportSchema));
    } catch (error) {
      const isUnknown =
        error instanceof WorkerError && error.failure.kind === "problem" && error.failure.status === 404;
      if (!isUnknown) throw error;
    }
  }
  if (json) output.print(...found.map((report) => JSON.stringify(report)));
  else
    output.print(
      ...found.flatMap((report, index) => [...(index === 0 ? [] : [""]), ...formatReport(report)]),
    );
  if (found.length > 0) return 0;
  output.complain(
    "No message has this id. Recorded reports are kept for LEDGER_RETENTION_HOURS, dead ones for 30 days.",
  );
  return 1;
}

function formatReport(report: ReadableReport): Line[] {
  const { state, nextAt } = report;
  const facts: readonly (readonly [string, string])[] = [
    ["channel", report.channel],
    ["message id", report.messageId],
    ["traffic", report.traffic],
    ["state", `${state}${EXPLANATIONS[state] ?? ""}`],
    ["delivered", String(report.delivered ?? "-")],
    ["occurred (UTC)", formatInstant(report.occurredAt)],
    ["arrived (UTC)", formatInstant(report.since)],
    ...(state === "dead" ? [["died (UTC)", formatInstant(diedAt(report))] as const] : []),
    [NEXT[state] ?? "next (UTC)", formatInstant(nextAt)],
    ["attempts", String(report.attempts)],
    ["reason", report.reason ?? "-"],
    ["Vonage", String(report.vonageStatus ?? "-")],
  ];
  return facts.map(([title, text]) => [styled("title", title.padEnd(16)), text]);
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  tracking: ": sent, and its report is awaited",
  sending: ": a request to Vonage is under way",
  queued: ": Vonage has not confirmed; it is sent again",
  recorded: ": Vonage has confirmed",
  dead: ": given up; retry sends it again",
};

const NEXT: Readonly<Record<string, string>> = {
  tracking: "expires (UTC)",
  sending: "next try (UTC)",
  queued: "next try (UTC)",
  recorded: "deleted (UTC)",
  dead: "deleted (UTC)",
};
