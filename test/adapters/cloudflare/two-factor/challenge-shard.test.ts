import { describe, expect, it } from "vitest";
import type {
  ChallengePlatform,
  ChallengeShardRules,
} from "../../../../adapters/cloudflare/two-factor/challenge-platform.ts";
import {
  type ChallengeShard,
  createChallengeShard,
} from "../../../../adapters/cloudflare/two-factor/challenge-shard.ts";
import { createChallengeStore } from "../../../../adapters/cloudflare/two-factor/challenge-store.ts";
import type { StoredRefusal } from "../../../../adapters/cloudflare/two-factor/stored-refusal.ts";
import type { LedgerReport, TrackedMessage } from "../../../../adapters/http/ports/ledger.ts";
import type { Begun, NewChallenge } from "../../../../adapters/http/two-factor/challenges.ts";
import type { Challenge } from "../../../../src/two-factor/challenge/challenge.ts";
import type { DeliveryReceipt } from "../../../../src/webhooks/delivery-receipt.ts";
import { createFailingTransaction } from "../../../support/failing-transaction.ts";
import { createMemorySql } from "../../../support/memory-sql.ts";
import {
  CODE,
  challengeOf,
  HOUR,
  MINUTE,
  NOW,
  NUMBER,
  OTHER_SECRET,
  RULES,
  SECOND,
  SECRET,
} from "../../../support/two-factor/challenge-shard.ts";
import { settle } from "../../../support/unhandled-rejections.ts";

const WRONG = "000000";

describe("a challenge", () => {
  it("begins with its first message, which is about to be sent", async () => {
    const world = createWorld();
    expect(await world.shard.begin(challengeOf("a"))).toEqual({
      status: {
        id: "a",
        to: `+${NUMBER}`,
        channel: "sms",
        expiresAt: new Date(NOW + 5 * MINUTE).toISOString(),
        attemptsLeft: 5,
      },
      message: {
        number: 1,
        channel: "sms",
        to: NUMBER,
        country: "GB",
        brand: "Acme",
        locale: "en",
        clientRef: "a",
      },
    });
    expect(world.shard.look("a")).toMatchObject({ state: "pending", messages: [{ state: "sending" }] });
  });

  it("is verified by its code, and the ledger gets the tracked message and the report", async () => {
    const world = createWorld();
    await world.start("a");
    world.now += 20 * SECOND;
    expect(await world.shard.check("a", CODE)).toEqual({ verified: true });
    await world.flush();
    expect(world.told).toEqual([
      { traffic: "2fa", channel: "sms", messageId: "a-1", expiresAt: NOW + 5 * MINUTE },
      { traffic: "2fa", channel: "sms", messageId: "a-1", delivered: true, occurredAt: NOW + 20 * SECOND },
    ]);
    expect(world.outbox()).toEqual([]);
    expect(await world.shard.check("a", CODE)).toEqual({ verified: false, reason: "used", attemptsLeft: 4 });
  });

  it("that does not exist cannot be changed", async () => {
    const { shard } = createWorld();
    expect(await shard.check("b", CODE)).toBeUndefined();
    expect(await shard.resend("b", "sms", CODE)).toBeUndefined();
    expect(await shard.cancel("b")).toBeUndefined();
    expect(await shard.end("b", 1, { type: "sent", messageIds: ["m"] })).toBeUndefined();
    expect(shard.look("b")).toBeUndefined();
  });

  it("is removed if its only message was not sent", async () => {
    const world = createWorld();
    await world.shard.begin(challengeOf("a"));
    expect(await world.shard.end("a", 1, { type: "failed" })).toBeUndefined();
    expect(world.shard.look("a")).toBeUndefined();
    expect(world.rows("challenges")).toEqual([]);
  });

  it("resends by the last channel unless told otherwise, and explains a refused resend", async () => {
    const world = createWorld();
    await world.start("a", { channel: "voice" });
    await world.shard.check("a", WRONG);
    world.now += 10 * SECOND;
    expect(await world.shard.resend("a", undefined, "111111")).toEqual({
      reason: "too_soon",
      retryAfter: 20 * SECOND,
      attemptsLeft: 4,
    } satisfies StoredRefusal);
    world.now += 20 * SECOND;
    expect(await world.shard.resend("a", undefined, "111111")).toMatchObject({
      status: { channel: "voice", attemptsLeft: 4 },
      message: { number: 2, channel: "voice" },
    } satisfies { [K in keyof Begun]: Partial<Begun[K]> });
    expect(await world.shard.end("a", 2, { type: "sent", messageIds: ["a-2"] })).toMatchObject({
      expiresAt: new Date(world.now + 5 * MINUTE).toISOString(),
    });
    expect(await world.shard.check("a", CODE)).toMatchObject({ reason: "superseded" });
    expect(await world.shard.check("a", "111111")).toEqual({ verified: true });
  });

  it("accepts no code after it is cancelled, and is reported", async () => {
    const world = createWorld();
    await world.start("a");
    expect(await world.shard.cancel("a")).toBe(true);
    expect(await world.shard.check("a", CODE)).toEqual({
      verified: false,
      reason: "cancelled",
      attemptsLeft: 4,
    });
    await world.flush();
    expect(world.reports("a-1")).toEqual([false, true]);
  });

  it("is refused if the disk is full, and earlier challenges continue", async () => {
    const world = createWorld();
    await world.start("a");
    const [{ size } = { size: 0 }] = world.query(
      "SELECT page_count * page_size AS size FROM pragma_page_count(), pragma_page_size()",
    );
    const full = world.open({ maxBytes: Number(size) - 1 });
    expect(await full.begin(challengeOf("b"))).toBe("full");
    expect(full.look("b")).toBeUndefined();
    expect(await full.check("a", CODE)).toEqual({ verified: true });
    expect(await world.open({ maxBytes: Number(size) }).begin(challengeOf("b"))).not.toBe("full");
  });

  it("accepts codes of a former secret until that secret is removed", async () => {
    const world = createWorld();
    await world.start("a");
    await world.start("b");
    const rotated = world.open({ codeSecrets: [OTHER_SECRET, SECRET] });
    expect(await rotated.check("a", CODE)).toEqual({ verified: true });
    expect(await world.open({ codeSecrets: [OTHER_SECRET] }).check("b", CODE)).toMatchObject({
      reason: "wrong",
    });
    await expect(world.open({ codeSecrets: [] }).begin(challengeOf("c"))).rejects.toThrow("no code secret");
  });
});

