import { describe, expect, it } from "vitest";
import type { ChallengeShard } from "../../../../adapters/cloudflare/two-factor/challenge-shard.ts";
import type { Keyed, NewChallenge } from "../../../../adapters/http/two-factor/challenges.ts";
import { hashRequest, readIdempotencyKey } from "../../../../src/two-factor/challenge/idempotency-key.ts";
import { createMemorySql } from "../../../support/memory-sql.ts";
import {
  CODE,
  challengeOf,
  createQuietShard,
  HOUR,
  MINUTE,
  NOW,
  NUMBER,
  OTHER_SECRET,
  SECOND,
  SECRET,
} from "../../../support/two-factor/challenge-shard.ts";

const keyed = (key: string, request: Record<string, unknown> = { to: NUMBER }) =>
  hashRequest([SECRET], ["shop"], key, request);

describe("what is kept of a key", () => {
  it("is the caller's and the request's own, whatever the order of members, and holds neither in clear", async () => {
    const [one] = await keyed("k", { to: NUMBER, channel: "sms", brand: undefined });
    expect(await keyed("k", { channel: "sms", to: NUMBER })).toEqual([one]);
    const [other] = await hashRequest([SECRET], ["other shop"], "k", { to: NUMBER, channel: "sms" });
    expect(other?.token).not.toBe(one?.token);
    // No two ways to cut the same text.
    const [a] = await hashRequest([SECRET], ["shop", "a"], "b", {});
    const [b] = await hashRequest([SECRET], ["shop"], 'a","b', {});
    expect(a?.token).not.toBe(b?.token);
    expect(JSON.stringify(one)).not.toContain(NUMBER);
    const [check] = await keyed("k", { check: CODE });
    expect(check?.token).toBe((await keyed("k", { check: "000000" }))[0]?.token);
    expect(check?.fingerprint).not.toBe((await keyed("k", { check: "000000" }))[0]?.fingerprint);
  });

  it("is read with quotes and without", () => {
    expect(["k", '"k"', '"k', 'k"', '""', "", '"a"b"'].map(readIdempotencyKey)).toEqual([
      "k",
      "k",
      '"k',
      'k"',
      "",
      "",
      '"a"b"',
    ]);
  });
});

describe("a start whose Worker was killed", () => {
  it("before it was begun goes on under the same challenge", async () => {
    const world = createWorld();
    const key = await keyed("k");
    expect(world.shard.claim(key, "a")).toEqual({ id: "a", isNew: true });
    world.restart();
    expect(world.shard.claim(key, "b")).toEqual({ id: "a", isNew: false });
    expect(world.shard.recall(key)).toBeUndefined();
    expect(await world.begin("a", key)).toMatchObject({ status: { id: "a" } });
  });

  it("while it was sent waits, and then hears that it may have been sent: nobody sends it again", async () => {
    const world = createWorld();
    const key = await keyed("k");
    await world.begin("a", key);
    world.restart();
    expect(world.shard.recall(key)).toEqual({ earlier: "under-way" });
    expect(await world.begin("a", key, "111111")).toEqual({ earlier: "under-way" });
    world.now += MINUTE;
    const uncertain = { earlier: "done", answer: { failed: "send-uncertain", status: { id: "a" } } };
    expect(world.shard.recall(key)).toMatchObject(uncertain);
    await world.shard.alarm();
    expect(world.shard.recall(key)).toMatchObject(uncertain);
    expect(await world.begin("a", key, "111111")).toMatchObject(uncertain);
  });

  it("while it was sent hears that it was, where a receipt says so", async () => {
    const world = createWorld();
    const key = await keyed("k");
    await world.begin("a", key);
    const receipt = { messageId: "m1", number: NUMBER, status: "delivered", clientRef: "a" } as const;
    world.shard.receipt(receipt, undefined);
    world.now += MINUTE;
    await world.shard.alarm();
    const recalled = world.shard.recall(key);
    expect(recalled).toMatchObject({ earlier: "done", answer: { status: { id: "a" } } });
    expect(recalled).not.toHaveProperty("answer.failed");
  });

  it("after Vonage had refused it goes on: nothing was sent", async () => {
    const world = createWorld();
    const key = await keyed("k");
    await world.begin("a", key);
    // By a version that knows no keys.
    await world.shard.end("a", 1, { type: "failed" });
    expect(world.shard.recall(key)).toBeUndefined();
    expect(await world.begin("a", key)).toMatchObject({ status: { id: "a" } });
  });
});

