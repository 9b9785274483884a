// `vonage-conversion reports --watch`.

import type { Report } from "./answers.ts";
import { formatReports } from "./report-table.ts";
import { timeOf } from "./report-time.ts";
import type { ReportsOptions } from "./reports.ts";
import { selectReports } from "./select-reports.ts";
import { formatInstant } from "./time.ts";
import type { Work } from "./work.ts";
import { WorkerError } from "./worker-error.ts";

const EVERY_MS = 5000;

/**
 * Repeats the list until the user stops it. A terminal shows the list as it is; a pipe gets each report once, when it is
 * first seen. A request that fails is named, and does not end it; one that can never succeed does.
 */
export async function runWatch(
  work: Pick<Work, "request" | "output" | "progress" | "now"> & {
    readonly pause: (milliseconds: number) => Promise<boolean>;
  },
  options: ReportsOptions,
): Promise<0> {
  const { output, now, pause } = work;
  const { state, json } = options;
  const isScreen = output.width() !== undefined && !json;
  const seen = new Set<string>();
  // The first pause, of no time, takes Ctrl-C over before there is output.
  for (let wait = 0; await pause(wait); wait = EVERY_MS) {
    try {
      const { reports, more } = await selectReports(work, options);
      if (isScreen) {
        output.clear();
        const time = formatInstant(new Date(now()).toISOString());
        output.print(
          ...formatReports(reports, state, more, output.width()),
          "",
          `${time} UTC, every ${EVERY_MS / 1000} seconds. Press Ctrl-C to stop.`,
        );
      } else {
        const news = reports.filter((report) => !seen.has(nameOf(report)));
        for (const report of news) seen.add(nameOf(report));
        if (json) output.print(...news.map((report) => JSON.stringify(report)));
        else if (news.length > 0)
          output.print(...formatReports(news, state, false).slice(seen.size > news.length ? 1 : 0, -2));
      }
    } catch (error) {
      if (!(error instanceof WorkerError) || isFinal(error)) throw error;
      output.complain(error.message, ...error.more);
    }
  }
  return 0;
}

/** A report that was sent again and died again is news. */
const nameOf = (report: Report) => `${report.channel}/${report.messageId}/${timeOf(report)}`;

/** The Worker has understood the request and refuses it. */
const isFinal = ({ failure }: WorkerError) => failure.kind === "problem" && failure.status < 429;
