// A row's counters as text: each segment with numbers in pairs, `{"2fa/sms/GB/23410":[1,70,2,41]}`. The first of a pair
// stands for the counter's name. So a day of 500 segments takes some 60 kB instead of 300, and is read in half a millisecond.

import type { Counts } from "../../../src/insight/counts.ts";

/** Counters by segment key. */
export type Cells = Map<string, Counts>;

/** Numbers for names, which are stored once. */
export interface CounterNames {
  /** Gives the number of a name; a new name gets one. */
  toNumber(name: string): number;
  /** `undefined`: there is no such number. */
  toName(number: number): string | undefined;
}

export function formatCounts(counts: Counts, names: CounterNames): number[] {
  const pairs: number[] = [];
  for (const [name, count] of Object.entries(counts)) pairs.push(names.toNumber(name), count);
  return pairs;
}

export function formatCells(cells: Cells, names: CounterNames): string {
  const row: Record<string, number[]> = {};
  for (const [segment, counts] of cells) row[segment] = formatCounts(counts, names);
  return JSON.stringify(row);
}

/** Reads what {@link formatCells} wrote; `undefined` for anything else. */
export function parseCells(text: unknown, names: CounterNames): Cells | undefined {
  const row = parseObject(text);
  if (row === undefined) return undefined;
  const cells: Cells = new Map();
  for (const [segment, pairs] of Object.entries(row)) {
    const counts = parseCounts(pairs, 0, names);
    if (counts === undefined) return undefined;
    cells.set(segment, counts);
  }
  return cells;
}

/** Reads pairs from a position on. */
export function parseCounts(pairs: unknown, from: number, names: CounterNames): Counts | undefined {
  if (!Array.isArray(pairs) || (pairs.length - from) % 2 !== 0) return undefined;
  const counts: Record<string, number> = {};
  for (let at = from; at < pairs.length; at += 2) {
    const name = names.toName(pairs[at]);
    const count: unknown = pairs[at + 1];
    if (name === undefined || !Number.isSafeInteger(count)) return undefined;
    counts[name] = count as number;
  }
  return counts;
}

export function parseObject(text: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Not JSON, so not ours.
  }
  return undefined;
}
