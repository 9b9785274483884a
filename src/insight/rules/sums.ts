import { OUTCOMES } from "../contribution.ts";
import type { Counts } from "../counts.ts";
import { REPORT_LAG_BOUNDS, readBuckets } from "../histogram.ts";

/** The counts that the rules look at. A tuple, because the state holds thousands of them as JSON. */
export type Sums = readonly [
  sent: number,
  converted: number,
  notConverted: number,
  /** Superseded and cancelled. */
  aside: number,
  /** Settled messages with a receipt that says "delivered". */
  delivered: number,
  /** In 1e-8 EUR. */
  price: number,
  /** Reports that Vonage has confirmed, and those of them within 15 minutes. */
  recorded: number,
  inTime: number,
];

export const NO_SUMS: Sums = [0, 0, 0, 0, 0, 0, 0, 0];

/** A report later than that is too late for Adaptive Routing, which looks at the last 15 minutes. */
const IN_TIME_BUCKETS = REPORT_LAG_BOUNDS.indexOf(900) + 1;

/** Reads the sums of a cell. Anything that is no count is 0. */
export function toSums(counts: Counts): Sums {
  const count = (name: string): number => {
    const value = counts[name];
    return Number.isFinite(value) ? Math.max(0, Number(value)) : 0;
  };
  const lags = readBuckets(counts, "lag.", REPORT_LAG_BOUNDS);
  return [
    count("sent"),
    count("converted"),
    count("notConverted"),
    count("superseded") + count("cancelled"),
    total(OUTCOMES.map((outcome) => count(`receipt.delivered.${outcome}`))),
    count("price"),
    total(lags),
    total(lags.slice(0, IN_TIME_BUCKETS)),
  ];
}

export const addSums = (a: Sums, b: Sums): Sums => combine(a, b, 1);

export const subtractSums = (a: Sums, b: Sums): Sums => combine(a, b, -1);

/** Converted and not converted messages: those that count for the conversion. */
export const judgedOf = ([, converted, notConverted]: Sums): number => converted + notConverted;

/** Messages whose outcome is known. */
export const settledOf = ([, converted, notConverted, aside]: Sums): number =>
  converted + notConverted + aside;

const combine = (a: Sums, b: Sums, factor: 1 | -1): Sums => [
  a[0] + factor * b[0],
  a[1] + factor * b[1],
  a[2] + factor * b[2],
  a[3] + factor * b[3],
  a[4] + factor * b[4],
  a[5] + factor * b[5],
  a[6] + factor * b[6],
  a[7] + factor * b[7],
];

const total = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
