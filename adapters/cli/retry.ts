// `vonage-conversion retry`.

import { retrySchema } from "./answers.ts";
import { listReports } from "./paging.ts";
import type { Requester } from "./request.ts";
import type { ExitCode, Work } from "./work.ts";
import { WorkerError } from "./worker-error.ts";

interface ReportName {
  readonly channel: string;
  readonly messageId: string;
}

const CONCURRENCY = 4;

/**
 * Ids that cannot be a path segment. URLs resolve one and two dots, even percent-encoded (URL standard, "single-dot" and
 * "double-dot path segment"), and lone surrogates have no UTF-8.
 */
const UNADDRESSABLE = /^\.{0,2}$|\p{Cs}/u;

/** Sends one report again. */
export async function runRetry(
  { request, output }: Pick<Work, "request" | "output">,
  report: ReportName,
  { json }: { readonly json: boolean },
): Promise<ExitCode> {
  const refusal = await retry(request, report);
  if (json) {
    output.print(toJson(report, refusal));
    return refusal === undefined ? 0 : 1;
  }
  if (refusal === undefined) {
    output.print(`Accepted: ${report.channel} ${report.messageId} is being sent again.`);
    return 0;
  }
  const [reason = "", ...more] = refusal.lines;
  output.complain(`Not accepted: ${report.channel} ${report.messageId}: ${reason}`, ...more);
  return 1;
}

/** Sends all reports of a state again, and prints the reason for each one that is not accepted. */
export async function runRetryAll(
  work: Pick<Work, "request" | "output" | "progress">,
  { state, json }: { readonly state: "dead" | "queued"; readonly json: boolean },
): Promise<ExitCode> {
  const { request, output, progress } = work;
  const reports = new Map<string, ReportName>();
  await progress.during(() => `${reports.size} ${state} reports found…`, collect(request, state, reports));
  if (reports.size === 0) {
    if (!json) output.print(`No ${state} reports.`);
    return 0;
  }

  let accepted = 0;
  let refused = 0;
  let stopped = false;
  const waiting = reports.values();
  const sendNext = async () => {
    // All workers share one iterator, so each name is taken once.
    for (const report of waiting) {
      const refusal = await retry(request, report);
      if (json) output.print(toJson(report, refusal));
      if (refusal === undefined) accepted += 1;
      else {
        refused += 1;
        if (!json) output.complain(`${report.channel} ${report.messageId}: ${refusal.lines.join(" ")}`);
        stopped ||= refusal.concernsAll;
      }
      if (stopped) return;
    }
  };
  await progress.during(
    () => `${accepted + refused} of ${reports.size} reports sent again…`,
    Promise.all(Array.from({ length: CONCURRENCY }, sendNext)),
  );

  const untried = reports.size - accepted - refused;
  if (json) {
    output.print(
      ...[...waiting].map((report) => JSON.stringify({ ...report, accepted: false, reason: NOT_TRIED })),
    );
    return accepted === reports.size ? 0 : 1;
  }
  output.print(
    `${accepted} of ${reports.size} ${state} ${reports.size === 1 ? "report was" : "reports were"} accepted ` +
      `and ${accepted === 1 ? "is" : "are"} being sent again.`,
  );
  if (refused > 0) output.complain(`${refused} ${refused === 1 ? "was" : "were"} not accepted.`);
  if (untried > 0)
    output.complain(`${untried} ${untried === 1 ? "was" : "were"} not tried: run this again later.`);
  return accepted === reports.size ? 0 : 1;
}

/** Collects all names first: a report that is sent again leaves the list, and may return to it. */
async function collect(
  request: Requester,
  state: "dead" | "queued",
  reports: Map<string, ReportName>,
): Promise<void> {
  for await (const page of listReports(request, state, Number.POSITIVE_INFINITY)) {
    for (const { channel, messageId } of page.reports)
      reports.set(`${channel}/${messageId}`, { channel, messageId });
  }
}

const NOT_TRIED = "not tried: run this again later";

const toJson = ({ channel, messageId }: ReportName, refusal: Refusal | undefined): string =>
  JSON.stringify({
    channel,
    messageId,
    accepted: refusal === undefined,
    reason: refusal === undefined ? null : refusal.lines.join(" "),
  });

interface Refusal {
  readonly lines: readonly string[];
  /** `true` if the other reports would be refused too. */
  readonly concernsAll: boolean;
}

/** @returns The refusal, or `undefined` if the report was accepted. */
async function retry(request: Requester, { channel, messageId }: ReportName): Promise<Refusal | undefined> {
  if ([channel, messageId].some((segment) => UNADDRESSABLE.test(segment)))
    return { lines: ["this id cannot be part of a URL."], concernsAll: false };
  const path = `/reports/${encodeURIComponent(channel)}/${encodeURIComponent(messageId)}/retry`;
  try {
    await request({ method: "POST", path }, retrySchema);
    return undefined;
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    return { lines: [error.reason, ...error.more], concernsAll: error.concernsAll };
  }
}
