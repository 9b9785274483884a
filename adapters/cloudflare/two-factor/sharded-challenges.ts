// The challenges as the workflow sees them. A number has all its challenges in one shard, and an id says which one.

import { StorageUnavailable } from "../../fetch/storage-unavailable.ts";
import type { Challenges, Received } from "../../fetch/two-factor/challenges.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject, hashText } from "../objects.ts";
import type { ChallengesRpc } from "./rpc.ts";

/** 128 bits: nobody guesses an id. */
const ID_BYTES = 16;

/**
 * @param shards How many there are; then how many there were before, which are looked into as well for what comes by
 * number. What comes by id finds its shard whatever their number.
 */
export function createShardedChallenges(
  namespace: ShardNamespace,
  shards: readonly number[],
): Challenges & {
  /** Wakes every shard, in case an alarm was ever lost. */
  nudge(): Promise<void>;
} {
  const [count = 1] = shards;

  return {
    nudge: async () => {
      for (let index = 0; index < Math.max(...shards); index++) await call(index, (one) => one.nudge());
    },
    createId: (number) => {
      const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
      const random = btoa(String.fromCharCode(...bytes))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .slice(0, 22);
      return `${(hashText(number) % count).toString(36)}.${random}`;
    },
    begin: async (challenge) => {
      // Asked twice it would be the same challenge, and its message is sent after.
      const begun = await call(toShard(challenge.id), (one) => one.begin(challenge));
      if (begun === "full") throw new StorageUnavailable("challenges", "There is no room for a challenge.");
      return begun;
    },
    end: (id, number, ended) => ofId(id, (one) => one.end(id, number, ended)),
    // Not twice: it may have been counted, and even taken.
    check: (id, code) => ofId(id, (one) => one.check(id, code), false),
    resend: (id, channel, code) => ofId(id, (one) => one.resend(id, channel, code), false),
    cancel: (id) => ofId(id, (one) => one.cancel(id)),
    look: (id) => ofId(id, (one) => one.look(id)),
    receipt: (receipt, once) => ofNumber(receipt.number, (one) => one.receipt(receipt, once)),
    reply: (number, text, once) => ofNumber(number, (one) => one.reply(number, text, once)),
  };

  /** Where this number's challenges are, or were before the number of shards was changed. */
  async function ofNumber(
    number: string,
    ask: (shard: ChallengesRpc) => Promise<Received>,
  ): Promise<Received> {
    const hash = hashText(number);
    let received: Received = "unknown";
    for (const index of new Set(shards.map((size) => hash % size))) {
      // Asked again, a webhook that had come through is a replay: done all the same.
      received = await call(index, ask);
      if (received !== "unknown") break;
    }
    return received;
  }

  /** Nobody has objects made by asking for what cannot be there. */
  async function ofId<T>(
    id: string,
    ask: (shard: ChallengesRpc) => Promise<T>,
    twice = true,
  ): Promise<T | undefined> {
    const index = toShard(id);
    return index < Math.max(...shards) ? call(index, ask, twice) : undefined;
  }

  function call<T>(index: number, ask: (shard: ChallengesRpc) => Promise<T>, twice = true): Promise<T> {
    const id = namespace.idFromName(`challenges-${index}`);
    return callObject(() => ask(namespace.get(id as never) as ChallengesRpc), {
      object: "challenges",
      twice,
    });
  }
}

/** Ids are checked before: see the workflow's. */
function toShard(id: string): number {
  return Number.parseInt(id, 36);
}
