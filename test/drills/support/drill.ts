// The result of a drill: figures, and a sentence for each fault.

export interface DrillResult<Figure extends string = string> {
  readonly figures: Readonly<Record<Figure, number>>;
  /** Empty if all is well. */
  readonly wrong: readonly string[];
}

/** Collects faults. */
export function createVerdict() {
  const wrong: string[] = [];
  return {
    wrong,
    demand(holds: boolean, otherwise: string): void {
      if (!holds) wrong.push(otherwise);
    },
    /** Demands an empty list, and shows the first few entries otherwise. */
    demandNone(cases: readonly string[], what: string): void {
      if (cases.length > 0) wrong.push(`${what}: ${cases.length}, such as ${cases.slice(0, 3).join("; ")}`);
    },
  };
}

/** The value below which this share of the values lies. NaN for an empty list. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Converts milliseconds to seconds. */
export const toSeconds = (milliseconds: number) => milliseconds / 1000;