describe("the stored rows", () => {
  it("contain no code and no secret", async () => {
    const world = createWorld();
    world.mode = "fails";
    await world.start("a");
    await world.start("b", { channel: "voice" });
    world.now += MINUTE;
    await world.shard.resend("a", "sms", "735914");
    await world.shard.end("a", 2, { type: "sent", messageIds: ["a-2"] });
    await world.shard.check("a", CODE);
    await world.shard.check("a", "424242");
    await world.shard.reply(NUMBER, "it is 735914", { nonce: "n", until: world.now + HOUR });
    const stored = JSON.stringify(world.dump());
    expect(stored).toContain(NUMBER);
    for (const secret of [CODE, "735914", "424242", SECRET.secret]) expect(stored).not.toContain(secret);
    for (const secret of [CODE, "735914", "424242", NUMBER])
      expect(world.logs.join("\n")).not.toContain(secret);
  });

  it("contain different hashes of the same code for different challenges", async () => {
    const world = createWorld();
    await world.start("a");
    await world.start("b");
    const hashes = world
      .rows("challenges")
      .map(({ challenge }) => JSON.parse(String(challenge)).messages[0].hash);
    expect(new Set(hashes).size).toBe(2);
  });
});

describe("concurrent guesses", () => {
  it("cannot exceed the limit", async () => {
    const world = createWorld();
    await world.start("a");
    const guesses = Array.from({ length: 200 }, (_, index) => String(index).padStart(6, "0"));
    const answers = await Promise.all(guesses.map((guess) => world.shard.check("a", guess)));
    expect(countReasons(answers)).toEqual({ wrong: 5, too_many: 195 });
    expect(world.shard.look("a")).toMatchObject({ state: "locked", attemptsLeft: 0 });
    expect(await world.shard.check("a", CODE)).toMatchObject({ reason: "too_many", attemptsLeft: 0 });
    await world.flush();
    expect(world.reports("a-1")).toEqual([]);
  });

  it("verify at most once, wherever the right code stands", async () => {
    let verified = 0;
    for (let place = 0; place < 200; place += 13) {
      const world = createWorld();
      await world.start("a");
      const guesses = Array.from({ length: 200 }, (_, index) => (index >= place && index % 2 ? CODE : WRONG));
      const answers = await Promise.all(guesses.map((guess) => world.shard.check("a", guess)));
      const { verified: right = 0, wrong = 0, used = 0, too_many = 0 } = countReasons(answers);
      expect(right).toBeLessThanOrEqual(1);
      expect(right + wrong).toBeLessThanOrEqual(5);
      expect(right + wrong + used + too_many).toBe(200);
      await world.flush();
      expect(world.reports("a-1")).toEqual(right ? [true] : []);
      verified += right;
    }
    expect(verified).toBeGreaterThan(0);
  });

  it("and replies share one limit", async () => {
    const world = createWorld();
    await world.start("a");
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => [
        world.shard.check("a", WRONG),
        world.shard.reply(NUMBER, WRONG, { nonce: `n${index}`, until: NOW + HOUR }),
      ]).flat(),
    );
    expect(world.shard.look("a")).toMatchObject({ state: "locked", attemptsLeft: 0 });
    expect(world.challenge("a").attempts).toBe(5);
  });
});

