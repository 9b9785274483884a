// Randomness by a seed: DRILL_SEED in the environment, printed with every run. Answers arrive in a different order each
// time, so the same seed gives a similar run, not an identical one.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  /** One element of a list, which must not be empty. */
  pick<T>(list: readonly T[]): T;
}

const { DRILL_SEED: given } = process.env;

export const DRILL_SEED = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);

/** Mulberry32, by Tommy Ettinger. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: <T>(list: readonly T[]) => list[between(0, list.length - 1)] as T,
  };
}
