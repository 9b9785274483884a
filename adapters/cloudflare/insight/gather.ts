// Takes the counters of a source, exactly once: what it sends are whole counters, and only the difference to the last
// ones is added. A lost answer, a repetition and a late call change nothing.

import { foldCell } from "../../../src/insight/cell.ts";
import { addCounts, type Counts, isEmpty, subtractCounts } from "../../../src/insight/counts.ts";
import { MAX_SEGMENTS, parseSegmentKey, toSegmentKey } from "../../../src/insight/segment.ts";
import type { Cells } from "./cells-text.ts";
import type { KnownCohort } from "./known.ts";
import { placeCohort, type ReadGathering } from "./read-gathering.ts";
import { DAYS, FIVE_MINUTES, LEVELS, toBucket } from "./roll-ups.ts";
import type { Gathered } from "./rpc.ts";
import type { InsightStore } from "./store.ts";

/**
 * Stores a call. Runs within a transaction.
 *
 * @returns The answer, and the buckets of five minutes that changed.
 */
export function gather(
  { known, rollUps, sources, totals }: InsightStore,
  { source, upTo, cohorts, blocks, health, refused, acknowledged }: ReadGathering,
  now: number,
): { readonly answer: Gathered; readonly touched: readonly number[] } {
  const before = sources.read(source);
  let beyond = 0;
  const byBucket = new Map(LEVELS.map((level) => [level, new Map<number, Cells>()]));
  const choices = new Map<number, (segment: string) => boolean>();
  for (const [cohort, entries] of cohorts) {
    const found: KnownCohort = known.read(source, cohort, now) ?? {
      placed: placeCohort(cohort, now),
      entries: new Map(),
    };
    const { placed } = found;
    let changed = false;
    for (const { seq, segment, counts } of entries) {
      const last = found.entries.get(segment);
      if (last === undefined && found.entries.size >= MAX_SEGMENTS + SPARE) {
        beyond += 1;
        continue;
      }
      if (last !== undefined && seq <= last.seq) continue;
      found.entries.set(segment, { seq, counts });
      changed = true;
      const difference = subtractCounts(counts, last?.counts ?? {});
      if (isEmpty(difference)) continue;
      const day = toBucket(placed, DAYS);
      const isChosen = choices.get(day) ?? rollUps.chooseSegments(day, now);
      choices.set(day, isChosen);
      const [key, counted] = isChosen(segment) ? [segment, difference] : fold(segment, placed, difference);
      for (const [level, buckets] of byBucket) addTo(buckets, toBucket(placed, level), key, counted);
    }
    if (changed) known.write(source, cohort, found);
  }
  for (const [level, buckets] of byBucket) {
    for (const [bucket, differences] of buckets) {
      rollUps.add(level, bucket, differences, now);
      if (level === DAYS) totals.add(differences, now);
    }
  }
  const held = Math.max(before?.upTo ?? 0, upTo);
  sources.write(source, {
    upTo: held,
    at: now,
    // A late call does not replace what a later one has sent.
    blocks: blocks !== undefined && held === upTo ? blocks : before?.blocks,
    health: health !== undefined && held === upTo ? health : before?.health,
  });
  const found = before?.upTo ?? 0;
  return {
    answer: {
      // After a loss, not everything up to here is stored.
      upTo: found < acknowledged ? found : held,
      ...(refused + beyond > 0 && { refused: refused + beyond }),
    },
    touched: [...(byBucket.get(FIVE_MINUTES)?.keys() ?? [])],
  };
}

/** The segments that a source counts others in are beyond its limit: one for each traffic and channel. */
const SPARE = 8;

function fold(key: string, cohort: number, counts: Counts): readonly [string, Counts] {
  const segment = parseSegmentKey(key);
  // The call was checked before.
  if (segment === undefined) return [key, counts];
  const folded = foldCell({ cohort, segment, counts });
  return [toSegmentKey(folded.segment), folded.counts];
}

function addTo(buckets: Map<number, Cells>, bucket: number, segment: string, counts: Counts): void {
  const cells = buckets.get(bucket) ?? new Map<string, Counts>();
  buckets.set(bucket, cells);
  const sum = cells.get(segment);
  cells.set(segment, sum === undefined ? counts : addCounts(sum, counts));
}
