import type { Bucket, Metrics } from "./answer.ts";
import { OUTCOMES } from "./contribution.ts";
import { type Counts, countsBelow } from "./counts.ts";
import { RECEIPT_CLASSES } from "./facts.ts";
import {
  type Bounds,
  estimateQuantile,
  REPORT_LAG_BOUNDS,
  readBuckets,
  TIME_TO_CONVERT_BOUNDS,
} from "./histogram.ts";
import { toShare } from "./share.ts";

/** 1e-8 EUR in a euro. */
const PER_EURO = 1e8;

/** Computes the metrics of some counters. */
export function toMetrics(counts: Counts): Metrics {
  const count = (name: string): number => counts[name] ?? 0;
  const [sent, converted, notConverted] = [count("sent"), count("converted"), count("notConverted")];
  const settled = sum(OUTCOMES.map(count));
  return {
    sent,
    settled,
    pending: sent - settled,
    converted,
    notConverted,
    superseded: count("superseded"),
    cancelled: count("cancelled"),
    uncertain: count("uncertain"),
    refused: toRefused(counts),
    conversion: toShare(converted, converted + notConverted),
    receipts: toReceipts(count),
    receiptInformation: toReceiptInformation(counts),
    timeToConvert: toTimeToConvert(counts),
    rescue: toShare(count("rescued"), count("firstNotConverted")),
    cost: toCost(count),
    reportLag: toReportLag(counts),
  };
}

type Count = (name: string) => number;

function toRefused(counts: Counts): Metrics["refused"] {
  const byStatus = countsBelow(counts, "refused.");
  return { total: sum([...byStatus.values()]), byStatus: Object.fromEntries(byStatus) };
}

function toReceipts(count: Count): Metrics["receipts"] {
  const ofClass = (name: string) => sum(OUTCOMES.map((outcome) => count(`receipt.${name}.${outcome}`)));
  const [delivered = 0, failed = 0, expired = 0, rejected = 0, other = 0] = RECEIPT_CLASSES.map(ofClass);
  return { delivered, failed, expired, rejected, other, none: ofClass("none") };
}

/**
 * Without any receipt its value is unknown, not 0: 0 would accuse a route of lying whose receipts the operator does not
 * fetch.
 */
function toReceiptInformation(counts: Counts): Metrics["receiptInformation"] {
  const count: Count = (name) => counts[name] ?? 0;
  const claimed = (outcome: string) => toShare(count(`receipt.delivered.${outcome}`), count(outcome));
  const [converted, notConverted] = [claimed("converted"), claimed("notConverted")];
  const missing = count("receipt.none.converted") + count("receipt.none.notConverted");
  const known = converted.of + notConverted.of > missing;
  const value =
    known && converted.share !== null && notConverted.share !== null
      ? round(converted.count / converted.of - notConverted.count / notConverted.of, 4)
      : null;
  return { value, converted, notConverted };
}

function toTimeToConvert(counts: Counts): Metrics["timeToConvert"] {
  const buckets = readBuckets(counts, "ttc.", TIME_TO_CONVERT_BOUNDS);
  const quantile = (q: number) => roundSeconds(estimateQuantile(TIME_TO_CONVERT_BOUNDS, buckets, q));
  return { p50: quantile(0.5), p90: quantile(0.9), buckets: listBuckets(TIME_TO_CONVERT_BOUNDS, buckets) };
}

/** The price of each conversion assumes that messages without a known price cost as much as the others. */
function toCost(count: Count): Metrics["cost"] {
  const [price, priced, converted] = [count("price"), count("priced"), count("converted")];
  const perConversion =
    priced === 0 || converted === 0 ? null : (price / priced) * (count("sent") / converted);
  return {
    currency: "EUR",
    total: price / PER_EURO,
    priced,
    perConversion: perConversion === null ? null : round(perConversion / PER_EURO, 6),
    notConverted: count("priceNotConverted") / PER_EURO,
  };
}

function toReportLag(counts: Counts): Metrics["reportLag"] {
  const buckets = readBuckets(counts, "lag.", REPORT_LAG_BOUNDS);
  const quantile = (q: number) => roundSeconds(estimateQuantile(REPORT_LAG_BOUNDS, buckets, q));
  const within = (seconds: number) =>
    toShare(sum(buckets.slice(0, REPORT_LAG_BOUNDS.indexOf(seconds) + 1)), sum(buckets));
  return { p50: quantile(0.5), p95: quantile(0.95), within60s: within(60), within15min: within(900) };
}

const listBuckets = (bounds: Bounds, buckets: readonly number[]): Bucket[] =>
  buckets.map((count, index) => ({ upTo: bounds[index] ?? null, count }));

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;

const roundSeconds = (seconds: number | null) => (seconds === null ? null : round(seconds, 2));
