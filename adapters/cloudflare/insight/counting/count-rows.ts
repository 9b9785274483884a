// Counts the messages of a ledger's shard. A row is counted from when it has facts.

import {
  type CountedMessage,
  contributionChange,
  toCountedMessage,
} from "../../../../src/insight/contribution.ts";
import type { Row } from "../../../../src/ledger/row.ts";
import type { Blocks } from "./blocks.ts";
import type { Counters } from "./counters.ts";
import { toSighting } from "./sighting.ts";

/**
 * @param now Epoch milliseconds.
 * @returns A function that takes a stored row and the one in its place, within the transaction that stores it.
 */
export function createRowCounting(
  counters: Pick<Counters, "add">,
  blocks: Pick<Blocks, "see">,
  now: () => number,
) {
  return (before: Row | undefined, after: Row | undefined): void => {
    // A row that is forgotten stays counted.
    if (after?.facts === undefined) return;
    const [was, is] = [before && toCounted(before), toCountedMessage(after, after.facts)];
    const sighting = toSighting(was, is, now());
    // In this order: the blocks may first have to read what is stored, which is without this message.
    if (sighting !== undefined) blocks.see(sighting);
    counters.add(contributionChange(was, is), sighting);
  };
}

const toCounted = (row: Row): CountedMessage | undefined =>
  row.facts === undefined ? undefined : toCountedMessage(row, row.facts);
