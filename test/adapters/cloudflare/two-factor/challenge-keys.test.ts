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

describe("the stored hash of a key", () => {
  it("depends on caller and request in any order of members, and contains neither", async () => {
    const [one] = await keyed("k", { to: NUMBER, channel: "sms", brand: undefined });
    expect(await keyed("k", { channel: "sms", to: NUMBER })).toEqual([one]);
    const [other] = await hashRequest([SECRET], ["other shop"], "k", { to: NUMBER, channel: "sms" });
    expect(other?.token).not.toBe(one?.token);
    // The same text, cut differently, must differ.
    const [a] = await hashRequest([SECRET], ["shop", "a"], "b", {});
    const [b] = await hashRequest([SECRET], ["shop"], 'a","b', {});
    expect(a?.token).not.toBe(b?.token);
    expect(JSON.stringify(one)).not.toContain(NUMBER);
    const [check] = await keyed("k", { check: CODE });
    expect(check?.token).toBe((await keyed("k", { check: "000000" }))[0]?.token);
    expect(check?.fingerprint).not.toBe((await keyed("k", { check: "000000" }))[0]?.fingerprint);
  });

  it("is the same for a key with quotes and without", () => {
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
  it("before the challenge existed continues with the same id", async () => {
    const world = createWorld();
    const key = await keyed("k");
    expect(world.shard.claim(key, "a")).toEqual({ id: "a", isNew: true });
    world.restart();
    expect(world.shard.claim(key, "b")).toEqual({ id: "a", isNew: false });
    expect(world.shard.recall(key)).toBeUndefined();
    expect(await world.begin("a", key)).toMatchObject({ status: { id: "a" } });
  });

  it("during the sending waits, then fails as uncertain, and is never sent again", async () => {
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

  it("during the sending succeeds once a receipt proves that it was sent", async () => {
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

  it("after Vonage refused it is sent, because nothing went out", async () => {
    const world = createWorld();
    const key = await keyed("k");
    await world.begin("a", key);
    // Stored by a version without keys.
    await world.shard.end("a", 1, { type: "failed" });
    expect(world.shard.recall(key)).toBeUndefined();
    expect(await world.begin("a", key)).toMatchObject({ status: { id: "a" } });
  });
});

describe("a key", () => {
  it("recognises the call that lost the object's answer, and no other call", async () => {
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
    // Also without a key: the object's answer was lost, and its caller repeats the call.
    expect(await world.shard.resend("a", undefined, "222222")).toEqual(resent);
  });

  it("that was released may be used again, for the same request only", async () => {
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

  it("counts one guess however many checks arrive at once", async () => {
    const world = createWorld();
    await world.begin("a", undefined);
    const key = await keyed("c", { check: "000000" });
    const all = await Promise.all(Array.from({ length: 20 }, () => world.shard.check("a", "000000", key)));
    expect(world.shard.look("a")).toMatchObject({ attemptsLeft: 4 });
    // Hashing takes a different time for each, so any of them may be first.
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

  it("is recognised after a rotation of the secrets", async () => {
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

  it("is only looked up if no challenge is named", async () => {
    const world = createWorld();
    const key = await keyed("k");
    expect(world.shard.claim(key, undefined)).toBeUndefined();
    world.shard.claim(key, "a");
    expect(world.shard.claim(key, undefined)).toEqual({ id: "a", isNew: false });
    expect(world.shard.claim([], "a")).toBeUndefined();
  });

  it("with an unreadable answer still prevents a repetition", async () => {
    const world = createWorld();
    await world.begin("a", undefined);
    const key = await keyed("c", { check: "000000" });
    await world.shard.check("a", "000000", key);
    world.sql.exec("UPDATE key_answers SET answer = '{broken'");
    expect(await world.shard.check("a", "000000", key)).toEqual({ earlier: "under-way" });
    expect(world.shard.look("a")).toMatchObject({ attemptsLeft: 4 });
  });

  it("is refused if the disk is full", async () => {
    const world = createWorld();
    world.restart(0);
    expect(world.shard.claim(await keyed("k"), "a")).toBe("full");
  });

  it("is deleted a day later, even if the clock was ahead", async () => {
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

  it("takes effect when its message is known to be sent, even by a receipt", async () => {
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

  it("leaves challenges that are newer, of another caller, or of a version that stored no caller", async () => {
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

  it("and another one at the same time leave one of the two in force", async () => {
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

    /** Starts another instance on the same storage. */
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