describe("an outbox message", () => {
  it("is kept while the ledger fails, sent again by the alarm, and removed once confirmed", async () => {
    const world = createWorld();
    world.mode = "fails";
    await world.start("a");
    await world.shard.check("a", CODE);
    await world.flush();
    expect(world.outbox()).toHaveLength(2);
    for (let round = 1; round <= 3; round++) {
      expect(world.alarm).toBeLessThanOrEqual(world.now + 10 * SECOND);
      await world.pass(10 * SECOND);
      expect(world.attempts).toBe(2 + 2 * round);
    }
    expect(world.outbox()).toHaveLength(2);
    world.mode = "works";
    await world.pass(10 * SECOND);
    expect(world.told).toMatchObject([{ expiresAt: NOW + 5 * MINUTE }, { delivered: true, occurredAt: NOW }]);
    expect(world.outbox()).toEqual([]);
    await world.pass(HOUR);
    expect(world.told).toHaveLength(2);
  });

  it("survives an instance that dies before sending it", async () => {
    const world = createWorld();
    world.mode = "hangs";
    await world.start("a");
    await world.shard.check("a", CODE);
    expect(world.told).toEqual([]);
    world.mode = "works";
    world.shard = world.open();
    await world.pass(10 * SECOND);
    expect(world.told).toMatchObject([{ messageId: "a-1" }, { messageId: "a-1", delivered: true }]);
    expect(world.outbox()).toEqual([]);
  });

  it("is sent at once by a new instance if the alarm was lost", async () => {
    const world = createWorld();
    world.mode = "hangs";
    await world.start("a");
    world.mode = "works";
    world.alarm = undefined;
    world.shard = world.open();
    expect(world.alarm).toBe(world.now);
    await world.pass(0);
    expect(world.told).toHaveLength(1);
  });

  it("is sent twice if its confirmation could not be stored, which the ledger accepts", async () => {
    const world = createWorld();
    world.breaks = (query) => query.startsWith("DELETE FROM outbox");
    await world.start("a");
    await world.flush();
    expect(world.told).toHaveLength(1);
    world.breaks = () => false;
    await world.pass(10 * SECOND);
    expect(world.told).toHaveLength(2);
    expect(world.outbox()).toEqual([]);
  });

  it("is not sent again while a call is under way, and once more if that fails", async () => {
    const world = createWorld();
    world.mode = "hangs";
    await world.start("a");
    await world.pass(25 * SECOND);
    expect(world.attempts).toBe(1);
    world.mode = "works";
    for (const fail of world.hanging.splice(0)) fail();
    await world.flush();
    await world.pass(10 * SECOND);
    expect(world.told).toHaveLength(1);
    expect(world.outbox()).toEqual([]);
  });

  it("is sent by the alarm, at most 16 at a time", async () => {
    const world = createWorld();
    world.mode = "fails";
    for (let index = 0; index < 50; index++) await world.start(`a${index}`);
    await world.flush();
    world.mode = "works";
    world.atOnce = 0;
    await world.pass(10 * SECOND);
    expect(new Set(world.told.map(({ messageId }) => messageId)).size).toBe(50);
    expect(world.outbox()).toEqual([]);
    expect(world.atOnce).toBe(16);
  });

  it("is sent in one batch at a time while the ledger fails", async () => {
    const world = createWorld();
    world.mode = "fails";
    for (let index = 0; index < 50; index++) await world.start(`a${index}`);
    await world.flush();
    const before = world.attempts;
    await world.pass(10 * SECOND);
    expect(world.attempts - before).toBe(16);
  });
});

describe("a disk that cannot write", () => {
  it("fails the call: nothing is counted or sent, and the next call works", async () => {
    const world = createWorld();
    await world.start("a");
    await world.flush();
    for (const breaks of [/^COMMIT/, /^INSERT OR REPLACE INTO challenges/, /^INSERT INTO outbox/]) {
      world.breaks = (query) => breaks.test(query);
      await expect(world.shard.check("a", CODE)).rejects.toThrow("disk");
      await expect(world.shard.cancel("a")).rejects.toThrow("disk");
    }
    world.breaks = () => false;
    await world.flush();
    expect(world.told).toHaveLength(1);
    expect(world.outbox()).toEqual([]);
    expect(world.challenge("a")).toMatchObject({ attempts: 0, state: "pending" });
    expect(await world.shard.check("a", CODE)).toEqual({ verified: true });
    await world.flush();
    expect(world.told).toHaveLength(2);
  });

  it("leaves an alarm set even if a transaction rolled it back", async () => {
    const world = createWorld();
    await world.start("a");
    await world.pass(MINUTE);
    expect(world.alarm).toBeGreaterThan(world.now + HOUR);
    world.breaks = (query) => query === "COMMIT";
    await expect(world.shard.check("a", CODE)).rejects.toThrow("disk");
    world.breaks = () => false;
    world.mode = "hangs";
    expect(await world.shard.check("a", CODE)).toEqual({ verified: true });
    expect(world.alarm).toBeLessThanOrEqual(world.now + 10 * SECOND);
  });

  it.each(["DELETE", "COMMIT", "SELECT"])(
    "never makes the alarm throw, and is retried (%s)",
    async (kind) => {
      const world = createWorld();
      world.mode = "fails";
      await world.start("a");
      await world.flush();
      world.mode = "works";
      world.breaks = (query) => query.startsWith(kind);
      await world.pass(10 * SECOND);
      expect(world.alarmFailures).toEqual([]);
      expect(world.alarm).toBeGreaterThan(world.now);
      expect(world.alarm).toBeLessThanOrEqual(world.now + 10 * SECOND);
      world.breaks = () => false;
      await world.pass(20 * SECOND);
      expect(world.outbox()).toEqual([]);
      expect(world.told.length).toBeGreaterThan(0);
    },
  );
});

