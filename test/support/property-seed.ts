// Each run of the property tests uses new random values. Each file prints its seed; set PROPERTY_SEED in the
// environment to repeat a run. With PROPERTY_SHARE, which `npm run test:core` sets, they try a part of their cases.

import { configureGlobal } from "fast-check";

const { PROPERTY_SEED: given, PROPERTY_SHARE: share = "1" } = process.env;
const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);

/** `false`: rare situations may be missing among the cases. */
export const isFullRun = share === "1";

/** Gives how many cases to try, of those that a full run tries. */
export const cases = (full: number): number => Math.ceil(full * Number(share));

/** Takes the share of a list that a full run goes through: every n-th, from a random one on. */
export function someOf<T>(list: readonly T[]): readonly T[] {
  const every = Math.round(1 / Number(share));
  return list.filter((_, index) => (index + seed) % every === 0);
}

configureGlobal({ seed, numRuns: cases(100) });
console.log(`property tests: PROPERTY_SEED=${seed}${isFullRun ? "" : ` PROPERTY_SHARE=${share}`}`);
