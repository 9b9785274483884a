// A token bucket for each key: how many waiting reports may be sent now at the pace of its pacer.

import type { Traffic } from "../../../src/wire/report.ts";

export type Allowances = ReturnType<typeof createAllowances>;

/** The bucket holds as many as gather in this time, and at least one. */
const GATHERED_FOR_S = 0.1;

/**
 * @param perSecondOf The pace of a key.
 * @param now Epoch milliseconds.
 */
export function createAllowances(perSecondOf: (traffic: Traffic) => number, now: () => number) {
  const buckets = new Map<Traffic, { readonly left: number; readonly at: number }>();

  return {
    /**
     * Gives how many reports may be sent now.
     *
     * @param used How many more were sent since the last call.
     */
    allow(traffic: Traffic, used = 0): number {
      const perSecond = perSecondOf(traffic);
      const last = buckets.get(traffic) ?? { left: 1, at: 0 };
      // A clock that goes back takes nothing away.
      const gathered = last.left + (Math.max(0, now() - last.at) / 1000) * perSecond;
      const left = Math.min(gathered, Math.max(1, perSecond * GATHERED_FOR_S)) - used;
      buckets.set(traffic, { left, at: now() });
      return left;
    },
  };
}
