// Bernoulli CUSUM: the log likelihood ratio of "worse" against "as usual", summed up and never below 0. It finds a lasting
// fall as soon as the evidence suffices, with few messages as with many, and forgets chance.

import { createRun } from "./scope.ts";
import type { Run } from "./state.ts";
import { addSums, type Sums } from "./sums.ts";

/** At this level of evidence a fall counts as real. Simulated: see `npm run simulate alarms`. */
export const FIRES_AT = 8;

/** Evidence beyond that is not kept while an alarm is open, so that a recovery is seen within some 100 messages. */
const HIGHEST_WHILE_OPEN = 12;

/** While it waits for the level of a narrower segment. */
const HIGHEST = 24;

/** "Worse" means that the odds are 0.4 of the reference's, such as 61.5 % for 80 %. */
const WORSE_ODDS = 0.4;

/**
 * Adds a cohort to a run.
 *
 * @param good Messages of the cohort that went well, of `all`.
 * @param reference The lowest share that still counts as usual.
 * @returns A new run. At level 0 it starts again.
 */
export function addEvidence(
  run: Run,
  {
    cohort,
    sums,
    good,
    all,
  }: { readonly cohort: number; readonly sums: Sums; readonly good: number; readonly all: number },
  reference: number,
  isOpen: boolean,
): Run {
  const usual = Math.min(Math.max(reference, 0.02), 0.98);
  const odds = (WORSE_ODDS * usual) / (1 - usual);
  const worse = odds / (1 + odds);
  const change = good * Math.log(worse / usual) + (all - good) * Math.log((1 - worse) / (1 - usual));
  const level = Math.min(run.level + change, isOpen ? HIGHEST_WHILE_OPEN : HIGHEST);
  if (level <= 0) return createRun();
  return { level, since: run.level > 0 ? run.since : cohort, sums: addSums(run.sums, sums) };
}
