// Counts messages and conversions of each block of numbers within the last hour. A new instance of the object begins with
// what is stored beside the counters.

import { type GatheredBlock, MOST_BLOCKS } from "../rpc.ts";
import { addSighting, type Sighting } from "./sighting.ts";

export type Blocks = ReturnType<typeof createBlocks>;

const KEPT_MS = 3_600_000;
const MOST_KEPT = 1000;
const MOST_SIGHTINGS = 200;

/**
 * @param now Epoch milliseconds.
 * @param readStored Gives the stored sightings since an instant.
 */
export function createBlocks(now: () => number, readStored: (since: number) => readonly Sighting[]) {
  /** The block that was seen last is at the end. `undefined`: what is stored was not read yet. */
  let blocks: Map<string, readonly Sighting[]> | undefined;

  return {
    /** Takes note of a message, within the transaction that stores it. */
    see: (sighting: Sighting): void => add(known(), sighting),

    /** After a rollback: what is in memory is read again. */
    undo(): void {
      blocks = undefined;
    },

    /** Gives the blocks of the last hour, those with most messages first. */
    list(): GatheredBlock[] {
      const since = now() - KEPT_MS;
      const all = known();
      for (const [block, sightings] of all) {
        const left = sightings.filter(({ at }) => at > since && at <= now());
        if (left.length === 0) all.delete(block);
        else all.set(block, left);
      }
      return [...all]
        .map(([block, sightings]) => ({
          block,
          country: sightings.at(-1)?.country ?? "",
          messages: sightings.length,
          persons: new Set(sightings.map(({ person }) => person)).size,
          converted: sightings.filter(({ converted }) => converted).length,
        }))
        .sort((one, other) => other.messages - one.messages)
        .slice(0, MOST_BLOCKS);
    },
  };

  function known(): Map<string, readonly Sighting[]> {
    if (blocks !== undefined) return blocks;
    blocks = new Map();
    for (const sighting of readStored(now() - KEPT_MS)) add(blocks, sighting);
    return blocks;
  }
}

function add(blocks: Map<string, readonly Sighting[]>, sighting: Sighting): void {
  const { block } = sighting;
  const sightings = addSighting(blocks.get(block) ?? [], sighting).slice(-MOST_SIGHTINGS);
  blocks.delete(block);
  blocks.set(block, sightings);
  if (blocks.size > MOST_KEPT) for (const oldest of [...blocks.keys()].slice(0, 1)) blocks.delete(oldest);
}
