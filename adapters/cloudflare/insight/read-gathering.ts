// Checks what a source sends. It is our own object, but may be of another version, and its clock may be wrong.

import { COHORT_MS } from "../../../src/insight/cohort.ts";
import type { Counts } from "../../../src/insight/counts.ts";
import { parseSegmentKey, toCountry } from "../../../src/insight/segment.ts";
import { KEEP_KNOWN_MS } from "./known.ts";
import {
  type GatheredBlock,
  type GatheredEntry,
  type Gathering,
  MOST_BLOCKS,
  MOST_ENTRIES,
  type SourceHealth,
} from "./rpc.ts";

/** A call whose every part can be stored. */
export interface ReadGathering {
  readonly source: string;
  readonly upTo: number;
  readonly acknowledged: number;
  /** By cohort, oldest first. */
  readonly cohorts: ReadonlyMap<number, readonly GatheredEntry[]>;
  readonly blocks: readonly GatheredBlock[] | undefined;
  readonly health: SourceHealth | undefined;
  readonly refused: number;
}

/** The names bound the number of sources: the ledger has 1024 shards at most, and as many have the challenges. */
const SOURCE = /^(?:ledger|challenges)-(?:\d{1,3}|10[01]\d|102[0-3])$/;
const COUNTER = /^[a-z][\w.-]{0,79}$/i;
const MOST_COUNTERS = 200;
/** Clocks differ by seconds. What is further ahead is counted in the present cohort. */
const AHEAD_MS = 2 * COHORT_MS;

/**
 * Reads a call. An entry that cannot be right is left out and counted.
 *
 * @throws {RangeError} when the call as a whole cannot be right.
 */
export function readGathering(given: Gathering, now: number): ReadGathering {
  const { source, upTo, acknowledged = 0, entries, blocks, health } = given;
  if (typeof source !== "string" || !SOURCE.test(source)) {
    throw new RangeError("The source must be ledger-N or challenges-N, with N from 0 to 1023.");
  }
  if (!isCount(upTo)) throw new RangeError("upTo must be a whole number from 0.");
  if (!Array.isArray(entries) || entries.length > MOST_ENTRIES) {
    throw new RangeError(`A call takes at most ${MOST_ENTRIES} entries; send the rest in another one.`);
  }
  const cohorts = new Map<number, GatheredEntry[]>();
  let refused = 0;
  for (const entry of entries) {
    if (!isEntry(entry, now)) {
      refused += 1;
      continue;
    }
    const same = cohorts.get(entry.cohort);
    if (same === undefined) cohorts.set(entry.cohort, [entry]);
    else same.push(entry);
  }
  return {
    source,
    upTo,
    acknowledged: isCount(acknowledged) ? acknowledged : 0,
    cohorts: new Map([...cohorts].sort(([one], [other]) => one - other)),
    blocks: Array.isArray(blocks) ? blocks.filter(isBlock).slice(0, MOST_BLOCKS) : undefined,
    health: isHealth(health) ? health : undefined,
    refused,
  };
}

/** Gives the cohort in which a source's cohort is counted: the present one where the source's clock is ahead. */
export function placeCohort(cohort: number, now: number): number {
  return cohort > now + AHEAD_MS ? Math.floor(now / COHORT_MS) * COHORT_MS : cohort;
}

function isEntry(entry: GatheredEntry, now: number): boolean {
  if (typeof entry !== "object" || entry === null) return false;
  const { seq, cohort, segment, counts } = entry;
  return (
    isCount(seq) &&
    isCount(cohort) &&
    cohort % COHORT_MS === 0 &&
    Math.abs(cohort - now) <= KEEP_KNOWN_MS &&
    typeof segment === "string" &&
    parseSegmentKey(segment) !== undefined &&
    isCounts(counts)
  );
}

function isCounts(counts: Counts): boolean {
  if (typeof counts !== "object" || counts === null) return false;
  const entries = Object.entries(counts);
  return (
    entries.length <= MOST_COUNTERS && entries.every(([name, count]) => COUNTER.test(name) && isCount(count))
  );
}

const isBlock = (one: GatheredBlock): boolean =>
  typeof one === "object" &&
  one !== null &&
  typeof one.block === "string" &&
  /^[\w-]{1,32}$/.test(one.block) &&
  toCountry(one.country) === one.country &&
  [one.messages, one.persons, one.converted].every(isCount);

const isHealth = (one: SourceHealth | undefined): one is SourceHealth =>
  typeof one === "object" &&
  one !== null &&
  isCount(one.waiting) &&
  isCount(one.dead) &&
  (one.oldestWaiting === null || isCount(one.oldestWaiting));

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
