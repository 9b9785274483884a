import type { Cell } from "../../../src/insight/cell.ts";

const HOUR_MS = 3_600_000;

/** Fires while the conversion of the last hour is 10 points below the usual: the rule that one would write first. */
export function createNaiveRule(usual: number) {
  let cohorts = new Map<number, { readonly converted: number; readonly of: number }>();
  let isOpen = false;
  return {
    /** @returns It fires now, and did not before. */
    next(cells: readonly Cell[], now: number): boolean {
      for (const { cohort, counts } of cells) {
        const { sent = 0, converted = 0, notConverted = 0 } = counts;
        // It is fair to it: messages whose outcome is not known yet would look like losses.
        if (sent === converted + notConverted) cohorts.set(cohort, { converted, of: sent });
      }
      cohorts = new Map([...cohorts].filter(([cohort]) => cohort > now - HOUR_MS));
      const sum = [...cohorts.values()].reduce(
        (a, b) => ({ converted: a.converted + b.converted, of: a.of + b.of }),
        { converted: 0, of: 0 },
      );
      const isLow = sum.converted < (usual - 0.1) * sum.of;
      const fires = isLow && !isOpen;
      isOpen = isLow;
      return fires;
    },
  };
}