describe("a key", () => {
  it("knows the call again that lost the object's answer, and takes no other for it", async () => {
    const world = createWorld();
    const key = await keyed("k");
    const first = await world.begin("a", key);
    expect(await world.begin("a", key)).toEqual(first);
    expect(await world.begin("a", key, "111111")).toEqual({ earlier: "under-way" });
    await world.shard.end("a", 1, { type: "sent", messageIds: ["m1"] }, { keyed: key });
    world.now += MINUTE;
    const again = await keyed("r", { resend: null });
    const resent = await world.shard.resend("a", undefined, "222222", again);
    expect(await world.shard.resend("a", undefined, "222222", again)).toEqual(resent);
    expect(await world.shard.resend("a", undefined, "333333", again)).toEqual({ earlier: "under-way" });
    // Also without a key: the object's answer was lost, and its caller asks once more.
    expect(await world.shard.resend("a", undefined, "222222")).toEqual(resent);
  });

  it("that was released is free again, and its request stays the same", async () => {
    const world = createWorld();
    await world.begin("a", await keyed("k"));
    await world.shard.end("a", 1, { type: "sent", messageIds: ["m1"] });
    world.now += MINUTE;
    const key = await keyed("r", { resend: null });
    await world.shard.resend("a", undefined, "222222", key);
    await world.shard.end("a", 2, { type: "failed" }, { keyed: key, released: true });
    world.now += MINUTE;
    expect(await world.shard.resend("a", undefined, "333333", key)).toMatchObject({ message: { number: 3 } });
  });

  it("counts one attempt however many checks come at once", async () => {
    const world = createWorld();
    await world.begin("a", undefined);
    const key = await keyed("c", { check: "000000" });
    const all = await Promise.all(Array.from({ length: 20 }, () => world.shard.check("a", "000000", key)));
    expect(world.shard.look("a")).toMatchObject({ attemptsLeft: 4 });
    // Hashing takes each its own time, so any of them may come first.
    const first = all.find((one) => one !== undefined && "verified" in one);
    const repeated = all.filter((one) => one !== first);
    expect(repeated).toHaveLength(19);
    expect(first).toMatchObject({ verified: false, reason: "wrong", attemptsLeft: 4 });
    expect(repeated).toEqual(repeated.map(() => ({ earlier: "done", answer: first })));
    expect(await world.shard.check("a", CODE, await keyed("c", { check: CODE }))).toEqual({
      earlier: "other",
    });
    expect(await world.shard.check("b", CODE, await keyed("d", { check: CODE }))).toBeUndefined();
  });

  it("is known after a rotation of the secrets", async () => {
    const world = createWorld();
    await world.shard.check("a", "000000");
    await world.begin("a", undefined);
    const request = { check: "000000" };
    const before = await hashRequest([SECRET], ["shop"], "k", request);
    const after = await hashRequest([OTHER_SECRET, SECRET], ["shop"], "k", request);
    await world.shard.check("a", "000000", before);
    expect(await world.shard.check("a", "000000", after)).toMatchObject({ earlier: "done" });
    world.shard.claim(before, "a");
    expect(world.shard.claim(after, "b")).toEqual({ id: "a", isNew: false });
    expect(world.shard.claim(await hashRequest([SECRET], ["shop"], "k", {}), "b")).toEqual({
      earlier: "other",
    });
  });

  it("is only looked for where no challenge is named", async () => {
    const world = createWorld();
    const key = await keyed("k");
    expect(world.shard.claim(key, undefined)).toBeUndefined();
    world.shard.claim(key, "a");
    expect(world.shard.claim(key, undefined)).toEqual({ id: "a", isNew: false });
    expect(world.shard.claim([], "a")).toBeUndefined();
  });

  it("whose answer cannot be read lets nothing happen twice", async () => {
    const world = createWorld();
    await world.begin("a", undefined);
    const key = await keyed("c", { check: "000000" });
    await world.shard.check("a", "000000", key);
    world.sql.exec("UPDATE key_answers SET answer = '{broken'");
    expect(await world.shard.check("a", "000000", key)).toEqual({ earlier: "under-way" });
    expect(world.shard.look("a")).toMatchObject({ attemptsLeft: 4 });
  });

  it("is refused where there is no room", async () => {
    const world = createWorld();
    world.restart(0);
    expect(world.shard.claim(await keyed("k"), "a")).toBe("full");
  });

  it("is forgotten a day later, and so is one of a clock that was ahead", async () => {
    const world = createWorld();
    world.now += 1000 * HOUR;
    world.shard.claim(await keyed("ahead"), "z");
    world.now = NOW;
    await world.begin("a", await keyed("k"));
    world.shard.claim(await keyed("k"), "a");
    expect(world.keys()).toEqual([2, 1]);
    await world.shard.alarm();
    world.now += 24 * HOUR + MINUTE;
    expect(world.alarmAt).toBeLessThanOrEqual(world.now);
    await world.shard.alarm();
    expect(world.keys()).toEqual([0, 0]);
  });
});

