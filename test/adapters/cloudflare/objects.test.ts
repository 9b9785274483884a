// Calls of objects: some failures are repeated, others never.

import { afterEach, describe, expect, it, vi } from "vitest";
import { createShardedLedger } from "../../../adapters/cloudflare/ledger/shards.ts";
import { type CallRules, callObject, hashText } from "../../../adapters/cloudflare/objects.ts";
import { createRemoteLimits } from "../../../adapters/cloudflare/two-factor/remote-limits.ts";
import { createShardedChallenges } from "../../../adapters/cloudflare/two-factor/sharded-challenges.ts";
import { LedgerUnavailable, StorageUnavailable } from "../../../adapters/http/ports/storage-unavailable.ts";

afterEach(() => {
  vi.useRealTimers();
});

const errorOf = (more: object, message = "cut off") => Object.assign(new Error(message), more);
const UNKNOWN_METHOD = new TypeError('The RPC receiver does not implement the method "x".');

/** Fails as told, one error a call, and then answers. */
async function callWith(errors: readonly unknown[], rules: Partial<CallRules<string>> = {}) {
  let calls = 0;
  const ask = async () => {
    const error = errors[calls++];
    if (error !== undefined) throw error;
    return "answer";
  };
  const result = await callObject(ask, { object: "ledger", ...rules }).catch((error: unknown) => error);
  return { calls, result };
}

