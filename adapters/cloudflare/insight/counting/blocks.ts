// Counts messages and conversions of each block of numbers within the last hour. The counts stay in memory, because
// they are useful for an hour only, and Insight stores the alarms that they raise.

import type { CountedMessage } from "../../../../src/insight/contribution.ts";
import { type GatheredBlock, MOST_BLOCKS } from "../rpc.ts";

export type Blocks = ReturnType<typeof createBlocks>;

interface Sighting {
  readonly person: string;
  readonly at: number;
  readonly converted: boolean;
}

const KEPT_MS = 3_600_000;
const MOST_KEPT = 1000;
const MOST_SIGHTINGS = 200;

/** @param now Epoch milliseconds. */
export function createBlocks(now: () => number) {
  /** The block that was seen last is at the end. */
  const blocks = new Map<string, { readonly country: string; sightings: Sighting[] }>();

  return {
    /** Takes note of a message that was settled, or whose outcome has changed. */
    see(before: CountedMessage | undefined, after: CountedMessage): void {
      const { facts, delivered } = after;
      const { block, person, country = "" } = facts ?? {};
      if (block === undefined || person === undefined || delivered === null) return;
      if (before?.delivered === delivered || facts?.cause !== undefined) return;
      const { sightings = [] } = blocks.get(block) ?? {};
      // A late reply: the message was counted as not converted.
      const last = before?.delivered === false ? sightings.findIndex((one) => one.person === person) : -1;
      if (last >= 0) sightings.splice(last, 1);
      sightings.push({ person, at: now(), converted: delivered });
      blocks.delete(block);
      blocks.set(block, { country, sightings: sightings.slice(-MOST_SIGHTINGS) });
      if (blocks.size > MOST_KEPT) for (const oldest of [...blocks.keys()].slice(0, 1)) blocks.delete(oldest);
    },

    /** Gives the blocks of the last hour, those with most messages first. */
    list(): GatheredBlock[] {
      const since = now() - KEPT_MS;
      for (const [block, known] of blocks) {
        known.sightings = known.sightings.filter(({ at }) => at > since && at <= now());
        if (known.sightings.length === 0) blocks.delete(block);
      }
      return [...blocks]
        .map(([block, { country, sightings }]) => ({
          block,
          country,
          messages: sightings.length,
          persons: new Set(sightings.map(({ person }) => person)).size,
          converted: sightings.filter(({ converted }) => converted).length,
        }))
        .sort((one, other) => other.messages - one.messages)
        .slice(0, MOST_BLOCKS);
    },
  };
}
