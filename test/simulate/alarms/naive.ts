import { COHORT_MS } from "../../../src/insight/cohort.ts";

const HOUR_MS = 3_600_000;

/** Fires while the conversion of the last hour is 10 points below the usual: the rule that one would write first. */
export function createNaiveRule(usual: number) {
  let cohorts: { at: number; converted: number; notConverted: number }[] = [];
  let isOpen = false;
  return {
    /** @returns It fires now, and did not before. */
    next(at: number, converted: number, notConverted: number): boolean {
      cohorts = [...cohorts, { at, converted, notConverted }].filter((one) => one.at > at - HOUR_MS);
      const good = cohorts.reduce((sum, one) => sum + one.converted, 0);
      const all = cohorts.reduce((sum, one) => sum + one.converted + one.notConverted, 0);
      const isLow = all > 0 && good / all < usual - 0.1;
      const fires = isLow && !isOpen;
      isOpen = isLow;
      return fires;
    },
  };
}

/** A cohort is complete so long after it began. */
export const COMPLETE_MS = 2 * COHORT_MS;
