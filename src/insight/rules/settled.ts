import { COHORT_MS } from "../cohort.ts";
import { DAY_MS } from "../query.ts";
import type { CohortCell } from "./state.ts";
import { settledOf } from "./sums.ts";

/** The longest time to reply. Messages that are not settled then never will be. */
export const LONGEST_PENDING_MS = DAY_MS;

/** Sources send their counters once a minute. */
const GATHERED_MS = COHORT_MS + 2 * 60_000;

/** A few messages with a longer time to reply are not waited for. */
const STRAGGLERS_MS = 30 * 60_000;

/**
 * Tells whether a cohort can be judged: it is closed, gathered, and settled. Judging earlier would be too kind: users who
 * reply do so at once, and all others become known when their time has run out.
 */
export function isSettled([cohort, sums]: CohortCell, now: number): boolean {
  const age = now - cohort;
  const pending = sums[0] - settledOf(sums);
  if (age < GATHERED_MS) return false;
  if (pending <= 0 || age >= LONGEST_PENDING_MS) return true;
  return age >= STRAGGLERS_MS && pending <= Math.max(1, sums[0] / 10);
}
