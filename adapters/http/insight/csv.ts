// The groups of `GET /insight` as CSV (RFC 4180).

import type { Dimension, Group, InsightAnswer } from "../../../src/insight/answer.ts";

type Cell = string | number | null;

const COLUMNS: Readonly<Record<string, (group: Group) => Cell>> = {
  sent: ({ metrics }) => metrics.sent,
  settled: ({ metrics }) => metrics.settled,
  pending: ({ metrics }) => metrics.pending,
  converted: ({ metrics }) => metrics.converted,
  notConverted: ({ metrics }) => metrics.notConverted,
  superseded: ({ metrics }) => metrics.superseded,
  cancelled: ({ metrics }) => metrics.cancelled,
  uncertain: ({ metrics }) => metrics.uncertain,
  refused: ({ metrics }) => metrics.refused.total,
  conversion: ({ metrics }) => metrics.conversion.share,
  conversionLow: ({ metrics }) => metrics.conversion.low,
  conversionHigh: ({ metrics }) => metrics.conversion.high,
  baseline: ({ baseline }) => baseline.share,
  baselineSource: ({ baseline }) => baseline.source,
  score: ({ score }) => score,
  receiptsDelivered: ({ metrics }) => metrics.receipts.delivered,
  receiptsFailed: ({ metrics }) => metrics.receipts.failed,
  receiptsExpired: ({ metrics }) => metrics.receipts.expired,
  receiptsRejected: ({ metrics }) => metrics.receipts.rejected,
  receiptsOther: ({ metrics }) => metrics.receipts.other,
  receiptsNone: ({ metrics }) => metrics.receipts.none,
  receiptInformation: ({ metrics }) => metrics.receiptInformation.value,
  timeToConvertP50: ({ metrics }) => metrics.timeToConvert.p50,
  timeToConvertP90: ({ metrics }) => metrics.timeToConvert.p90,
  rescued: ({ metrics }) => metrics.rescue.count,
  rescuable: ({ metrics }) => metrics.rescue.of,
  costEur: ({ metrics }) => metrics.cost.total,
  priced: ({ metrics }) => metrics.cost.priced,
  costPerConversionEur: ({ metrics }) => metrics.cost.perConversion,
  costNotConvertedEur: ({ metrics }) => metrics.cost.notConverted,
  reportLagP50: ({ metrics }) => metrics.reportLag.p50,
  reportLagP95: ({ metrics }) => metrics.reportLag.p95,
  reportsWithin15min: ({ metrics }) => metrics.reportLag.within15min.count,
  reports: ({ metrics }) => metrics.reportLag.within15min.of,
  alarms: ({ alarms }) => alarms.join(" "),
};

/** One line for each group, after the names. A figure that is withheld is empty. */
export function formatInsightCsv({ by, groups }: Pick<InsightAnswer, "by" | "groups">): string {
  const lines = groups.map((group) => [
    ...by.map((dimension) => toText(group, dimension)),
    ...Object.values(COLUMNS).map((read) => read(group)),
  ]);
  return [[...by, ...Object.keys(COLUMNS)], ...lines]
    .map((line) => `${line.map(quote).join(",")}\r\n`)
    .join("");
}

const toText = ({ segment }: Group, dimension: Dimension): string => segment[dimension] ?? "";

function quote(cell: Cell): string {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