describe("unreadable rows", () => {
  const put = (world: World, table: string, ...values: (string | number | null)[]) =>
    world.exec(`INSERT INTO ${table} VALUES (${values.map(() => "?").join(", ")})`, ...values);
  const goodChallenge = async () => {
    const other = createWorld();
    await other.start("x");
    return other.challenge("x");
  };

  it.each([
    ["no JSON", () => "{"],
    ["nothing in it", () => "null"],
    ["another challenge under its key", (good) => JSON.stringify({ ...good, id: "y" })],
    ["an unknown state", (good) => JSON.stringify({ ...good, state: "flying" })],
    ["no messages", (good) => JSON.stringify({ ...good, messages: undefined })],
    ["an empty list of messages", (good) => JSON.stringify({ ...good, messages: [] })],
    ["a time beyond all dates", (good) => JSON.stringify({ ...good, expiresAt: 9e15 })],
    ["no time", (good) => JSON.stringify({ ...good, createdAt: null })],
    ["attempts below zero", (good) => JSON.stringify({ ...good, attempts: -1 })],
    [
      "a message of an unknown channel",
      (good) => JSON.stringify({ ...good, messages: [{ ...good.messages[0], channel: "fax" }] }),
    ],
    [
      "a message with an empty id",
      (good) => JSON.stringify({ ...good, messages: [{ ...good.messages[0], messageIds: [""] }] }),
    ],
    [
      "a receipt of nothing",
      (good) => JSON.stringify({ ...good, messages: [{ ...good.messages[0], receipts: [{}] }] }),
    ],
  ] satisfies [string, (good: Challenge) => string][])(
    "(a challenge: %s) are set aside and listed, and their neighbours are settled, told, and forgotten in time",
    async (_, write) => {
      const world = createWorld();
      await world.shard.begin(challengeOf("cut-off"));
      world.shard.receipt(receiptOf("cut-off-1", { clientRef: "cut-off" }), undefined);
      put(world, "challenges", "x", NUMBER, NOW, NOW + 25 * HOUR, write(await goodChallenge()));
      world.mode = "fails";
      await world.start("a");
      await world.shard.check("a", CODE);
      await world.flush();
      world.mode = "works";
      await world.pass(2 * MINUTE);
      expect(world.reports("a-1")).toEqual([true]);
      expect(world.told.some(({ messageId }) => messageId === "cut-off-1")).toBe(true);
      expect(world.outbox()).toEqual([]);
      expect(world.shard.countQuarantined()).toBe(1);
      const [listed] = world.shard.listQuarantined(10, undefined);
      expect(listed).toMatchObject({ source: "challenges", key: "x" });
      expect(JSON.stringify(listed)).not.toContain(NUMBER);
      expect(JSON.stringify(listed)).not.toMatch(/[0-9a-f]{16}/);
      await world.pass(26 * HOUR);
      expect(world.rows("challenges")).toEqual([]);
      await world.pass(30 * 24 * HOUR + MINUTE);
      expect(world.rows("quarantine")).toEqual([]);
      expect(world.alarm).toBeUndefined();
      expect(JSON.stringify(world.dump())).not.toContain(NUMBER);
    },
  );

  it("(a challenge) do not disturb webhooks by number, and are unknown by id", async () => {
    const world = createWorld();
    await world.start("a");
    put(world, "challenges", "x", NUMBER, null, NOW + 25 * HOUR, "{");
    put(world, "challenges", "y", NUMBER, null, NOW + 25 * HOUR, "[]");
    expect(world.shard.look("y")).toBeUndefined();
    expect(await world.shard.check("y", CODE)).toBeUndefined();
    expect(world.shard.receipt(receiptOf("a-1"), undefined)).toBe("taken");
    expect(await world.shard.reply(NUMBER, CODE, undefined)).toBe("taken");
    expect(world.challenge("a").state).toBe("verified");
    expect(world.shard.listQuarantined(1, undefined)).toMatchObject([{ key: "x" }]);
    expect(world.shard.listQuarantined(10, { source: "challenges", key: "x", since: NOW })).toMatchObject([
      { key: "y" },
    ]);
  });

  it.each([
    "{",
    "7",
    '{"type":"forget","channel":"sms","messageId":"m"}',
    '{"type":"report","channel":"sms","messageId":"","delivered":true,"occurredAt":1}',
    '{"type":"report","channel":"sms","messageId":"m","delivered":"yes","occurredAt":1}',
    '{"type":"track","channel":"fax","messageId":"m","expiresAt":1}',
    '{"type":"track","channel":"sms","messageId":"m"}',
  ])("(an outbox message: %s) go into quarantine, and later messages are sent", async (stored) => {
    const world = createWorld();
    world.mode = "fails";
    for (let index = 0; index < 20; index++) world.exec("INSERT INTO outbox (statement) VALUES (?)", stored);
    await world.start("a");
    await world.flush();
    world.mode = "works";
    await world.pass(10 * SECOND);
    expect(world.told).toMatchObject([{ messageId: "a-1" }]);
    expect(world.outbox()).toEqual([]);
    expect(world.shard.countQuarantined()).toBe(20);
  });

  it("(a nonce of the far future, a challenge that never ends) are deleted like any other", async () => {
    const world = createWorld();
    await world.start("a");
    put(world, "nonces", "n", 9e15);
    world.exec("UPDATE challenges SET forget_at = 9000000000000000");
    world.shard.nudge();
    await world.pass(26 * HOUR);
    expect(["challenges", "nonces"].flatMap(world.rows)).toEqual([]);
  });
});