describe("a call of an object", () => {
  it("is made once where it is answered", async () => {
    expect(await callWith([])).toEqual({ calls: 1, result: "answer" });
  });

  it.each([
    ["moved or deployed anew", errorOf({ retryable: true, durableObjectReset: true })],
    ["broken off", errorOf({ retryable: true })],
    ["failed by its own error", errorOf({ remote: true })],
    ["failed with what is no error", "cut off"],
    ["failed with nothing", null],
    ["not overloaded, as it says", errorOf({ overloaded: false })],
  ])("is repeated once where it was %s", async (_, error) => {
    expect(await callWith([error])).toEqual({ calls: 2, result: "answer" });
    const failed = await callWith([error, error]);
    expect(failed.calls).toBe(2);
    expect(failed.result).toBeInstanceOf(LedgerUnavailable);
  });

  it("is never repeated where the object is overloaded, or does not know it", async () => {
    for (const error of [errorOf({ overloaded: true, retryable: true }), UNKNOWN_METHOD]) {
      const { calls, result } = await callWith([error]);
      expect([calls, result]).toEqual([1, expect.any(LedgerUnavailable)]);
    }
  });

  it("is never repeated where that could do it twice, whatever the error says", async () => {
    for (const error of [errorOf({ retryable: true }), errorOf({}), null]) {
      const { calls, result } = await callWith([error], { twice: false });
      expect([calls, result]).toEqual([1, expect.any(LedgerUnavailable)]);
    }
  });

  it("is done without where the object is of an earlier version, and only then", async () => {
    const older = () => "without";
    expect(await callWith([UNKNOWN_METHOD], { older })).toEqual({ calls: 1, result: "without" });
    expect(await callWith([UNKNOWN_METHOD], { older, twice: false })).toEqual({
      calls: 1,
      result: "without",
    });
    expect(await callWith([errorOf({})], { older })).toEqual({ calls: 2, result: "answer" });
    expect(await callWith([errorOf({})], { older, twice: false })).toMatchObject({ calls: 1 });
  });

  it.each(["ledger", "challenges", "limits"] as const)("that fails names the object: %s", async (object) => {
    const { result } = await callWith([null, null], { object });
    expect(result).toBeInstanceOf(StorageUnavailable);
    expect(result).toMatchObject({ object });
    expect(result instanceof LedgerUnavailable).toBe(object === "ledger");
  });

  it("is waited for no longer than it may take, and what fails after that is not repeated", async () => {
    vi.useFakeTimers();
    let calls = 0;
    let fail = (_: Error) => {};
    const ask = () => {
      calls++;
      return new Promise<string>((_, reject) => {
        fail = reject;
      });
    };
    const failed = expect(callObject(ask, { object: "challenges", within: 1000 })).rejects.toMatchObject({
      object: "challenges",
    });
    await vi.advanceTimersByTimeAsync(1000);
    await failed;
    fail(errorOf({ retryable: true }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(calls).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no timer behind, however it ended", async () => {
    vi.useFakeTimers();
    await callWith([]);
    await callWith([null, null]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** Objects that are cut off with every call; each stub is of one call, as one that failed once fails for ever. */
function createBroken() {
  const calls: string[] = [];
  const stubs: object[] = [];
  const namespace = {
    idFromName: (name: string) => name,
    get: (id: string) => {
      const stub: object = new Proxy(
        {},
        {
          get: (_, method: string) => async () => {
            calls.push(`${id}.${method}`);
            throw errorOf({ retryable: true });
          },
        },
      );
      stubs.push(stub);
      return stub;
    },
  };
  return { namespace, calls, stubs };
}

const ID = "0.0123456789012345678901";

describe("of what is cut off,", () => {
  it.each(["check", "resend"] as const)("a %s is not repeated: it may have been counted", async (method) => {
    const { namespace, calls } = createBroken();
    const challenges = createShardedChallenges(namespace, [1]);
    const call = method === "check" ? challenges.check(ID, "123456") : challenges.resend(ID, "sms", "123456");
    await expect(call).rejects.toMatchObject({ object: "challenges" });
    expect(calls).toEqual([`challenges-0.${method}`]);
  });

  it.each(["end", "cancel", "look", "reply"] as const)("a %s is repeated, by a new stub", async (method) => {
    const { namespace, calls, stubs } = createBroken();
    const challenges = createShardedChallenges(namespace, [1]);
    const call = {
      end: () => challenges.end(ID, 1, { type: "failed" }),
      cancel: () => challenges.cancel(ID),
      look: () => challenges.look(ID),
      reply: () => challenges.reply("447400123456", "123456", undefined),
    }[method];
    await expect(call()).rejects.toMatchObject({ object: "challenges" });
    expect(calls).toEqual([`challenges-0.${method}`, `challenges-0.${method}`]);
    expect(new Set(stubs).size).toBe(2);
  });

  it("a message that is counted is not counted again; what was counted is read again", async () => {
    const { namespace, calls, stubs } = createBroken();
    const limits = createRemoteLimits(namespace);
    await expect(limits.take({ number: "447400123456", caller: "shop" })).rejects.toMatchObject({
      object: "limits",
    });
    await expect(limits.count("messages")).rejects.toMatchObject({ object: "limits" });
    expect(calls).toEqual(["limits.take", "limits.count"]);
    await expect(limits.counts()).rejects.toMatchObject({ object: "limits" });
    expect(calls).toEqual(["limits.take", "limits.count", "limits.counts", "limits.counts"]);
    expect(new Set(stubs).size).toBe(4);
  });

  it("a report is repeated: the ledger knows it when it comes again", async () => {
    const { namespace, calls } = createBroken();
    const ledger = createShardedLedger(namespace, { shards: [1] });
    const key = { channel: "sms", messageId: "m", traffic: "2fa" } as const;
    await expect(ledger.report({ ...key, delivered: true, occurredAt: 1 })).rejects.toMatchObject({
      object: "ledger",
    });
    expect(calls).toEqual(["shard-0.report", "shard-0.report"]);
  });
});

describe("the hash that finds what is stored", () => {
  // FNV-1a's own vectors (32 bits).
  it.each([
    ["", 0x811c9dc5],
    ["a", 0xe40c292c],
    ["foobar", 0xbf9cf968],
  ])("of %j never changes", (text, hash) => {
    expect(hashText(text)).toBe(hash);
  });
});
