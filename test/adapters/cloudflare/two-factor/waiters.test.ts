import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createShardedChallenges } from "../../../../adapters/cloudflare/two-factor/sharded-challenges.ts";
import { createWaiters } from "../../../../adapters/cloudflare/two-factor/waiters.ts";

const SECOND = 1000;
const NOW = Date.UTC(2026, 5, 1, 12);

type Challenge = { state: string; expiresAt: string } | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

function createWorld() {
  const challenges = new Map<string, NonNullable<Challenge>>();
  const looks = { count: 0 };
  const look = (id: string): Challenge => {
    looks.count++;
    const one = challenges.get(id);
    if (one === undefined) return undefined;
    const isExpired = one.state === "pending" && Date.now() >= Date.parse(one.expiresAt);
    return isExpired ? { ...one, state: "expired" } : { ...one };
  };
  const put = (id: string, state = "pending", lifetime = 300 * SECOND) =>
    challenges.set(id, { state, expiresAt: new Date(NOW + lifetime).toISOString() });
  const waiters = createWaiters(look, Date.now);
  let tickets = 0;
  /** The state that a waiter got, and the instant. */
  const wait = (id: string, seconds: number, ticket = `t${tickets++}`) => {
    const got: { state?: string; at?: number } = {};
    Promise.resolve(waiters.wait(id, seconds * SECOND, ticket)).then((seen) => {
      Object.assign(got, { state: seen?.state ?? "none", at: Date.now() - NOW });
    });
    return got;
  };
  return { challenges, looks, put, waiters, wait };
}

describe("a waiter for a challenge", () => {
  it("is answered at once if the challenge has ended or does not exist", async () => {
    const { put, wait, waiters } = createWorld();
    put("a", "verified");
    const [ended, none] = [wait("a", 20), wait("b", 20)];
    await vi.advanceTimersByTimeAsync(0);
    expect([ended, none]).toEqual([
      { state: "verified", at: 0 },
      { state: "none", at: 0 },
    ]);
    expect(waiters.count()).toBe(0);
  });

  it("is answered when its own challenge ends, without reads meanwhile", async () => {
    const { put, wait, waiters, looks } = createWorld();
    put("a");
    put("b");
    const [one, two, other] = [wait("a", 20), wait("a", 20), wait("b", 20)];
    const before = looks.count;
    await vi.advanceTimersByTimeAsync(5 * SECOND);
    expect(looks.count).toBe(before);
    // A wrong code changes the challenge without ending it.
    waiters.changed("a");
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(one).toEqual({});
    put("a", "verified");
    waiters.changed("a");
    await vi.advanceTimersByTimeAsync(0);
    expect([one, two, other]).toEqual([{ state: "verified", at: 6000 }, { state: "verified", at: 6000 }, {}]);
    await vi.advanceTimersByTimeAsync(20 * SECOND);
    expect(other).toEqual({ state: "pending", at: 20_000 });
    expect([waiters.count(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  it("is answered when the challenge is removed", async () => {
    const { put, wait, waiters, challenges } = createWorld();
    put("a");
    const one = wait("a", 20);
    challenges.delete("a");
    waiters.changed("a");
    await vi.advanceTimersByTimeAsync(0);
    expect(one).toEqual({ state: "none", at: 0 });
  });

  it("is answered when the challenge expires, or later after a resend", async () => {
    const { put, wait } = createWorld();
    put("a", "pending", 3 * SECOND);
    put("b", "pending", 3 * SECOND);
    const [one, other] = [wait("a", 20), wait("b", 20)];
    await vi.advanceTimersByTimeAsync(2 * SECOND);
    put("b", "pending", 10 * SECOND);
    await vi.advanceTimersByTimeAsync(30 * SECOND);
    expect([one, other]).toEqual([
      { state: "expired", at: 3000 },
      { state: "expired", at: 10_000 },
    ]);
  });

  it("makes way for a newer one of the same challenge, and is refused if too many wait in all", async () => {
    const { put, wait, waiters } = createWorld();
    put("a");
    const all = Array.from({ length: 6 }, () => wait("a", 20));
    await vi.advanceTimersByTimeAsync(0);
    expect(all.map(({ state }) => state)).toEqual([
      "pending",
      "pending",
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    for (let index = 0; waiters.count() < 1000; index++) {
      put(`b${index}`);
      wait(`b${index}`, 20);
    }
    put("c");
    const last = wait("c", 20);
    await vi.advanceTimersByTimeAsync(0);
    expect(last).toEqual({ state: "pending", at: 0 });
  });

  it("that leaves is removed at once", async () => {
    const { put, wait, waiters } = createWorld();
    put("a");
    const one = wait("a", 20, "ticket");
    waiters.leave("nobody");
    waiters.leave("ticket");
    await vi.advanceTimersByTimeAsync(0);
    expect(one).toEqual({ state: "pending", at: 0 });
    expect([waiters.count(), vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe("a Worker that waits for an object", () => {
  const ID = "0.AAAAAAAAAAAAAAAAAAAAAA";

  function createNamespace(methods: object) {
    const called: string[] = [];
    const stub = new Proxy(methods, {
      get: (target, name: string) => {
        called.push(name);
        return Reflect.get(target, name);
      },
    });
    const namespace = { idFromName: (name: string) => name, get: () => stub };
    return { challenges: createShardedChallenges(namespace as never, [4]), called };
  }

  it("reads the state if the object was moved or has an older version", async () => {
    for (const message of [
      "Durable Object reset because its code was updated.",
      'The RPC receiver does not implement the method "wait".',
    ]) {
      const { challenges, called } = createNamespace({
        wait: () => Promise.reject(new TypeError(message)),
        look: async () => ({ state: "pending" }),
      });
      expect(await challenges.look(ID, { milliseconds: 20_000 })).toEqual({ state: "pending" });
      expect(called).toEqual(["wait", "look"]);
    }
  });

  it("leaves when its caller has gone, and does not wait for one that went earlier", async () => {
    const controller = new AbortController();
    let leave = (_: string) => {};
    const { challenges, called } = createNamespace({
      wait: (_: string, __: number, ticket: string) =>
        new Promise((resolve) => {
          leave = (left) => left === ticket && resolve({ state: "pending" });
        }),
      leave: async (ticket: string) => leave(ticket),
      look: async () => ({ state: "pending" }),
    });
    const waiting = challenges.look(ID, { milliseconds: 20_000, signal: controller.signal });
    await vi.advanceTimersByTimeAsync(100);
    controller.abort();
    expect(await waiting).toEqual({ state: "pending" });
    await challenges.look(ID, { milliseconds: 20_000, signal: controller.signal });
    expect(called).toEqual(["wait", "leave", "look"]);
  });

  it("calls no object for an impossible id", async () => {
    const { challenges, called } = createNamespace({});
    expect(await challenges.look("zz.AAAAAAAAAAAAAAAAAAAAAA", { milliseconds: 1000 })).toBeUndefined();
    expect(called).toEqual([]);
  });
});