describe("a challenge that supersedes", () => {
  const supersedes = { caller: "shop", supersedes: true } as const;

  it("does so when its message is known to be out, be it by a receipt", async () => {
    const world = createWorld();
    await world.begin("old", undefined, CODE, { caller: "shop" });
    await world.shard.end("old", 1, { type: "sent", messageIds: ["m1"] });
    await world.begin("new", undefined, "111111", supersedes);
    expect(world.shard.look("old")).toMatchObject({ state: "pending" });
    await world.shard.end("new", 1, { type: "uncertain" });
    expect(world.shard.look("old")).toMatchObject({ state: "pending" });
    const receipt = { messageId: "m2", number: NUMBER, status: "delivered", clientRef: "new" } as const;
    expect(world.shard.receipt(receipt, undefined)).toBe("taken");
    expect(world.shard.look("old")).toMatchObject({ state: "superseded" });
    expect(world.shard.look("new")).toMatchObject({ state: "pending" });
  });

  it("leaves what is newer, another caller's, or of a version that did not note the caller", async () => {
    const world = createWorld();
    await world.begin("unknown", undefined);
    await world.begin("other", undefined, CODE, { caller: "other shop" });
    await world.begin("new", undefined, CODE, supersedes);
    world.now += SECOND;
    await world.begin("newer", undefined, CODE, { caller: "shop" });
    await world.shard.end("new", 1, { type: "sent", messageIds: ["m1"] });
    for (const id of ["unknown", "other", "newer", "new"])
      expect(world.shard.look(id)).toMatchObject({ state: "pending" });
  });

  it("and another one at the same time do not put each other out of force", async () => {
    const world = createWorld();
    await world.begin("a", undefined, CODE, supersedes);
    await world.begin("b", undefined, "111111", supersedes);
    await world.shard.end("a", 1, { type: "sent", messageIds: ["m1"] });
    await world.shard.end("b", 1, { type: "sent", messageIds: ["m2"] });
    expect(["a", "b"].map((id) => world.shard.look(id)?.state).sort()).toEqual(["pending", "superseded"]);
  });
});

function createWorld() {
  const database = createMemorySql();
  const world = {
    now: NOW,
    alarmAt: undefined as number | undefined,
    sql: database.sql,
    shard: undefined as unknown as ChallengeShard,

    /** Another instance over what is stored. */
    restart(maxBytes?: number): void {
      world.shard = createQuietShard(database, maxBytes === undefined ? {} : { maxBytes }, {
        setAlarm: (at) => {
          world.alarmAt = at;
        },
        now: () => world.now,
      });
    },

    begin: (id: string, key: Keyed | undefined, code = CODE, more: Partial<NewChallenge> = {}) =>
      world.shard.begin(challengeOf(id, { code, ...more }), key),

    keys: () => ["key_claims", "key_answers"].map((table) => database.all(`SELECT * FROM ${table}`).length),
  };
  world.restart();
  return world;
}
