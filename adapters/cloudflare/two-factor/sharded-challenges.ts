// Finds the shard of a challenge. All challenges of a number are in one shard, and an id begins with the shard's index.

import * as base64url from "jose/base64url";
import { listSpellings, toCanonicalNumber } from "../../../src/two-factor/numbers/spellings.ts";
import { StorageUnavailable } from "../../http/ports/storage-unavailable.ts";
import type { Challenges, Received, Wait } from "../../http/two-factor/challenges.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { type CallRules, callObject, hashText } from "../objects.ts";
import { openChallenges } from "./open-objects.ts";
import type { ChallengesRpc } from "./rpc.ts";
import { readCheck, readRefusal } from "./stored-refusal.ts";

/** 128 bits, which cannot be guessed. */
const ID_BYTES = 16;

/** Time that an object may take beyond the wait itself. */
const ANSWERED_WITHIN_MS = 10_000;

/** Never repeated: the first call may have been counted, and even accepted. */
const ONE_CALL = { twice: false } as const;

/**
 * @param shards The number of shards now, then earlier numbers. Numbers and keys are looked for in the shards of both; an
 * id leads to its shard at any number.
 */
export function createShardedChallenges(
  namespace: ShardNamespace,
  shards: readonly number[],
): Challenges & {
  /** Wakes every shard, in case an alarm was lost. */
  nudge(): Promise<void>;
} {
  const [count = 1] = shards;
  const most = Math.max(...shards);

  return {
    nudge: async () => {
      for (let index = 0; index < most; index++) await call(index, (one) => one.nudge());
    },
    createId: (number) => {
      const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
      return `${(hashText(toCanonicalNumber(number)) % count).toString(36)}.${base64url.encode(bytes)}`;
    },
    claim: async (place, keyed, id) => {
      const hash = hashText(place);
      const [index = 0, ...former] = new Set(shards.map((size) => hash % size));
      const older = () => undefined;
      // A key that was claimed before the number of shards changed is still in its former shard.
      for (const one of former) {
        const found = await call(one, (shard) => shard.claim(keyed, undefined), { older });
        if (found !== undefined && found !== "full") return found;
      }
      const claimed = await call(index, (shard) => shard.claim(keyed, id), { older });
      if (claimed === "full") throw new StorageUnavailable("challenges", "There is no room for a key.");
      return claimed;
    },
    // The object that claimed the key knew this method. If another version answers now, nothing may be done twice.
    recall: (id, keyed) =>
      call(toShard(id), (one) => one.recall(keyed), { older: () => ({ earlier: "under-way" }) }),
    begin: async (challenge, keyed) => {
      // A repetition stores the same challenge again, and its message is sent only afterwards.
      const begun = await call(toShard(challenge.id), (one) => one.begin(challenge, keyed));
      if (begun === "full") throw new StorageUnavailable("challenges", "There is no room for a challenge.");
      return begun;
    },
    end: (id, number, ended, keep) => ofId(id, (one) => one.end(id, number, ended, keep)),
    // An object of the previous version ignores the key.
    check: async (id, code, keyed) =>
      readCheck(await ofId(id, (one) => one.check(id, code, keyed), ONE_CALL)),
    resend: async (id, channel, code, keyed) => {
      const next = await ofId(id, (one) => one.resend(id, channel, code, keyed), ONE_CALL);
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

  /** Looks at once if the object was restarted, which forgets waiters, or is of a version that cannot wait. */
  async function waitFor(id: string, { milliseconds, signal }: Wait): ReturnType<typeof lookAt> {
    const index = toShard(id);
    if (index >= most) return undefined;
    const ticket = crypto.randomUUID();
    const leave = () => void call(index, (one) => one.leave(ticket)).catch(() => {});
    signal?.addEventListener("abort", leave, { once: true });
    try {
      return await call(index, (one) => one.wait(id, milliseconds, ticket), {
        ...ONE_CALL,
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
   * Asks every shard that may have challenges of a number: those for the numbers of shards, now and earlier, and those
   * of each spelling, since version 0.1 chose the shard by the number as it was written.
   */
  async function ofNumber(
    number: string,
    ask: (shard: ChallengesRpc, spelling: string) => Promise<Received>,
  ): Promise<Received> {
    const spellings = new Map<number, string>();
    for (const spelling of listSpellings(number)) {
      for (const size of shards) {
        const index = hashText(spelling) % size;
        // An object looks for every spelling; one of version 0.1 only for the given one.
        if (!spellings.has(index)) spellings.set(index, spelling);
      }
    }
    let received: Received = "unknown";
    for (const [index, spelling] of spellings) {
      // A repeated call finds the webhook's nonce, and answers that it is a replay: it was done.
      received = await call(index, (shard) => ask(shard, spelling));
      if (received !== "unknown") break;
    }
    return received;
  }

  /** A made-up id must not create an object. */
  async function ofId<T>(
    id: string,
    ask: (shard: ChallengesRpc) => Promise<T>,
    rules?: Omit<CallRules<T>, "object">,
  ): Promise<T | undefined> {
    const index = toShard(id);
    return index < most ? call(index, ask, rules) : undefined;
  }

  function call<T>(
    index: number,
    ask: (shard: ChallengesRpc) => Promise<T>,
    rules: Omit<CallRules<T>, "object"> = {},
  ): Promise<T> {
    return callObject(() => ask(openChallenges(namespace, index)), { object: "challenges", ...rules });
  }
}

/** The service has checked the form of the id. */
function toShard(id: string): number {
  return Number.parseInt(id, 36);
}
