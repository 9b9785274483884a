// The challenges as the workflow sees them. A number has all its challenges in one shard, and an id says which one.

import * as base64url from "jose/base64url";
import { listSpellings, toCanonicalNumber } from "../../../src/two-factor/numbers/spellings.ts";
import { StorageUnavailable } from "../../http/ports/storage-unavailable.ts";
import type { Challenges, Received, Wait } from "../../http/two-factor/challenges.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject, hashText } from "../objects.ts";
import type { ChallengesRpc } from "./rpc.ts";
import { readCheck, readRefusal } from "./stored-refusal.ts";

/** 128 bits: nobody guesses an id. */
const ID_BYTES = 16;

/** How much longer than its waiter an object may take. */
const ANSWERED_WITHIN_MS = 10_000;

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
      return `${(hashText(toCanonicalNumber(number)) % count).toString(36)}.${base64url.encode(bytes)}`;
    },
    claim: async (place, keyed, id) => {
      const hash = hashText(place);
      const [index = 0, ...former] = new Set(shards.map((size) => hash % size));
      // A key that was claimed before the number of shards was changed lies where it was.
      for (const one of former) {
        const found = await call(one, (shard) => shard.claim(keyed, undefined), true, undefined);
        if (found !== undefined && found !== "full") return found;
      }
      const claimed = await call(index, (shard) => shard.claim(keyed, id), true, undefined);
      if (claimed === "full") throw new StorageUnavailable("challenges", "There is no room for a key.");
      return claimed;
    },
    // Where the key is known its object knows the method; where this one does not, nothing may be done twice.
    recall: (id, keyed) =>
      call(toShard(id), (one) => one.recall(keyed), true, { earlier: "under-way" } as const),
    begin: async (challenge, keyed) => {
      // Asked twice it would be the same challenge, and its message is sent after.
      const begun = await call(toShard(challenge.id), (one) => one.begin(challenge, keyed));
      if (begun === "full") throw new StorageUnavailable("challenges", "There is no room for a challenge.");
      return begun;
    },
    end: (id, number, ended, keep) => ofId(id, (one) => one.end(id, number, ended, keep)),
    // Not twice: it may have been counted, and even taken. An object that is of the version before knows no keys.
    check: async (id, code, keyed) => readCheck(await ofId(id, (one) => one.check(id, code, keyed), false)),
    resend: async (id, channel, code, keyed) => {
      const next = await ofId(id, (one) => one.resend(id, channel, code, keyed), false);
      return next !== undefined && "reason" in next ? readRefusal(next) : next;
    },
    cancel: (id) => ofId(id, (one) => one.cancel(id)),
    look: (id, wait) => (wait && !wait.signal?.aborted ? waitFor(id, wait) : lookAt(id)),
    receipt: (receipt, once) =>
      ofNumber(receipt.number, (one, number) => one.receipt({ ...receipt, number }, once)),
    reply: (number, text, once) => ofNumber(number, (one, spelling) => one.reply(spelling, text, once)),
  };

  function lookAt(id: string) {
    return ofId(id, (one) => one.look(id));
  }

  /** An object that starts anew forgets who waits, and one of the version before cannot wait: then it is a look. */
  async function waitFor(id: string, { milliseconds, signal }: Wait): ReturnType<typeof lookAt> {
    const index = toShard(id);
    if (index >= Math.max(...shards)) return undefined;
    const ticket = crypto.randomUUID();
    const leave = () => void call(index, (one) => one.leave(ticket)).catch(() => {});
    signal?.addEventListener("abort", leave, { once: true });
    try {
      return await callObject(() => open(index).wait(id, milliseconds, ticket), {
        object: "challenges",
        twice: false,
        within: milliseconds + ANSWERED_WITHIN_MS,
        older: () => lookAt(id),
      });
    } catch {
      return await lookAt(id);
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  /**
   * Where this number's challenges are, or were before the number of shards was changed, or while version 0.1 went by
   * the number as it was written.
   */
  async function ofNumber(
    number: string,
    ask: (shard: ChallengesRpc, spelling: string) => Promise<Received>,
  ): Promise<Received> {
    const spellings = new Map<number, string>();
    for (const spelling of listSpellings(number)) {
      for (const size of shards) {
        const index = hashText(spelling) % size;
        // Objects look for every spelling; those of version 0.1 for the one that led to them.
        if (!spellings.has(index)) spellings.set(index, spelling);
      }
    }
    let received: Received = "unknown";
    for (const [index, spelling] of spellings) {
      // Asked again, a webhook that had come through is a replay: done all the same.
      received = await call(index, (shard) => ask(shard, spelling));
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

  function open(index: number): ChallengesRpc {
    return namespace.get(namespace.idFromName(`challenges-${index}`) as never) as ChallengesRpc;
  }

  /** @param older What an object of the version before, which does not know the method, is taken to have said. */
  function call<T>(
    index: number,
    ask: (shard: ChallengesRpc) => Promise<T>,
    twice = true,
    ...older: readonly T[]
  ): Promise<T> {
    return callObject(() => ask(open(index)), {
      object: "challenges",
      twice,
      ...(older.length > 0 && { older: () => older[0] as T }),
    });
  }
}

/** Ids are checked before: see the workflow's. */
function toShard(id: string): number {
  return Number.parseInt(id, 36);
}