describe("after the clock has gone back by eight hours", () => {
  it("a resend is possible after the cooldown, and codes expire as usual", async () => {
    const world = createWorld();
    world.now += 8 * HOUR;
    await world.start("a");
    world.now -= 8 * HOUR;
    world.shard = world.open();
    expect(await world.shard.resend("a", "sms", "111111")).toMatchObject({ retryAfter: 30 * SECOND });
    world.now += 30 * SECOND;
    expect(await world.shard.resend("a", "sms", "111111")).toMatchObject({ message: { number: 2 } });
    world.now += HOUR;
    expect(await world.shard.check("a", CODE)).toMatchObject({ reason: "expired" });
  });

  it("challenges are deleted a day later, and outbox messages are sent", async () => {
    const world = createWorld();
    world.now += 8 * HOUR;
    world.mode = "fails";
    await world.start("a");
    await world.flush();
    world.now -= 8 * HOUR;
    world.mode = "works";
    world.shard.nudge();
    await world.pass(SECOND);
    expect(world.told).toHaveLength(1);
    await world.pass(26 * HOUR);
    expect(world.rows("challenges")).toEqual([]);
  });
});

describe("erasing a number", () => {
  it("removes its challenges and unreadable rows only, and outbox messages are still sent", async () => {
    const world = createWorld();
    world.mode = "fails";
    await world.start("a");
    await world.start("b");
    await world.start("c", { to: "447400999999" });
    await world.flush();
    world.exec("UPDATE challenges SET challenge = substr(challenge, 2) WHERE id = 'b'");
    expect(world.shard.look("b")).toBeUndefined();
    expect(world.shard.erase(NUMBER)).toEqual({ challenges: 1, answers: 0, unreadable: 1 });
    expect(world.shard.erase(NUMBER)).toEqual({ challenges: 0, answers: 0, unreadable: 0 });
    expect(JSON.stringify(world.dump())).not.toContain(NUMBER);
    expect(world.shard.look("c")).toBeDefined();
    world.mode = "works";
    await world.pass(10 * SECOND);
    expect(world.told.map(({ messageId }) => messageId).sort()).toEqual(["a-1", "b-1", "c-1"]);
  });
});

describe("due work", () => {
  it.each([
    ["settling", /^SELECT id FROM challenges WHERE settle_at/],
    ["forgetting", /^DELETE FROM challenges WHERE forget_at/],
  ])("of the outbox continues although %s fails", async (_, query) => {
    const world = createWorld();
    world.mode = "fails";
    await world.start("a");
    await world.flush();
    world.mode = "works";
    world.breaks = (text) => query.test(text);
    await world.pass(10 * SECOND);
    expect(world.told).toHaveLength(1);
    expect(world.outbox()).toEqual([]);
  });

  it("of deleting continues although the outbox cannot be read", async () => {
    const world = createWorld();
    await world.start("a");
    await world.flush();
    await world.pass(24 * HOUR);
    expect(world.rows("challenges")).toHaveLength(1);
    world.breaks = (query) => /^SELECT \* FROM outbox/.test(query);
    await world.pass(2 * HOUR);
    expect(world.rows("challenges")).toEqual([]);
  });

  it("of settling continues although one challenge fails", async () => {
    const world = createWorld();
    for (const id of ["a", "b", "c"]) await world.shard.begin(challengeOf(id));
    let first = true;
    world.breaks = (query) => {
      const breaks = first && query.startsWith("INSERT OR REPLACE INTO challenges");
      if (breaks) first = false;
      return breaks;
    };
    await world.pass(MINUTE);
    const states = ["a", "b", "c"].map((id) => world.challenge(id).messages[0].state);
    expect(states.sort()).toEqual(["sending", "uncertain", "uncertain"]);
    await world.pass(10 * SECOND);
    expect(["a", "b", "c"].map((id) => world.challenge(id).messages[0].state)).not.toContain("sending");
  });

  it("of the outbox continues although the first messages fail for long", async () => {
    const world = createWorld();
    world.refuses = (id) => id.startsWith("bad");
    for (let index = 0; index < 40; index++) await world.start(`bad${index}`);
    await world.flush();
    world.mode = "fails";
    for (let index = 0; index < 40; index++) await world.start(`good${index}`);
    await world.flush();
    world.mode = "works";
    await world.pass(MINUTE);
    expect(new Set(world.told.map(({ messageId }) => messageId)).size).toBe(40);
    expect(world.outbox()).toHaveLength(40);
    world.refuses = () => false;
    await world.pass(MINUTE);
    expect(world.outbox()).toEqual([]);
  });
});

