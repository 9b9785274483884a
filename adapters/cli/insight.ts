// `vonage-conversion insight`.

import * as v from "valibot";
import { type InsightAnswer, insightSchema } from "./insight-answers.ts";
import type { Line } from "./line.ts";
import { formatPercent, formatShare } from "./share.ts";
import { formatTable } from "./table.ts";
import { formatInstant } from "./time.ts";
import { toInstant } from "./time-argument.ts";
import type { Work } from "./work.ts";

export interface InsightOptions {
  /** Dimensions, separated by commas. */
  readonly by: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly format: "table" | "json" | "csv";
}

/** Prints what routes delivered. */
export async function runInsight(
  { request, output, now }: Pick<Work, "request" | "output" | "now">,
  { by, from, to, format }: InsightOptions,
): Promise<0> {
  const query = {
    ...(by !== undefined && { by }),
    ...(from !== undefined && { from: toInstant(from, now()) }),
    ...(to !== undefined && { to: toInstant(to, now()) }),
  };
  const call = { method: "GET", path: "/insight", query } as const;
  if (format === "csv") {
    const text = await request({ ...call, accept: "text/csv" }, v.string());
    output.print(...text.trimEnd().split("\r\n"));
    return 0;
  }
  const answer = await request(call, insightSchema);
  output.print(...(format === "json" ? [JSON.stringify(answer)] : formatInsight(answer, output.width())));
  return 0;
}

/** Formats the period, a line for each group (the worst first), and the total. */
export function formatInsight(
  { from, to, by, groups, total, folded }: InsightAnswer,
  width?: number,
): Line[] {
  const period = `Messages sent from ${formatInstant(from)} to ${formatInstant(to)} (UTC)`;
  if (total.sent === 0) return [`${period}: none.`];
  return [
    `${period}, the worst route first:`,
    "",
    ...formatTable(
      [...by, "sent", "converted", "usual", "receipts say delivered", "median s", "cost EUR", "alarms"],
      groups.map(({ segment, metrics, baseline, alarms }) => [
        ...by.map((dimension) => segment[dimension] || "unknown"),
        metrics.sent,
        formatShare(metrics.conversion),
        formatPercent(baseline.share),
        `${metrics.receipts.delivered} of ${metrics.settled}`,
        metrics.timeToConvert.p50?.toFixed(0) ?? "-",
        metrics.cost.priced === 0 ? "-" : metrics.cost.total.toFixed(2),
        alarms.length === 0 ? "-" : String(alarms.length),
      ]),
      width,
    ),
    "",
    `All together: ${formatShare(total.conversion)} converted, ${total.pending} pending, ${total.refused.total} refused.`,
    ...(folded > 0 ? [`${folded} groups are merged into unknown, because there are too many.`] : []),
  ];
}
