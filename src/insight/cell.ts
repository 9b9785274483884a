import type { Cohort } from "./cohort.ts";
import { addCounts, type Counts, isEmpty, subtractCounts } from "./counts.ts";
import { otherSegment, type Segment, toSegmentKey } from "./segment.ts";

/** The counters of one cohort and segment. */
export interface Cell {
  readonly cohort: Cohort;
  readonly segment: Segment;
  readonly counts: Counts;
}

/** Adds up the cells of the same cohort and segment. Empty ones are left out. */
export function mergeCells(cells: Iterable<Cell>): Cell[] {
  const merged = new Map<string, Cell>();
  for (const cell of cells) {
    const key = `${cell.cohort}/${toSegmentKey(cell.segment)}`;
    const known = merged.get(key);
    const counts = known === undefined ? cell.counts : addCounts(known.counts, cell.counts);
    merged.set(key, { ...cell, counts });
  }
  return [...merged.values()].filter(({ counts }) => !isEmpty(counts));
}

/** The difference that, added to `before`, gives `after`. */
export function subtractCells(after: readonly Cell[], before: readonly Cell[]): Cell[] {
  const negative = before.map((cell) => ({ ...cell, counts: subtractCounts({}, cell.counts) }));
  return mergeCells([...after, ...negative]);
}

/** Moves a cell into the segment for what is one segment too many, and counts its messages as `other`. */
export function foldCell({ cohort, segment, counts }: Cell): Cell {
  const { sent = 0, other = 0 } = counts;
  const marked = sent === other ? counts : { ...counts, other: sent };
  return { cohort, segment: otherSegment(segment), counts: marked };
}

/**
 * Moves cells into longer cohorts, for the roll-up to hours and days.
 *
 * @param length The new length in milliseconds.
 */
export const rollUp = (cells: Iterable<Cell>, length: number): Cell[] =>
  mergeCells(Array.from(cells, (cell) => ({ ...cell, cohort: Math.floor(cell.cohort / length) * length })));
