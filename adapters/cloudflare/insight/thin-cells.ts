// Most of a question's time goes into its many counters, although a series shows only a few of them. So only those few
// are read for each bucket; all others are added up over all buckets, and given once for each segment.

import type { Cell } from "../../../src/insight/cell.ts";
import type { Segment } from "../../../src/insight/segment.ts";
import type { CellsRow, CounterNames } from "./cells-text.ts";

/** A bucket's row, whose pairs of numbers have been checked. */
export interface BucketRow {
  readonly at: number;
  readonly row: CellsRow;
}

interface Rest {
  readonly cohort: number;
  readonly segment: Segment;
  /** By the number of the counter. */
  readonly sums: number[];
}

/**
 * Reads the cells of several buckets. Their sums are those of all cells; only where in time a counter stands is lost, if it
 * is not kept.
 *
 * @param isKept Tells whether a counter is read for each bucket.
 * @param withRest Counters that are not kept are added up, or else left out.
 */
export function readThinCells(
  rows: Iterable<BucketRow>,
  names: CounterNames,
  segmentOf: (key: string) => Segment | undefined,
  isKept: (name: string) => boolean,
  withRest: boolean,
): Cell[] {
  const cells: Cell[] = [];
  const rests = new Map<string, Rest>();
  // By number: the name of a counter that is kept, or else nothing.
  const kept: (string | null)[] = [];
  for (const { at, row } of rows) {
    for (const key in row) {
      const pairs = row[key] ?? [];
      const segment = segmentOf(key);
      if (segment === undefined) continue;
      const counts: Record<string, number> = {};
      const rest = rests.get(key) ?? { cohort: at, segment, sums: [] };
      if (withRest) rests.set(key, rest);
      for (let index = 0; index < pairs.length; index += 2) {
        const number = pairs[index] ?? 0;
        const count = pairs[index + 1] ?? 0;
        const name = kept[number] ?? keep(number);
        if (name !== null) counts[name] = count;
        else if (withRest) rest.sums[number] = (rest.sums[number] ?? 0) + count;
      }
      cells.push({ cohort: at, segment, counts });
    }
  }
  for (const { sums, ...cell } of rests.values()) cells.push({ ...cell, counts: toCounts(sums) });
  return cells;

  function keep(number: number): string | null {
    const name = names.toName(number) ?? "";
    const result = isKept(name) ? name : null;
    kept[number] = result;
    return result;
  }

  function toCounts(sums: readonly number[]): Record<string, number> {
    const counts: Record<string, number> = {};
    sums.forEach((sum, number) => {
      const name = names.toName(number);
      if (name !== undefined && sum !== 0) counts[name] = sum;
    });
    return counts;
  }
}

/** The counters that a series shows; see src/insight/series.ts. */
export const isOfSeries = (name: string): boolean =>
  name === "sent" || name === "converted" || name === "notConverted" || name.startsWith("receipt.delivered.");

/** The counters that a baseline is made of; see src/insight/baselines.ts. */
export const isOfBaseline = (name: string): boolean => name === "converted" || name === "notConverted";
