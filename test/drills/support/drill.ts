// What a drill gives: figures of how it went, and sentences on what was wrong.

export interface DrillResult<Figure extends string = string> {
  readonly figures: Readonly<Record<Figure, number>>;
  /** Nothing in it: all was well. */
  readonly wrong: readonly string[];
}

/** Collects what is wrong. */
export function createVerdict() {
  const wrong: string[] = [];
  return {
    wrong,
    demand(holds: boolean, otherwise: string): void {
      if (!holds) wrong.push(otherwise);
    },
    /** There must be none of these; the first few are shown. */
    demandNone(cases: readonly string[], what: string): void {
      if (cases.length > 0) wrong.push(`${what}: ${cases.length}, such as ${cases.slice(0, 3).join("; ")}`);
    },
  };
}

/** The value below which this share of them is; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Milliseconds in seconds. */
export const toSeconds = (milliseconds: number) => milliseconds / 1000;