describe("deleting old challenges", () => {
  it("happens a day after the end, and leaves nothing", async () => {
    const world = createWorld();
    await world.start("a");
    await world.shard.check("a", CODE);
    await world.shard.receipt(receiptOf("a-1"), { nonce: "n1", until: NOW + 10 * MINUTE });
    await world.pass(24 * HOUR + 5 * MINUTE - SECOND);
    expect(world.shard.look("a")).toMatchObject({ state: "verified" });
    await world.pass(2 * MINUTE);
    expect(world.shard.look("a")).toBeUndefined();
    expect(["challenges", "outbox", "nonces"].flatMap(world.rows)).toEqual([]);
    expect(world.alarm).toBeUndefined();
  });

  it("does not wake the object for each single challenge", async () => {
    const world = createWorld();
    for (let index = 0; index < 120; index++) {
      await world.start(`a${index}`);
      await world.pass(SECOND);
    }
    const before = world.rings;
    await world.pass(25 * HOUR);
    expect(["challenges", "outbox"].flatMap(world.rows)).toEqual([]);
    expect(world.rings - before).toBeLessThan(12);
  });
});

describe("a message whose sending was cut off", () => {
  it("is given up after a minute or two, and tracked if a receipt brought its id meanwhile", async () => {
    const world = createWorld();
    await world.shard.begin(challengeOf("a"));
    await world.shard.begin(challengeOf("b"));
    expect(world.shard.receipt(receiptOf("a-1", { clientRef: "a" }), undefined)).toBe("taken");
    await world.flush();
    expect(world.told).toEqual([]);
    await world.pass(2 * MINUTE);
    expect(world.told).toMatchObject([{ messageId: "a-1", expiresAt: NOW + 5 * MINUTE }]);
    expect(world.shard.look("a")).toMatchObject({ messages: [{ state: "sent" }] });
    expect(world.shard.look("b")).toMatchObject({ messages: [{ state: "uncertain" }] });
  });
});

describe("a receipt", () => {
  it("is stored with its message, and changes nothing else", async () => {
    const world = createWorld();
    await world.start("a");
    await world.flush();
    const before = world.challenge("a");
    expect(world.shard.receipt(receiptOf("a-1"), undefined)).toBe("taken");
    const after = world.challenge("a");
    expect(after).toEqual({ ...before, messages: [{ ...before.messages[0], receipts: [receiptOf("a-1")] }] });
    await world.flush();
    expect(world.told).toHaveLength(1);
  });

  it("of an unknown message or another number is unknown", async () => {
    const world = createWorld();
    await world.start("a");
    expect(world.shard.receipt(receiptOf("b-1"), undefined)).toBe("unknown");
    expect(world.shard.receipt(receiptOf("a-1", { number: "447400123457" }), undefined)).toBe("unknown");
  });

  it("counts once per nonce, and may be repeated if it could not be stored", async () => {
    const world = createWorld();
    await world.start("a");
    const once = { nonce: "n1", until: NOW + 10 * MINUTE };
    world.breaks = (query) => query.startsWith("INSERT OR REPLACE INTO challenges");
    expect(() => world.shard.receipt(receiptOf("a-1"), once)).toThrow("disk");
    world.breaks = () => false;
    expect(world.shard.receipt(receiptOf("a-1"), once)).toBe("taken");
    const before = JSON.stringify(world.rows("challenges"));
    expect(world.shard.receipt(receiptOf("a-1", { status: "failed" }), once)).toBe("replayed");
    expect(JSON.stringify(world.rows("challenges"))).toBe(before);
    await world.pass(11 * MINUTE);
    expect(world.rows("nonces")).toEqual([]);
  });

  it("is matched by its id before a reference that several challenges share", async () => {
    const world = createWorld();
    await world.start("old", { clientRef: "login" });
    world.now += SECOND;
    await world.shard.begin(challengeOf("new", { clientRef: "login" }));
    await world.shard.end("new", 1, { type: "uncertain" });
    expect(world.shard.receipt(receiptOf("old-1", { clientRef: "login" }), undefined)).toBe("taken");
    expect(world.challenge("new").messages[0]).toMatchObject({ messageIds: [], receipts: [] });
    expect(world.challenge("old").messages[0]?.receipts).toHaveLength(1);
  });

  it("is ignored if it could belong to several challenges", async () => {
    const world = createWorld();
    for (const id of ["old", "new"]) {
      await world.shard.begin(challengeOf(id, { clientRef: "login" }));
      world.now += SECOND;
    }
    await world.shard.end("new", 1, { type: "uncertain" });
    expect(world.shard.receipt(receiptOf("m", { clientRef: "login" }), undefined)).toBe("unknown");
    await world.shard.end("old", 1, { type: "sent", messageIds: ["m"] });
    expect(world.challenge("new").messages[0]).toMatchObject({ messageIds: [] });
  });
});

