import type { PartialSegment } from "./answer.ts";
import { lineageOf, parentOf, toPartialKey } from "./partial-segment.ts";

/** Without any data. */
const DEFAULT_PRIOR = 0.8;

/** Worth so many messages, the segment above decides about a segment with few of its own. */
const STRENGTH = 20;

/** A group's settled messages, without superseded and cancelled ones. */
export interface Scored {
  readonly segment: PartialSegment;
  readonly converted: number;
  readonly settled: number;
}

/**
 * Prepares the scores of groups: conversion shrunk towards that of the segment above, which is itself shrunk towards
 * the one above it. It is the mean of the posterior with a Beta prior, so 3 of 3 does not lead a ranking, and 0 of 3
 * does not end it.
 */
export function createScores(groups: Iterable<Scored>): (segment: PartialSegment) => number {
  const sums = new Map<string, { converted: number; settled: number }>();
  for (const { segment, converted, settled } of groups) {
    for (const key of lineageOf(segment).map(toPartialKey)) {
      const sum = sums.get(key) ?? { converted: 0, settled: 0 };
      sums.set(key, { converted: sum.converted + converted, settled: sum.settled + settled });
    }
  }
  const known = new Map<string, number>();
  const scoreOf = (segment: PartialSegment): number => {
    const key = toPartialKey(segment);
    const found = known.get(key);
    if (found !== undefined) return found;
    const { converted, settled } = sums.get(key) ?? { converted: 0, settled: 0 };
    const parent = parentOf(segment);
    const prior = parent === undefined ? DEFAULT_PRIOR : scoreOf(parent);
    const score = (converted + STRENGTH * prior) / (settled + STRENGTH);
    known.set(key, score);
    return score;
  };
  return scoreOf;
}
