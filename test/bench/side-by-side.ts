// Measures variants in turn, round after round, so that other load on the machine slows all of them alike. Prints
// medians, and the quartiles of the ratios in brackets. Read the ratios: absolute figures mean little, because load,
// Worker and upstream share one machine.

import { publish, toTable } from "./publish.ts";

/** The result of one round of one variant. */
export interface Sample {
  /** Processor time for each request, in microseconds. */
  readonly microseconds: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface Variant {
  readonly name: string;
  readonly measure: () => Promise<Sample>;
  /** The lowest acceptable ratio of the first variant's processor time to this one's. */
  readonly aim?: number;
  /** Rows written for each report. */
  readonly rows?: number;
}

/** Many short rounds, so that a change of other load affects only a few of them. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 40);

const WARM_UP = 3;

const HEAD = ["measured", "processor time", "ratio", "aim", "per second", "p50", "p99", "rows"];

/** Measures all variants, and publishes each beside the first. */
export async function sideBySide(title: string, variants: readonly Variant[]): Promise<void> {
  const samples = new Map(variants.map((variant) => [variant, [] as Sample[]]));
  // The first rounds warm up.
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const cut = (round + WARM_UP) % variants.length;
    for (const variant of [...variants.slice(cut), ...variants.slice(0, cut)]) {
      const sample = await variant.measure();
      if (round >= 0) samples.get(variant)?.push(sample);
    }
  }
  const [first] = samples.values();
  const lines = [...samples].map(([{ name, aim, rows }, own]) => {
    const ratios = own.map(
      (sample, round) => (first?.[round]?.microseconds ?? Number.NaN) / sample.microseconds,
    );
    const spread = `${at(ratios, 0.25).toFixed(2)}–${at(ratios, 0.75).toFixed(2)}`;
    const of = (key: keyof Sample, digits: number) =>
      median(own.map((sample) => sample[key])).toFixed(digits);
    return [
      name,
      `${of("microseconds", 0)} µs`,
      own === first ? "1" : `${median(ratios).toFixed(2)} (${spread})`,
      aim === undefined ? "" : `${aim}${median(ratios) < aim ? ", missed" : ""}`,
      of("perSecond", 0),
      `${of("p50", 1)} ms`,
      `${of("p99", 1)} ms`,
      rows?.toFixed(1) ?? "",
    ];
  });
  publish(title, toTable(HEAD, lines));
}

const median = (values: readonly number[]) => at(values, 0.5);

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
