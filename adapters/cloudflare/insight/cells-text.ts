// A row's counters as text: each segment with numbers in pairs, `{"2fa/sms/GB/23410":[1,70,2,41]}`. The first of a pair
// stands for the counter's name. So a day of 500 segments takes some 100 kB instead of 400, and few of its numbers have to
// be read to change one.

import type { Counts } from "../../../src/insight/counts.ts";

/** Counters by segment key. */
export type Cells = Map<string, Counts>;

/** A row as it is stored: numbers in pairs, by segment key. */
export type CellsRow = Record<string, readonly number[]>;

/** Numbers for names, which are stored once. */
export interface CounterNames {
  /** Gives the number of a name; a new name gets one. */
  toNumber(name: string): number;
  /** `undefined`: there is no such number. */
  toName(number: number): string | undefined;
}

export function formatCounts(counts: Counts, names: CounterNames): number[] {
  const pairs: number[] = [];
  for (const name in counts) pairs.push(names.toNumber(name), counts[name] ?? 0);
  return pairs;
}

/** Reads a row and checks its numbers; `undefined` if it is not one of ours. */
export function parseRow(text: unknown, names: CounterNames): CellsRow | undefined {
  const row = parseObject(text);
  if (row === undefined) return undefined;
  for (const key in row) if (!arePairs(row[key], 0, names)) return undefined;
  return row as CellsRow;
}

/** Reads pairs from a position on, which have been checked. */
export function toCounts(pairs: readonly number[], from: number, names: CounterNames): Counts {
  const counts: Record<string, number> = {};
  for (let at = from; at < pairs.length; at += 2) {
    counts[names.toName(pairs[at] ?? 0) ?? ""] = pairs[at + 1] ?? 0;
  }
  return counts;
}

export function arePairs(pairs: unknown, from: number, names: CounterNames): pairs is readonly number[] {
  if (!Array.isArray(pairs) || (pairs.length - from) % 2 !== 0) return false;
  for (let at = from; at < pairs.length; at += 2) {
    if (names.toName(pairs[at]) === undefined || !Number.isSafeInteger(pairs[at + 1])) return false;
  }
  return true;
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
