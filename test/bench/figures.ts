// How figures are taken and shown: side by side, alternating, medians with their spread.

const ROUNDS = 7;

/** Measures one after the other, so that whatever slows the machine slows both. */
export async function alternate(
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<[number, number][]> {
  const rounds: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) rounds.push([await a(), await b()]);
    else {
      const second = await b();
      rounds.push([await a(), second]);
    }
  }
  return rounds;
}

/** Prints the medians of both and of their ratio. */
export function printRatios(rounds: readonly [number, number][], wanted?: number): void {
  const ratios = rounds.map(([a, b]) => a / b);
  const rates = (index: 0 | 1) => Math.round(median(rounds.map((round) => round[index])));
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  console.log(`  median      ${rates(0)} : ${rates(1)} per second`);
  const aim = wanted === undefined ? "" : `; wanted at least ${wanted}`;
  console.log(`  ratio       ${median(ratios).toFixed(3)} (${spread} in ${rounds.length} rounds${aim})`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
