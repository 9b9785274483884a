// The memory of the rules between two calls: plain JSON of bounded size.

import type { Alarm } from "../answer.ts";
import type { Cohort } from "../cohort.ts";
import type { Sums } from "./sums.ts";

export interface RuleState {
  readonly version: 1;
  /** The first call. */
  readonly since: number;
  /** Segments and those above them, by `toPartialKey`. */
  readonly scopes: Record<string, Scope>;
  /** Open alarms, by rule and scope, such as `drop:2fa/sms/GB`. */
  readonly open: Record<string, Alarm>;
  /** Dead reports at the last call, and when their number last grew. */
  dead: number;
  deadAt: number;
}

/** One segment, or all those below a country, a channel or everything. Times are epoch milliseconds. */
export interface Scope {
  firstAt: number;
  lastAt: number;
  /** Cohorts of the last hour, and older ones that are not judged yet. */
  cells: CohortCell[];
  /** Up to 15 days, today's included. */
  days: Day[];
  /** The price of the messages of up to 15 days, alarms' periods included. */
  spent: [start: number, price: number][];
  /** The 24 hours of the day (UTC); empty until something was learned. */
  hours: HourOfDay[];
  /** The hour that is being learned. */
  hour: readonly [start: number, notConverted: number];
  drop: Run;
  receipts: Run;
  /** The messages of a new segment, until one of them is converted. */
  fresh?: { settled: number };
}

export type CohortCell = [cohort: Cohort, sums: Sums, isJudged: boolean];

export type Day = [
  start: number,
  converted: number,
  judged: number,
  delivered: number,
  settled: number,
  /** Not converted messages of its worst hour. */
  worstHour: number,
];

/** Sums that fade by a fourteenth each day. `days` fades with them, so that quotients are means. */
export type HourOfDay = [converted: number, judged: number, delivered: number, settled: number, days: number];

/** A cumulative sum since it was last 0, and what was seen since then. */
export interface Run {
  level: number;
  since: number;
  sums: Sums;
}

/** Countries and networks are bounded by the sources. If they were not, the longest silent ones would be forgotten. */
export const MAX_SCOPES = 1000;

export const createState = (now: number): RuleState => ({
  version: 1,
  since: now,
  scopes: {},
  open: {},
  dead: 0,
  deadAt: 0,
});