describe("a reply", () => {
  it("is checked against all challenges of its number, and no others", async () => {
    const world = createWorld();
    for (const id of ["a", "b"]) await world.start(id, { code: `11111${id === "a" ? 1 : 2}` });
    await world.start("c", { to: "447400999999" });
    expect(await world.shard.reply(NUMBER, WRONG, undefined)).toBe("taken");
    expect(["a", "b", "c"].map((id) => world.challenge(id).attempts)).toEqual([1, 1, 0]);
    expect(await world.shard.reply("447400000000", WRONG, undefined)).toBe("unknown");
  });

  it("with the right code of one challenge is no guess at the others", async () => {
    const world = createWorld();
    for (const [index, id] of ["a", "b", "c"].entries()) await world.start(id, { code: `11111${index}` });
    expect(await world.shard.reply(NUMBER, "My code is 111111!", undefined)).toBe("taken");
    expect(["a", "b", "c"].map((id) => world.challenge(id))).toMatchObject([
      { state: "pending", attempts: 0 },
      { state: "verified", attempts: 1, byReply: true },
      { state: "pending", attempts: 0 },
    ]);
    expect(await world.shard.check("b", "111111")).toEqual({ verified: true });
    expect(await world.shard.check("b", "111111")).toMatchObject({ reason: "used" });
    await world.flush();
    expect(["a-1", "b-1", "c-1"].map(world.reports)).toEqual([[], [true], []]);
  });

  it("that is repeated is no guess at the others either", async () => {
    const world = createWorld();
    for (const [index, id] of ["a", "b"].entries()) await world.start(id, { code: `11111${index}` });
    for (let time = 0; time < 3; time++) await world.shard.reply(NUMBER, "111111", undefined);
    expect(["a", "b"].map((id) => world.challenge(id).attempts)).toEqual([0, 1]);
  });

  it("with the code of a message without an id is no guess at the others", async () => {
    const world = createWorld();
    await world.shard.begin(challengeOf("a", { code: "111110" }));
    await world.shard.end("a", 1, { type: "uncertain" });
    await world.start("b", { code: "111111" });
    world.now += 5 * MINUTE + SECOND;
    await world.start("c", { code: "111112" });
    await world.shard.reply(NUMBER, "111110", undefined);
    expect(["a", "b", "c"].map((id) => world.challenge(id).attempts)).toEqual([1, 0, 0]);
    expect(world.challenge("a").messages[0]).toMatchObject({ provenAt: world.now });
  });

  it("verifies two challenges that have the same code", async () => {
    const world = createWorld();
    for (const id of ["a", "b"]) await world.start(id);
    await world.shard.reply(NUMBER, CODE, undefined);
    expect(["a", "b"].map((id) => world.challenge(id).state)).toEqual(["verified", "verified"]);
  });

  it("without a code is no guess", async () => {
    const world = createWorld();
    await world.start("a");
    for (const text of ["STOP", "", "12345", "1234567", "123456 or 654321", "who is this?"]) {
      expect(await world.shard.reply(NUMBER, text, undefined)).toBe("taken");
    }
    expect(world.challenge("a").attempts).toBe(0);
  });

  it("is read with the code length of its challenge, not the current one", async () => {
    const world = createWorld();
    await world.start("a");
    const today = world.open({ codeLength: 4 });
    await today.reply(NUMBER, CODE, undefined);
    expect(world.challenge("a").state).toBe("verified");
  });

  it("counts once per nonce, even if copies arrive at once", async () => {
    const world = createWorld();
    await world.start("a");
    const once = { nonce: "n1", until: NOW + 10 * MINUTE };
    const answers = await Promise.all([1, 2, 3].map(() => world.shard.reply(NUMBER, WRONG, once)));
    expect(answers.sort()).toEqual(["replayed", "replayed", "taken"]);
    expect(world.challenge("a").attempts).toBe(1);
    const later = world.open();
    expect(await later.reply(NUMBER, CODE, once)).toBe("replayed");
    expect(world.challenge("a").state).toBe("pending");
  });
});

