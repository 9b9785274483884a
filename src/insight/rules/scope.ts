import type { PartialSegment } from "../answer.ts";
import { COHORT_MS } from "../cohort.ts";
import { DIMENSIONS, lineageOf, toPartialKey } from "../partial-segment.ts";
import type { Segment } from "../segment.ts";
import type { Run, Scope } from "./state.ts";
import { addSums, NO_SUMS, type Sums } from "./sums.ts";

export type Level = "network" | "country" | "channel" | "everything";

/** The keys of a segment's scopes, from narrow to wide: itself, its country, its channel, everything. */
export const scopeKeysOf = (segment: Segment): string[] => lineageOf(segment).map(toPartialKey);

/** Reads the key of a scope. */
export function parseScopeKey(key: string): PartialSegment {
  const parts = key === "" ? [] : key.split("/");
  return Object.fromEntries(DIMENSIONS.slice(0, parts.length).map((name, index) => [name, parts[index]]));
}

export function levelOf(key: string): Level {
  const { country, network } = parseScopeKey(key);
  if (network !== undefined) return "network";
  return country !== undefined ? "country" : key === "" ? "everything" : "channel";
}

/** One scope lies within another, or is the same. */
export const isWithin = (inner: string, outer: string): boolean =>
  outer === "" || inner === outer || inner.startsWith(`${outer}/`);

export const createScope = (now: number): Scope => ({
  firstAt: now,
  lastAt: now,
  cells: [],
  days: [],
  spent: [],
  hours: [],
  hour: [0, 0],
  drop: createRun(),
  receipts: createRun(),
  fresh: { settled: 0 },
});

export const createRun = (): Run => ({ level: 0, since: 0, sums: NO_SUMS });

/** Twelve cohorts, and the one that is not closed yet. */
const LAST_HOUR = 13;

export const LAST_HOUR_MS = LAST_HOUR * COHORT_MS;

/** Sums the messages sent within the last hour. */
export const lastHour = (scope: Scope | undefined, now: number): Sums => lastCohorts(scope, now, LAST_HOUR);

/** Sums the messages of the last cohorts. */
export function lastCohorts(scope: Scope | undefined, now: number, cohorts: number): Sums {
  return (scope?.cells ?? [])
    .filter(([cohort]) => cohort > now - cohorts * COHORT_MS)
    .reduce<Sums>((sum, [, sums]) => addSums(sum, sums), NO_SUMS);
}