type Told = LedgerReport | TrackedMessage;

function receiptOf(messageId: string, more: Partial<DeliveryReceipt> = {}): DeliveryReceipt {
  return { messageId, number: NUMBER, status: "delivered", errorCode: 0, ...more };
}

function countReasons(answers: readonly (object | undefined)[]) {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const { verified, reason } = { verified: false, reason: undefined, ...answer };
    const name = verified ? "verified" : String(reason);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

type World = ReturnType<typeof createWorld>;

/** A disk, a clock, an alarm and a ledger that outlive the instances of the object. */
function createWorld() {
  const database = createMemorySql();
  const told: Told[] = [];
  const logs: string[] = [];
  const alarmFailures: unknown[] = [];
  const hanging: (() => void)[] = [];
  let waiting: Promise<unknown>[] = [];
  let underWay = 0;

  const world = {
    now: NOW,
    alarm: undefined as number | undefined,
    /** The state of the ledger. */
    mode: "works" as "works" | "fails" | "hangs",
    /** Selects the statements that fail. */
    breaks: (_: string): boolean => false,
    told: told as readonly Told[],
    logs: logs as readonly string[],
    alarmFailures: alarmFailures as readonly unknown[],
    /** Functions that make hanging calls of the ledger fail. */
    hanging,
    /** Selects the messages that the ledger refuses. */
    refuses: (_: string): boolean => false,
    /** The number of calls to the ledger. */
    attempts: 0,
    /** The highest number of concurrent calls. */
    atOnce: 0,
    rings: 0,
    shard: undefined as unknown as ChallengeShard,

    /** Starts another instance on the same storage. */
    open(rules: Partial<ChallengeShardRules> = {}): ChallengeShard {
      const shard = createChallengeShard(createPlatform(), { ...RULES, ...rules });
      shard.wake(world.alarm);
      return shard;
    },

    /** Begins a challenge and sends its message. */
    async start(id: string, more: Partial<NewChallenge> = {}): Promise<void> {
      await world.shard.begin(challengeOf(id, more));
      await world.shard.end(id, 1, { type: "sent", messageIds: [`${id}-1`] });
    },

    /** Waits for work that continues after the answers. */
    async flush(): Promise<void> {
      while (waiting.length > 0) await Promise.all(waiting.splice(0));
    },

    /** Lets time pass, with its alarms. */
    async pass(milliseconds: number): Promise<void> {
      const end = world.now + milliseconds;
      for (;;) {
        for (let turn = 0; turn < 3; turn++) await settle();
        if (world.alarm === undefined || world.alarm > end) break;
        world.now = Math.max(world.now, world.alarm);
        world.alarm = undefined;
        world.rings++;
        await world.shard.alarm().catch((error: unknown) => alarmFailures.push(error));
      }
      world.now = end;
    },

    challenge: (id: string) => {
      const [row] = world.rows("challenges").filter((one) => one.id === id);
      return JSON.parse(String(row?.challenge));
    },
    outbox: () => world.rows("outbox"),
    rows: (table: string) => database.all(`SELECT * FROM ${table}`),
    query: database.all,
    exec: database.sql.exec,
    dump: database.dump,
    /** The outcomes that the ledger received for a message. */
    reports: (id: string) =>
      told.flatMap((one) => (one.messageId === id && "delivered" in one ? [one.delivered] : [])),
  };
  world.shard = world.open();
  return world;

  function createPlatform(): ChallengePlatform {
    return {
      store: createChallengeStore({
        exec: (query, ...bindings) => {
          if (world.breaks(query)) throw new Error("The disk cannot write.");
          return database.sql.exec(query, ...bindings);
        },
        get databaseSize() {
          return database.sql.databaseSize;
        },
      }),
      transact: createFailingTransaction(database, world),
      ledger: {
        report: (one) => tell(one).then(() => ({ status: "recorded", attempts: 1 })),
        track: (one) => tell(one).then(() => "tracked"),
      },
      setAlarm: (at) => {
        expect(Number.isInteger(at)).toBe(true);
        world.alarm = at;
      },
      waitUntil: (work) => {
        waiting.push(work);
        waiting = waiting.slice(-500);
      },
      now: () => world.now,
      logFailure: (what, error) => logs.push(`${what}: ${error}`),
    };
  }

  async function tell(one: Told): Promise<void> {
    world.attempts++;
    world.atOnce = Math.max(world.atOnce, ++underWay);
    try {
      if (world.mode === "hangs")
        await new Promise<void>((_, fail) => hanging.push(() => fail(new Error("cut off"))));
      await settle();
      if (world.mode === "fails" || world.refuses(one.messageId)) throw new Error("The ledger is not there.");
      told.push(one);
    } finally {
      underWay--;
    }
  }
}
