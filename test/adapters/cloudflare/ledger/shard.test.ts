import { DatabaseSync, type StatementSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createShardCounting } from "../../../../adapters/cloudflare/insight/counting/shard-counting.ts";
import type { Gathered, Gathering } from "../../../../adapters/cloudflare/insight/rpc.ts";
import { createGroupCommit } from "../../../../adapters/cloudflare/ledger/group-commit.ts";
import { createShard, type Shard } from "../../../../adapters/cloudflare/ledger/shard.ts";
import type { ShardLogEntry } from "../../../../adapters/cloudflare/ledger/shard-log.ts";
import {
  createStore,
  type Position,
  type Sql,
  type SqlValue,
} from "../../../../adapters/cloudflare/ledger/store.ts";
import type { LedgerAnswer, LedgerReceipt, LedgerReport } from "../../../../adapters/http/ports/ledger.ts";
import type { ConversionErrorCode } from "../../../../src/client/errors.ts";
import { type Cell, mergeCells } from "../../../../src/insight/cell.ts";
import { contributionOf, toCountedMessage } from "../../../../src/insight/contribution.ts";
import type { Counts } from "../../../../src/insight/counts.ts";
import type { Facts, ReceiptClass } from "../../../../src/insight/facts.ts";
import { toSegmentKey } from "../../../../src/insight/segment.ts";
import type { Ended } from "../../../../src/ledger/events.ts";
import { type KeyState, UNRESTRICTED } from "../../../../src/ledger/key-state.ts";
import { parseRow, REPORT_STATES, type Row } from "../../../../src/ledger/row.ts";
import type { Traffic } from "../../../../src/wire/report.ts";
import { cases } from "../../../support/property-seed.ts";
import { settle } from "../../../support/unhandled-rejections.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const NOW = Date.UTC(2026, 5, 1, 12);
const RULES = {
  budget: 2 * SECOND,
  maxBytes: 1_000_000_000,
  lostAfter: 25 * SECOND,
  keepRecorded: 2 * DAY,
  keepDead: 30 * DAY,
};
const LATENCY = 50;

const OK: Ended = { code: null };
const failed = (code: ConversionErrorCode, retryAfter?: number): Ended => ({ code, retryAfter });
/** Like the client: no answer within ten seconds. */
const HANGS: VonageAnswer = { ended: failed("timeout"), after: 10 * SECOND };

let world: World;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["setTimeout", "clearTimeout", "Date"] });
  world = createWorld();
});
afterEach(() => {
  expect(world.alarmFailures).toEqual([]);
  vi.useRealTimers();
});

describe("a report", () => {
  it("is recorded by one request with its own timestamp, and answered as soon as Vonage answers", async () => {
    const answer = await world.report("a", true, { occurredAt: NOW - 4000 });
    expect(answer).toEqual({ status: "recorded", attempts: 1 });
    expect(Date.now() - NOW).toBeLessThan(LATENCY + 10);
    expect(world.requests).toMatchObject([{ id: "a", delivered: true, occurredAt: NOW - 4000, attempts: 1 }]);
    await world.pass(SECOND);
    expect(world.row("a")).toMatchObject({ state: "recorded", delivered: 1, attempts: 1, reason: null });
  });

  it("is in memory until Vonage confirms it, and on disk before its caller is answered", async () => {
    const rows: unknown[] = [];
    world.vonage = ({ id }) => {
      rows.push(world.row(id));
      return { ended: OK };
    };
    expect(await world.report("a", true)).toMatchObject({ status: "recorded" });
    expect(rows).toEqual([undefined]);
    expect(world.row("a")).toMatchObject({ state: "recorded", attempts: 1 });
  });

  it("that Vonage has not confirmed is on disk with an alarm before its caller gets 202", async () => {
    world.vonage = () => HANGS;
    expect(await world.report("a", true)).toMatchObject({ status: "accepted", reason: "timeout" });
    expect(world.row("a")).toMatchObject({ state: "queued", attempts: 1, due: NOW + RULES.lostAfter });
    expect(world.alarm).toBeLessThanOrEqual(NOW + RULES.lostAfter);
    world.vonage = () => ({ ended: failed("unavailable") });
    expect(await world.report("b", true)).toMatchObject({ status: "accepted", reason: "unavailable" });
    expect(world.row("b")).toMatchObject({ state: "queued", reason: "unavailable" });
    expect(world.alarm).toBeLessThanOrEqual(Number(world.row("b")?.due));
  });

  it("is on disk before a second caller that joins it gets 202, and before its message is tracked", async () => {
    world.vonage = () => HANGS;
    for (const [id, ask] of [
      ["joined", () => world.report("joined", true)],
      ["tracked", () => world.track("tracked", NOW + HOUR)],
      ["retried", () => world.retry("retried")],
    ] as const) {
      world.call((shard) => shard.report(toReport(id, true))).catch(() => {});
      await world.pass(10);
      expect(world.row(id)).toBeUndefined();
      await ask();
      expect(world.row(id)).toMatchObject({ state: "queued", delivered: 1, attempts: 1 });
      expect(world.alarm).toBeLessThanOrEqual(Number(world.row(id)?.due));
    }
    world.kill();
    world.vonage = () => ({ ended: OK });
    await world.pass(HOUR);
    expect(world.count("recorded")).toBe(3);
    expect(new Set(world.requests.map(({ delivered }) => delivered))).toEqual(new Set([true]));
  });

  it("leaves no timer except the alarm, so that the object can hibernate", async () => {
    await world.report("a", true);
    await world.pass(10);
    expect(vi.getTimerCount()).toBe(1);
  });

  it("is accepted when the budget is over, and recorded once by the same request", async () => {
    world.vonage = () => ({ ended: OK, after: 5 * SECOND });
    const answer = await world.report("a", true);
    expect(answer).toEqual({ status: "accepted", attempts: 1, reason: "timeout" });
    expect(Date.now() - NOW).toBeGreaterThanOrEqual(RULES.budget);
    expect(Date.now() - NOW).toBeLessThan(RULES.budget + 10);
    await world.pass(HOUR);
    expect(world.requests).toHaveLength(1);
    expect(world.row("a")).toMatchObject({ state: "recorded", attempts: 1 });
  });

  it("delays later callers no longer than their own budget", async () => {
    world.vonage = () => HANGS;
    const waits: number[] = [];
    for (let index = 0; index < 30; index++) {
      const began = Date.now();
      void world
        .call((shard) => shard.report(toReport(`m${index}`, true)))
        .then(() => waits.push(Date.now() - began));
      await world.pass(30);
    }
    await world.pass(5 * SECOND);
    expect(waits).toHaveLength(30);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(RULES.budget);
    expect(Math.max(...waits)).toBeLessThan(RULES.budget + 10);
  });

  it("is answered when the rest of its caller's budget is over, before callers with more", async () => {
    world.vonage = () => HANGS;
    const whole = world.call((shard) => shard.report(toReport("whole", true)));
    await world.until(world.call((shard) => shard.report(toReport("rest", true), undefined, 1.5 * SECOND)));
    expect(Date.now() - NOW).toBeGreaterThanOrEqual(0.5 * SECOND);
    expect(Date.now() - NOW).toBeLessThan(0.5 * SECOND + 10);
    await world.until(world.call((shard) => shard.report(toReport("none", true), undefined, 3 * SECOND)));
    expect(Date.now() - NOW).toBeLessThan(0.5 * SECOND + 20);
    await world.until(whole);
    expect(Date.now() - NOW).toBeGreaterThanOrEqual(RULES.budget);
    expect(Date.now() - NOW).toBeLessThan(RULES.budget + 10);
  });

  it("of a tracked message spends its budget on the slow disk before its request too", async () => {
    await world.track("a", NOW + HOUR);
    world.vonage = () => HANGS;
    world.sync = 0.4 * SECOND;
    expect(await world.report("a", true)).toMatchObject({ status: "accepted", reason: "timeout" });
    expect(world.requests[0]?.at).toBeGreaterThanOrEqual(NOW + world.sync);
    // The promise of the 202 is stored after the budget.
    expect(Date.now() - NOW).toBeLessThan(RULES.budget + world.sync + 10);
  });

  it.each(["unavailable", "timeout", "network", "rate_limited", "unexpected_response"] as const)(
    "is accepted if the request fails (%s), and sent again by the alarm with the same timestamp",
    async (code) => {
      world.vonage = ({ attempts }) => ({ ended: attempts < 4 ? failed(code) : OK });
      expect(await world.report("a", false, { occurredAt: NOW - 9000 })).toEqual({
        status: "accepted",
        attempts: 1,
        reason: code,
      });
      await world.pass(SECOND / 10);
      expect(world.row("a")).toMatchObject({ state: "queued", reason: code });
      await world.pass(10 * MINUTE);
      expect(world.requests.map(({ attempts, occurredAt }) => [attempts, occurredAt])).toEqual(
        [1, 2, 3, 4].map((attempt) => [attempt, NOW - 9000]),
      );
      expect(world.row("a")).toMatchObject({ state: "recorded", delivered: 0, reason: null });
    },
  );

  it("with refused parameters becomes a dead letter, and may be reported again", async () => {
    world.vonage = () => ({ ended: failed("rejected") });
    expect(await world.report("a", true)).toEqual({ status: "rejected", attempts: 1, reason: "rejected" });
    await world.pass(DAY);
    expect(world.requests).toHaveLength(1);
    expect(world.row("a")).toMatchObject({ state: "dead", reason: "rejected" });
    world.vonage = () => ({ ended: OK });
    expect(await world.report("a", false)).toEqual({ status: "recorded", attempts: 1 });
  });

  it("is given up after a day, and can be sent again by hand", async () => {
    world.vonage = ({ id }) => ({ ended: id === "a" ? failed("unexpected_response") : OK });
    await world.report("a", true);
    // Other reports succeed, so that only this one fails and the circuit breaker stays closed.
    for (let hour = 0; hour < 26 * 6; hour++) {
      await world.pass(10 * MINUTE);
      await world.report(`other ${hour}`, true);
    }
    expect(world.row("a")).toMatchObject({ state: "dead", reason: "unexpected_response" });
    const requests = world.requests.filter(({ id }) => id === "a");
    expect(requests.length).toBeGreaterThan(60);
    expect((requests.at(-1)?.at ?? 0) - NOW).toBeLessThanOrEqual(25 * HOUR);
    world.vonage = () => ({ ended: OK });
    expect(await world.retry("a")).toBe("accepted");
    await world.pass(SECOND);
    expect(world.row("a")).toMatchObject({ state: "recorded", attempts: 1 });
  });

  it("is a duplicate, a conflict, or joins the request under way, without a further request", async () => {
    expect(await world.report("a", true)).toMatchObject({ status: "recorded" });
    await world.pass(10);
    expect(await world.report("a", true)).toEqual({ status: "duplicate", attempts: 1 });
    expect(await world.report("a", false)).toEqual({ status: "conflict", attempts: 1 });
    world.vonage = () => HANGS;
    const first = world.call((shard) => shard.report(toReport("b", true)));
    await world.pass(100);
    // After a change of the number of shards, a Worker looks for it here and must not begin it elsewhere.
    expect(await world.shard().has({ channel: "sms", messageId: "b" })).toBe(true);
    expect(world.row("b")).toBeUndefined();
    expect(await world.report("b", true)).toEqual({ status: "accepted", attempts: 1 });
    expect(await world.report("b", false)).toEqual({ status: "conflict", attempts: 1 });
    expect(await world.until(first)).toMatchObject({ status: "accepted" });
    expect(world.requests.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("with the same id on another channel is another message", async () => {
    await world.report("a", true);
    await world.report("a", false, { channel: "voice" });
    await world.pass(SECOND);
    expect(world.requests.map(({ channel, delivered }) => [channel, delivered])).toEqual([
      ["sms", true],
      ["voice", false],
    ]);
  });

  it("of true follows a false under way, once, with its own timestamp", async () => {
    world.vonage = ({ delivered }) => ({ ended: OK, after: delivered ? LATENCY : 8 * SECOND });
    const first = world.call((shard) => shard.report(toReport("a", false)));
    await world.pass(SECOND);
    const asked = Date.now();
    expect(await world.report("a", true, { occurredAt: NOW - 77_000 })).toMatchObject({ status: "accepted" });
    expect(Date.now() - asked).toBeLessThan(10);
    await world.until(first);
    expect(world.requests).toHaveLength(1);
    await world.pass(MINUTE);
    expect(world.requests.map(({ delivered }) => delivered)).toEqual([false, true]);
    expect(world.requests[1]).toMatchObject({ occurredAt: NOW - 77_000, attempts: 1 });
    expect((world.requests[1]?.at ?? 0) - (world.requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(8 * SECOND);
    expect(world.row("a")).toMatchObject({ state: "recorded", delivered: 1, successor: null });
  });

  it("of true replaces a waiting or recorded false", async () => {
    world.vonage = () => ({ ended: failed("unavailable") });
    await world.report("a", false);
    world.vonage = () => ({ ended: OK });
    expect(await world.report("a", true)).toMatchObject({ status: "recorded" });
    await world.report("b", false);
    await world.pass(10);
    expect(await world.report("b", true)).toMatchObject({ status: "recorded" });
    await world.pass(HOUR);
    expect(world.requests.map(({ id, delivered }) => [id, delivered])).toEqual([
      ["a", false],
      ["a", true],
      ["b", false],
      ["b", true],
    ]);
  });

  it("is not sent again while its request is under way, however long that takes", async () => {
    world.vonage = () => ({ ended: OK, after: 4 * RULES.lostAfter });
    await world.report("a", true);
    await world.pass(3 * RULES.lostAfter);
    expect(await world.report("a", true)).toMatchObject({ status: "accepted" });
    await world.pass(HOUR);
    expect(world.requests).toHaveLength(1);
    expect(world.count("recorded")).toBe(1);
  });

  it("waits while too many requests are under way, and is sent when there is room", async () => {
    world.vonage = () => ({ ended: OK, after: 5 * SECOND });
    const calls = Array.from({ length: 100 }, (_, index) =>
      world.call((shard) => shard.report(toReport(`m${index}`, true))),
    );
    await world.pass(10);
    expect(world.requests.length).toBeLessThanOrEqual(64 + 6);
    await world.pass(MINUTE);
    expect(
      (await Promise.all(calls)).map(
        (answer) => typeof answer === "object" && "status" in answer && answer.status,
      ),
    ).toEqual(Array.from({ length: 100 }, () => "accepted"));
    expect(world.requests).toHaveLength(100);
    expect(world.count("recorded")).toBe(100);
  });
});

describe("a shard that dies", () => {
  it("sends reports again whose requests have no stored result", async () => {
    world.vonage = () => HANGS;
    await world.report("a", true);
    world.kill();
    world.vonage = () => ({ ended: OK });
    await world.report("b", true);
    await world.pass(RULES.lostAfter);
    expect(world.requests.filter(({ id }) => id === "a")).toMatchObject([
      { attempts: 1, occurredAt: NOW - 3000 },
      { attempts: 2, occurredAt: NOW - 3000 },
    ]);
    expect(world.row("a")).toMatchObject({ state: "recorded" });
  });

  it("has no trace of a report whose caller got no answer, and sends a repeated one", async () => {
    world.vonage = () => HANGS;
    const call = world.call((shard) => shard.report(toReport("a", true)));
    await world.pass(SECOND);
    world.kill();
    await expect(world.until(call)).rejects.toThrow("died");
    expect(world.rows()).toEqual([]);
    world.vonage = () => ({ ended: OK });
    expect(await world.report("a", true)).toEqual({ status: "recorded", attempts: 1 });
    expect(world.requests).toHaveLength(2);
  });

  it("during a true of a tracked message sends the true again, and never its expiry", async () => {
    world.vonage = () => HANGS;
    await world.track("a", NOW + 5 * MINUTE);
    world.call((shard) => shard.report(toReport("a", true))).catch(() => {});
    await world.pass(SECOND);
    const before = world.rings.length;
    world.kill();
    expect(await world.report("a", false)).toMatchObject({ status: "conflict" });
    world.vonage = () => ({ ended: OK });
    await world.pass(HOUR);
    expect(world.requests.map(({ delivered, attempts }) => [delivered, attempts])).toEqual([
      [true, 1],
      [true, 2],
    ]);
    expect(world.row("a")).toMatchObject({ state: "recorded", delivered: 1 });
    expect(world.rings.length - before).toBeLessThan(4);
  });

  it("while a true replaces a waiting false sends only the true again", async () => {
    world.vonage = () => ({ ended: failed("rate_limited", HOUR) });
    await world.report("a", false);
    await world.pass(2 * MINUTE);
    world.vonage = () => ({ ended: OK });
    // Until the key is at full pace again.
    await world.report("b", true);
    await world.pass(MINUTE);
    world.vonage = () => HANGS;
    world.call((shard) => shard.report(toReport("a", true))).catch(() => {});
    await world.pass(SECOND);
    world.kill();
    world.vonage = () => ({ ended: OK });
    await world.pass(2 * HOUR);
    const mine = world.requests.filter(({ id }) => id === "a");
    expect(mine.map(({ delivered }) => delivered)).toEqual([false, true, true]);
  });

  it("at each repetition of a report waits before the next, and counts requests", async () => {
    world.vonage = () => ({ ended: failed("unavailable") });
    await world.report("poison", true);
    world.vonage = () => {
      setTimeout(() => world.kill(), 1);
      return HANGS;
    };
    await world.pass(10 * MINUTE);
    expect(world.requests.length).toBeLessThan((10 * MINUTE) / RULES.lostAfter + 5);
    expect(world.requests.length).toBeGreaterThan(10);
    expect(world.requests.map(({ attempts }) => attempts)).toEqual(
      world.requests.map((_, index) => index + 1),
    );
    // Vonage may have recorded it, so no false may follow a refusal.
    world.vonage = () => ({ ended: failed("rejected") });
    await world.pass(MINUTE);
    expect(world.row("poison")?.state).toBe("dead");
    expect(await world.report("poison", false)).toMatchObject({ status: "conflict" });
  });

  it("is woken by its alarm, wherever it died", async () => {
    const { budget } = RULES;
    for (const moment of [undefined, 5, budget - 1, budget + 1, 3 * SECOND - 1, 3 * SECOND, 3 * SECOND + 1]) {
      const id = `died after ${moment}`;
      world.vonage = () => ({ ended: OK, after: 3 * SECOND });
      const call = world.call((shard) => shard.report(toReport(id, true)));
      const answered = call.then(
        () => true,
        () => false,
      );
      if (moment !== undefined) await world.pass(moment);
      world.kill();
      await world.pass(2 * MINUTE);
      const isStored = world.row(id) !== undefined;
      // Nothing is promised before the report is stored. From then on it must arrive.
      if (!isStored) expect(await answered).toBe(false);
      else expect(world.row(id)?.state).toBe("recorded");
      expect(isStored).toBe(moment !== undefined && moment > budget);
    }
  });

  it("is woken for waiting reports and tracked messages", async () => {
    world.vonage = () => ({ ended: failed("unavailable") });
    await world.report("a", true);
    await world.track("b", Date.now() + HOUR);
    await world.pass(10);
    world.vonage = () => ({ ended: OK });
    world.kill();
    await world.pass(MINUTE);
    expect(world.row("a")).toMatchObject({ state: "recorded" });
    world.kill();
    await world.pass(HOUR);
    expect(world.row("b")).toMatchObject({ state: "recorded", delivered: 0 });
  });

  it("in its alarm is woken again", async () => {
    world.vonage = () => ({ ended: failed("unavailable") });
    await world.report("a", true);
    world.vonage = () => HANGS;
    await world.pass(3 * SECOND);
    expect(world.requests).toHaveLength(2);
    world.kill();
    world.vonage = () => ({ ended: OK });
    await world.pass(MINUTE);
    expect(world.requests).toHaveLength(3);
    expect(world.row("a")).toMatchObject({ state: "recorded" });
  });

  it("sends a waiting true instead of repeating the false before it", async () => {
    world.vonage = () => HANGS;
    world.call((shard) => shard.report(toReport("a", false))).catch(() => {});
    await world.pass(SECOND);
    await world.report("a", true, { occurredAt: NOW - 500 });
    world.kill();
    world.vonage = () => ({ ended: OK });
    await world.pass(HOUR);
    expect(world.requests.map(({ delivered }) => delivered)).toEqual([false, true]);
    expect(world.requests[1]).toMatchObject({ occurredAt: NOW - 500 });
  });

  it("sets its alarm again at any call if the platform has lost it", async () => {
    world.vonage = () => ({ ended: failed("unavailable") });
    await world.report("a", true);
    await world.pass(10);
    world.vonage = () => ({ ended: OK });
    world.kill();
    world.loseAlarm();
    await world.pass(HOUR);
    expect(world.row("a")?.state).not.toBe("recorded");
    world.shard().nudge([]);
    await world.pass(SECOND);
    expect(world.row("a")?.state).toBe("recorded");
  });

  it("starts unrestricted with a key whose stored state it cannot read", async () => {
    world.writeKeyState("2fa", { ...UNRESTRICTED, openedBy: "weather" as never, probeAt: NOW + DAY });
    expect(await world.report("a", true)).toEqual({ status: "recorded", attempts: 1 });
  });

  it("does not touch tables of a later version", async () => {
    await world.report("a", true);
    await world.pass(SECOND);
    world.kill();
    world.all("UPDATE schema SET version = 3");
    const before = world.rows();
    await expect(world.report("b", true)).rejects.toThrow("version 3");
    expect(world.rows()).toEqual(before);
  });

  it("keeps the state of a key", async () => {
    world.vonage = () => ({ ended: failed("unauthorized") });
    await world.report("a", true);
    await world.pass(10);
    const before = world.shard().stats().gates;
    world.kill();
    expect(world.shard().stats().gates).toEqual(before);
    await world.report("b", true);
    expect(world.requests.map(({ id }) => id)).not.toContain("b");
  });

  it("is not woken repeatedly while the key of its requests may not send", async () => {
    world.vonage = () => ({ ended: failed("not_enabled") });
    for (let index = 0; index < 3; index++) await world.report(`m${index}`, true);
    await world.pass(10 * MINUTE);
    // It dies during a probe.
    world.vonage = () => HANGS;
    while (world.shard().list("sending", 1, undefined).length === 0) await world.pass(SECOND);
    world.kill();
    const before = world.rings.length;
    await world.pass(10 * MINUTE);
    expect(world.rings.length - before).toBeLessThan(20);
  });
});

describe("a row that 0.2.0 or 0.1.0 stored as sending", () => {
  const SENDING = { state: "sending", due: NOW + 20 * SECOND };

  it("is sent again as soon as its request counts as lost", async () => {
    world.insert("a", SENDING);
    expect(await world.report("a", true)).toEqual({ status: "accepted", attempts: 1 });
    expect(await world.report("a", false)).toMatchObject({ status: "conflict" });
    expect(await world.track("a", NOW + MINUTE)).toBe("tracked");
    expect(await world.retry("a")).toBe("accepted");
    expect(world.shard().list("sending", 10, undefined)).toMatchObject([{ messageId: "a" }]);
    expectCounted(world);
    await world.pass(19 * SECOND);
    expect(world.requests).toEqual([]);
    await world.pass(2 * SECOND);
    expect(world.requests).toMatchObject([{ attempts: 2, delivered: true }]);
    expect(world.row("a")).toMatchObject({ state: "recorded", attempts: 2 });
  });

  it("with a true may have arrived, so no false follows even if Vonage refuses its repetition", async () => {
    world.insert("a", SENDING);
    world.vonage = () => ({ ended: failed("rejected") });
    world.shard();
    await world.pass(MINUTE);
    expect(world.row("a")?.state).toBe("dead");
    expect(await world.report("a", false)).toMatchObject({ status: "conflict" });
  });

  it("with a false gives way to a true, stored behind it or arriving now", async () => {
    world.insert("behind", { ...SENDING, delivered: 0, successor: NOW - SECOND });
    world.insert("now", { ...SENDING, delivered: 0 });
    expect(await world.report("now", true, { occurredAt: NOW - 2 * SECOND })).toMatchObject({
      status: "accepted",
    });
    expect(world.row("now")).toMatchObject({ state: "queued", delivered: 1, successor: null });
    await world.pass(MINUTE);
    expect(world.requests.map(({ id, delivered, occurredAt }) => [id, delivered, occurredAt]).sort()).toEqual(
      [
        ["behind", true, NOW - SECOND],
        ["now", true, NOW - 2 * SECOND],
      ],
    );
    expect(world.count("recorded")).toBe(2);
  });

  it("is no longer written, and neither is its successor", async () => {
    world.vonage = ({ delivered }) => (delivered ? { ended: failed("unavailable") } : HANGS);
    await world.report("a", false);
    await world.report("a", true);
    world.call((shard) => shard.report(toReport("b", false))).catch(() => {});
    await world.pass(10);
    await world.report("b", true);
    for (const row of world.rows())
      expect(row).toMatchObject({ state: "queued", delivered: 1, successor: null });
    await world.pass(HOUR);
    expect(world.all("SELECT 1 FROM reports WHERE state = 'sending'")).toEqual([]);
  });
});

describe("a tracked message", () => {
  it("is reported as not delivered when it expires, with that instant as its timestamp", async () => {
    await world.track("a", NOW + 5 * MINUTE);
    await world.pass(5 * MINUTE - 1);
    expect(world.requests).toEqual([]);
    await world.pass(SECOND);
    expect(world.requests).toMatchObject([
      { id: "a", delivered: false, occurredAt: NOW + 5 * MINUTE, attempts: 1 },
    ]);
    expect(world.row("a")).toMatchObject({ state: "recorded", delivered: 0 });
  });

  it.each([true, false])("and reported in time (%s) is not reported again", async (delivered) => {
    await world.track("a", NOW + 5 * MINUTE);
    await world.pass(5 * MINUTE - SECOND);
    expect(await world.report("a", delivered)).toEqual({ status: "recorded", attempts: 1 });
    await world.pass(DAY);
    expect(world.requests).toMatchObject([{ delivered }]);
  });

  it("keeps the timestamp of its expiry through failures, and yields to a late true", async () => {
    world.vonage = () => ({ ended: failed("unavailable") });
    await world.track("a", NOW + MINUTE);
    await world.pass(2 * MINUTE);
    expect(world.requests.length).toBeGreaterThan(1);
    expect(new Set(world.requests.map(({ occurredAt }) => occurredAt))).toEqual(new Set([NOW + MINUTE]));
    world.vonage = () => ({ ended: OK });
    await world.report("a", true, { occurredAt: NOW + 2 * MINUTE });
    await world.pass(HOUR);
    expect(world.requests.at(-1)).toMatchObject({ delivered: true, occurredAt: NOW + 2 * MINUTE });
    expect(world.row("a")).toMatchObject({ state: "recorded", delivered: 1 });
  });

  it("is reported at once beside other work, and one that expires later soon after", async () => {
    world.vonage = ({ id }) => (id === "slow" ? HANGS : { ended: OK });
    await world.track("slow", NOW + MINUTE);
    await world.track("just after", NOW + MINUTE + 1);
    await world.track("later", NOW + MINUTE + SECOND);
    await world.pass(MINUTE + 9 * SECOND);
    const delays = world.requests.map(({ id, at, occurredAt }) => [id, at - (occurredAt ?? 0)] as const);
    expect(delays.map(([id]) => id)).toEqual(["slow", "just after", "later"]);
    expect(delays[1]?.[1]).toBeLessThan(20);
    expect(delays[2]?.[1]).toBeLessThan(2 * SECOND);
  });

  it("is never reported false after an accepted true", async () => {
    world.vonage = ({ id }) => (id === "slow" ? HANGS : { ended: OK });
    await world.track("slow", NOW + MINUTE);
    await world.track("a", NOW + MINUTE + 1);
    await world.pass(MINUTE + 5);
    expect(await world.report("a", true)).toMatchObject({ status: "accepted" });
    const accepted = Date.now();
    await world.pass(MINUTE);
    const mine = world.requests.filter(({ id }) => id === "a");
    expect(mine.map(({ delivered }) => delivered)).toEqual([false, true]);
    expect(mine[0]?.at).toBeLessThanOrEqual(accepted);
  });

  it("is not tracked again after its report", async () => {
    await world.report("a", true);
    await world.pass(10);
    await world.track("a", NOW + MINUTE);
    await world.pass(HOUR);
    expect(world.requests).toHaveLength(1);
    expect(world.row("a")).toMatchObject({ state: "recorded", delivered: 1 });
  });
});

describe("an outage of Vonage", () => {
  it("opens the circuit breaker: reports are accepted at once, and probes are sent at growing intervals", async () => {
    world.vonage = () => HANGS;
    const first = Array.from({ length: 3 }, (_, index) =>
      world.call((shard) => shard.report(toReport(`first ${index}`, true))),
    );
    await world.pass(11 * SECOND);
    await Promise.all(first);
    const before = world.requests.length;
    for (let index = 0; index < 50; index++) {
      const asked = Date.now();
      expect(await world.report(`later ${index}`, true)).toMatchObject({ status: "accepted" });
      expect(Date.now() - asked, "the wait for the ledger alone").toBeLessThan(10);
      // They are so close together that chance decides which one is the probe.
      if (world.requests.length > before) break;
    }
    world.vonage = () => ({ ended: failed("unavailable") });
    await world.pass(HOUR);
    const probes = world.requests.slice(before + 1).map(({ at }) => at);
    const gaps = probes.slice(1).map((at, index) => at - (probes[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(31 * SECOND);
    expect(Math.min(...gaps.slice(10))).toBeGreaterThanOrEqual(15 * SECOND);
    expect(probes.length).toBeLessThan(HOUR / (15 * SECOND));
    expect(world.rings.length).toBeLessThan(1000);
  });

  it("ends with every report submitted at the pacer's rate", async () => {
    world.vonage = () => ({ ended: failed("unavailable") });
    for (let index = 0; index < 300; index++) await world.report(`m${index}`, index % 3 > 0);
    await world.pass(10 * MINUTE);
    const before = world.requests.length;
    expect(before).toBeLessThan(100);
    world.vonage = () => ({ ended: OK });
    const healed = Date.now();
    await world.pass(5 * MINUTE);
    expect(world.count("recorded")).toBe(300);
    const sent = world.requests.slice(before).map(({ at }) => at);
    expect(sent).toHaveLength(300);
    const [probe = 0] = sent;
    expect(probe - healed).toBeLessThanOrEqual(31 * SECOND);
    const within = (from: number, to: number) =>
      sent.filter((at) => at > probe + from * SECOND && at <= probe + to * SECOND).length;
    // The pacer starts with five a second and doubles every second: 5, 10, 20 and so on.
    expect(within(0, 1)).toBeLessThanOrEqual(10);
    expect(within(1, 2)).toBeLessThanOrEqual(22);
    expect(within(2, 3)).toBeLessThanOrEqual(45);
    expect(within(0, 1)).toBeGreaterThanOrEqual(4);
    for (let from = 0; from < 20; from++) expect(within(from, from + 1)).toBeLessThanOrEqual(110);
    expect((sent.at(-1) ?? 0) - probe).toBeLessThan(10 * SECOND);
    expect(world.logs.map(({ event }) => event)).toContain("breaker-closed");
  });

  it("of one kind of traffic does not affect the other, which has another key", async () => {
    world.vonage = ({ traffic }) => ({ ended: traffic === "2fa" ? failed("unavailable") : OK });
    for (let index = 0; index < 10; index++) await world.report(`m${index}`, true);
    await world.pass(MINUTE);
    expect(await world.report("other", true, { traffic: "other" })).toEqual({
      status: "recorded",
      attempts: 1,
    });
  });

  it("of more than a day turns every report into a dead letter, and loses none", async () => {
    world.vonage = () => ({ ended: failed("network") });
    for (let index = 0; index < 30; index++) await world.report(`m${index}`, true);
    await world.pass(26 * HOUR);
    expect(world.count("dead")).toBe(30);
    expect(world.shard().stats().counts).toMatchObject([{ state: "dead", reports: 30 }]);
  });
});

describe("a 429", () => {
  it("makes all reports of its key wait for Retry-After", async () => {
    world.vonage = () => ({ ended: failed("rate_limited", 20 * SECOND) });
    expect(await world.report("a", true)).toMatchObject({ status: "accepted", reason: "rate_limited" });
    const refused = Date.now();
    world.vonage = () => ({ ended: OK });
    for (let index = 0; index < 20; index++) {
      expect(await world.report(`m${index}`, true)).toMatchObject({ status: "accepted", attempts: 0 });
    }
    await world.pass(19 * SECOND);
    expect(world.requests).toHaveLength(1);
    await world.pass(15 * SECOND);
    expect(world.count("recorded")).toBe(21);
    expect(world.requests[1]?.at).toBeGreaterThanOrEqual(refused + 20 * SECOND);
  });

  it("slows the key after its pause too: new reports are queued, and soon sent", async () => {
    world.vonage = () => ({ ended: failed("rate_limited", SECOND) });
    await world.report("a", true);
    world.vonage = () => ({ ended: OK });
    await world.pass(3 * SECOND);
    const before = world.requests.length;
    const calls = Array.from({ length: 40 }, (_, index) =>
      world.call((shard) => shard.report(toReport(`m${index}`, true))),
    );
    expect(await world.until(Promise.all(calls))).toEqual(
      Array.from({ length: 40 }, () => ({ status: "accepted", attempts: 0 })),
    );
    await world.pass(SECOND);
    expect(world.requests.length - before).toBeLessThan(30);
    await world.pass(5 * SECOND);
    expect(world.count("recorded")).toBe(41);
  });

  it("with an hour's Retry-After delays its own report by an hour, and others by a minute", async () => {
    world.vonage = ({ attempts }) => ({ ended: attempts === 1 ? failed("rate_limited", HOUR) : OK });
    await world.report("a", true);
    world.vonage = () => ({ ended: OK });
    await world.report("b", true);
    await world.pass(59 * SECOND);
    expect(world.requests).toHaveLength(1);
    await world.pass(5 * SECOND);
    expect(world.row("b")?.state).toBe("recorded");
    await world.pass(50 * MINUTE);
    expect(world.row("a")?.state).toBe("queued");
    await world.pass(10 * MINUTE);
    expect(world.row("a")?.state).toBe("recorded");
  });

  it("now and then slows a backlog to nearly the rate that Vonage grants", async () => {
    let tokens = 30;
    let filled = Date.now();
    world.vonage = () => {
      tokens = Math.min(30, tokens + ((Date.now() - filled) / SECOND) * 30);
      filled = Date.now();
      if (tokens < 1) return { ended: failed("rate_limited", SECOND) };
      tokens--;
      return { ended: OK };
    };
    for (let index = 0; index < 1500; index++) {
      world.call((shard) => shard.report(toReport(`m${index}`, true))).catch(() => {});
    }
    await world.pass(MINUTE);
    expect(world.count("recorded")).toBeGreaterThan(0.75 * 1500);
    await world.pass(2 * MINUTE);
    expect(world.count("recorded")).toBe(1500);
    const refused = world.requests.length - 1500;
    expect(refused).toBeLessThan(150);
  });
});

describe("a key that Vonage refuses", () => {
  it.each(["unauthorized", "not_enabled"] as const)(
    "(%s) keeps all reports waiting, is probed rarely, and the first success releases them",
    async (code) => {
      world.vonage = () => ({ ended: failed(code) });
      expect(await world.report("m0", true)).toEqual({ status: "accepted", attempts: 1, reason: code });
      for (let index = 1; index < 100; index++) {
        expect(await world.report(`m${index}`, true)).toMatchObject({ status: "accepted", reason: code });
      }
      await world.pass(2 * DAY);
      expect(world.requests.length).toBeLessThan((2 * DAY) / (150 * SECOND) + 10);
      expect(world.requests.length).toBeGreaterThan((2 * DAY) / (300 * SECOND) - 10);
      expect(world.count("queued")).toBe(100);
      expect(world.logs.filter(({ level }) => level === "error")).toMatchObject([
        { event: "breaker-opened", reason: code, hint: expect.any(String) },
      ]);
      world.vonage = () => ({ ended: OK });
      await world.pass(6 * MINUTE);
      expect(world.count("recorded")).toBe(100);
      // The pace has grown while the backlog drained. One more report shows that it is unrestricted.
      await world.report("next", true);
      await world.pass(SECOND);
      expect(await world.report("last", true)).toEqual({ status: "recorded", attempts: 1 });
    },
  );

  it("is probed by one of many reports that arrive at once", async () => {
    world.insert("a", { state: "recorded", due: NOW + DAY });
    world.writeKeyState("2fa", {
      ...UNRESTRICTED,
      openedBy: "unauthorized",
      since: NOW - HOUR,
      probeAt: NOW - 1,
    });
    world.vonage = () => HANGS;
    const calls = Array.from({ length: 50 }, (_, index) =>
      world.call((shard) => shard.report(toReport(`m${index}`, true))),
    );
    await world.pass(9 * SECOND);
    expect(world.requests).toHaveLength(1);
    const answers = await Promise.all(calls);
    expect(answers.slice(1)).toEqual(
      Array.from({ length: 49 }, () => ({ status: "accepted", attempts: 0, reason: "unauthorized" })),
    );
    world.vonage = () => ({ ended: OK });
    await world.pass(MINUTE);
    expect(world.count("recorded")).toBe(51);
  });

  it("is probed at once when the operator has fixed it, without effect on the other key", async () => {
    world.vonage = () => ({ ended: failed("unauthorized") });
    for (let index = 0; index < 10; index++) {
      await world.report(`m${index}`, true, { traffic: index % 2 === 0 ? "2fa" : "other" });
    }
    await world.pass(HOUR);
    world.vonage = () => ({ ended: OK });
    world.shard().nudge(["other"]);
    await world.pass(5 * SECOND);
    expect(
      world
        .rows()
        .map(({ traffic, state }) => `${traffic} ${state}`)
        .sort(),
    ).toEqual([
      ...Array.from({ length: 5 }, () => "2fa queued"),
      ...Array.from({ length: 5 }, () => "other recorded"),
    ]);
  });

  it("is probed at once when the operator retries a report", async () => {
    world.vonage = () => ({ ended: failed("unauthorized") });
    for (let index = 0; index < 10; index++) await world.report(`m${index}`, true);
    await world.pass(HOUR);
    world.vonage = () => ({ ended: OK });
    expect(await world.retry("m7")).toBe("accepted");
    await world.pass(5 * SECOND);
    expect(world.count("recorded")).toBe(10);
  });

  it("for days does not turn waiting reports into dead letters at a few failures after the fix", async () => {
    world.vonage = () => ({ ended: failed("unauthorized") });
    const calls = Array.from({ length: 500 }, (_, index) =>
      world.call((shard) => shard.report(toReport(`m${index}`, true))),
    );
    await world.until(Promise.all(calls));
    await world.pass(HOUR);
    world.kill();
    await world.skip(3 * DAY);
    let requests = 0;
    world.vonage = () => {
      requests++;
      return { ended: requests > 10 && requests <= 16 ? failed("unavailable") : OK };
    };
    await world.pass(15 * MINUTE);
    expect(world.logs.map(({ reason }) => reason)).toContain("outage");
    // Reports that failed themselves are too old to be retried.
    expect(world.count("dead")).toBeLessThanOrEqual(6);
    expect(world.count("recorded") + world.count("dead")).toBe(500);
  });

  it("for thirty days turns a whole backlog into dead letters, without a request for each", async () => {
    world.vonage = () => ({ ended: failed("not_enabled") });
    await world.report("first", true);
    await world.pass(SECOND);
    const calls = Array.from({ length: 500 }, (_, index) =>
      world.call((shard) => shard.report(toReport(`m${index}`, true))),
    );
    await world.until(Promise.all(calls));
    world.kill();
    await world.skip(30 * DAY);
    await world.pass(10 * MINUTE);
    expect(world.count("dead")).toBe(501);
    expect(world.row("m7")).toMatchObject({ reason: "not_enabled", attempts: 0 });
    expect(world.requests.length).toBeLessThan(10);
  });

  it("for thirty days turns only reports that waited so long into dead letters, probed or not", async () => {
    world.vonage = () => ({ ended: failed("unauthorized") });
    for (let index = 0; index < 3; index++) await world.report(`old ${index}`, true);
    await world.pass(HOUR);
    world.kill();
    await world.skip(20 * DAY);
    await world.report("young", true);
    await world.pass(HOUR);
    world.kill();
    await world.skip(10 * DAY - 4 * HOUR);
    await world.pass(HOUR);
    expect(world.count("dead")).toBe(0);
    await world.pass(3 * HOUR);
    expect(world.count("dead")).toBe(3);
    expect(world.row("old 2")).toMatchObject({ state: "dead", reason: "unauthorized" });
    expect(world.row("young")?.state).toBe("queued");
  });
});

describe("a settled report", () => {
  it("is kept as long as the rules say, and purged soon after", async () => {
    await world.report("a", true);
    world.vonage = () => ({ ended: failed("rejected") });
    await world.report("b", true);
    await world.pass(RULES.keepRecorded - SECOND);
    expect(await world.report("a", true)).toMatchObject({ status: "duplicate" });
    await world.pass(2 * MINUTE);
    expect(world.row("a")).toBeUndefined();
    await world.pass(RULES.keepDead - RULES.keepRecorded - 3 * MINUTE);
    expect(world.row("b")).toMatchObject({ state: "dead" });
    await world.pass(4 * MINUTE);
    expect(world.row("b")).toBeUndefined();
    expect(world.shard().stats().counts).toEqual([]);
  });

  it("is purged even if the shard has died meanwhile", async () => {
    await world.report("a", true);
    await world.pass(SECOND);
    world.kill();
    await world.pass(RULES.keepRecorded + MINUTE);
    expect(world.row("a")).toBeUndefined();
  });

  it("takes no more space after thirty days of steady traffic than after three", async () => {
    const sizes: number[] = [];
    for (let day = 0; day < 30; day++) {
      for (let report = 0; report < 40; report++) {
        await world.report(`${day} ${report}`, report % 5 > 0);
        await world.pass(DAY / 40);
      }
      sizes.push(world.size());
      if (day % 7 === 0) world.kill();
    }
    const settled = Math.max(...sizes.slice(2, 5));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(settled * 1.1);
    expect(world.count("recorded")).toBeLessThanOrEqual(2 * 40 + 1);
    expect(world.rings.length).toBeLessThan(30 * 40 * 4);
  });
});

describe("an unreadable row", () => {
  /** Each row is unreadable in another way, and all are due. */
  const UNREADABLE: readonly Partial<Stored>[] = [
    { state: "waiting" },
    { state: "" },
    { traffic: "marketing" },
    { traffic: "" },
    { channel: "mms" },
    { delivered: 7 },
    { delivered: null },
    { occurred_at: null },
    { occurred_at: 9e15 },
    { since: 9e15 },
    { state: "tracking" },
    { state: "dead", delivered: -1 },
    { state: "sending", delivered: 2 },
  ];

  it.each(UNREADABLE)(
    "(%o) is quarantined, listed, counted, and kept for as long as dead letters",
    async (what) => {
      await world.report("healthy", true);
      world.kill();
      world.insert("odd", what);
      await world.pass(MINUTE);
      await world.report("another", true);
      await world.pass(MINUTE);
      expect(world.rows().map(({ message_id }) => message_id)).toEqual(["another", "healthy"]);
      expect(world.shard().stats().unreadable).toBe(1);
      expectCounted(world);
      const [odd, ...none] = world.shard().listQuarantined(10, undefined);
      expect(none).toEqual([]);
      expect(odd).toMatchObject({ messageId: "odd", channel: what.channel ?? "sms" });
      expect(JSON.parse(odd?.raw ?? "")).toMatchObject({ message_id: "odd", ...what });
      await world.pass(RULES.keepDead - 5 * MINUTE);
      expect(world.shard().stats().unreadable).toBe(1);
      // It is purged without another call.
      await world.pass(10 * MINUTE);
      expect(world.shard().stats().unreadable).toBe(0);
    },
  );

  it("of a recorded report is quarantined when it is read, and purged on time", async () => {
    for (const [id, what] of [
      ["looked at", { delivered: 7, due: NOW + DAY }],
      ["forgotten", { delivered: 7, due: NOW + HOUR }],
      ["of unknown traffic", { traffic: "marketing", due: NOW + HOUR }],
      ["due beyond all dates", { due: 9e15 }],
    ] as const) {
      world.insert(id, { state: "recorded", ...what });
    }
    expect(await world.report("looked at", true)).toEqual({ status: "recorded", attempts: 1 });
    await world.pass(4 * HOUR);
    expect(world.rows().map(({ message_id }) => message_id)).toEqual(["due beyond all dates", "looked at"]);
    await world.pass(3 * DAY);
    expect(world.rows()).toEqual([]);
    expect(world.shard().listQuarantined(10, undefined)).toMatchObject([{ messageId: "looked at" }]);
    expectCounted(world);
  });

  it("does not block later rows, however many are unreadable", async () => {
    for (let index = 0; index < 450; index++) {
      world.insert(`odd ${index}`, { delivered: 7, due: NOW - HOUR });
      world.insert(`old odd ${index}`, { delivered: 7, state: "recorded", due: NOW - HOUR });
    }
    for (let index = 0; index < 1500; index++) world.insert(`unknown ${index}`, { state: "elsewhere" });
    for (let index = 0; index < 20; index++) world.insert(`m${index}`, { due: NOW - MINUTE });
    world.insert("old", { state: "recorded", due: NOW - MINUTE });
    world.shard();
    await world.pass(MINUTE);
    expect(world.count("recorded")).toBe(20);
    expect(world.row("old")).toBeUndefined();
    expect(world.count("queued")).toBe(0);
  });

  it.each<Partial<Stored>>([
    { delivered: 7 },
    { traffic: "marketing" },
    { state: "waiting" },
    { since: 9e15 },
  ])("(%o) is quarantined when its message is reported, which then counts as new", async (what) => {
    world.shard();
    world.insert("odd", { due: NOW + DAY, ...what });
    expect(await world.report("odd", true)).toEqual({ status: "recorded", attempts: 1 });
    expect(world.shard().stats().unreadable).toBe(1);
    expectCounted(world);
  });

  it("is quarantined when it is listed", async () => {
    const { length } = world.shard().list("queued", 10, undefined);
    expect(length).toBe(0);
    world.insert("odd", { delivered: 7, due: NOW + DAY });
    world.insert("readable", { due: NOW + DAY });
    expect(world.shard().list("queued", 10, undefined)).toMatchObject([{ messageId: "readable" }]);
    expect(world.shard().listQuarantined(10, undefined)).toMatchObject([{ messageId: "odd" }]);
  });

  it("is kept as long as dead letters even if it was found among waiting reports of a refused key", async () => {
    world.vonage = () => ({ ended: failed("unauthorized") });
    await world.report("a", true);
    await world.pass(HOUR);
    world.kill();
    world.insert("odd", { delivered: 7, due: NOW - 31 * DAY });
    await world.pass(HOUR);
    expect(world.shard().listQuarantined(10, undefined)).toMatchObject([{ messageId: "odd" }]);
    expect(world.shard().listQuarantined(10, undefined)[0]?.since).toBeGreaterThan(NOW);
  });
});

describe("a full shard", () => {
  it("refuses new messages, and serves known ones", async () => {
    await world.track("tracked", NOW + HOUR);
    world.vonage = () => ({ ended: failed("unavailable") });
    await world.report("waiting", false);
    await world.pass(10);
    world.bytes = RULES.maxBytes + 1;
    world.kill();
    world.shard();
    const before = world.rows();
    const asked = world.requests.length;
    expect(await world.report("new", true)).toBe("full");
    expect(await world.track("new", NOW + HOUR)).toBe("full");
    expect(world.rows()).toEqual(before);
    expect(world.requests).toHaveLength(asked);

    world.vonage = () => ({ ended: OK });
    expect(await world.report("tracked", true)).toEqual({ status: "recorded", attempts: 1 });
    expect(await world.report("waiting", true)).toMatchObject({
      status: expect.stringMatching(/^(recorded|accepted)$/),
    });
    expect(await world.track("tracked", NOW + HOUR)).toBe("tracked");
    await world.pass(MINUTE);
    expect(world.count("recorded")).toBe(2);
  });

  it("is not yet full at its limit, and soon notices any change", async () => {
    const answers = async (times: number) => {
      const seen: unknown[] = [];
      for (let index = 0; index < times; index++) {
        const answer = await world.report(`${Date.now()} ${index}`, true);
        seen.push(typeof answer === "object" && "status" in answer ? answer.status : answer);
      }
      return seen;
    };
    world.bytes = RULES.maxBytes;
    expect(new Set(await answers(70))).toEqual(new Set(["recorded"]));
    world.bytes = RULES.maxBytes + 1;
    expect((await answers(70)).at(-1)).toBe("full");
    world.bytes = 0;
    expect((await answers(70)).at(-1)).toBe("recorded");
  });
});

describe("a disk that cannot write", () => {
  const writes = /^INSERT OR REPLACE INTO reports/;
  const deletes = /^DELETE FROM reports/;
  const gates = /^INSERT OR REPLACE INTO gates/;
  const commits = /^COMMIT/;

  it("rejects all work of the transaction, and neither stores nor sends it", async () => {
    await world.report("stored", true);
    await world.pass(SECOND);
    expectCounted(world);
    const before = world.rows();
    let countdown = 3;
    world.breaks = (query) => writes.test(query) && --countdown === 0;
    const calls = ["a", "b", "c", "d", "e"].map((id) => world.track(id, NOW + HOUR));
    const ends = await world.until(Promise.allSettled(calls));
    expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "rejected"));
    expect(world.requests).toHaveLength(1);
    expect(world.rows()).toEqual(before);
    expectCounted(world);
  });

  it.each([writes, commits])(
    "keeps results of requests in memory until they are stored, so nothing is sent twice or contradicted (%s)",
    async (what) => {
      world.shard();
      world.breaks = (query) => what.test(query);
      const calls = Array.from({ length: 200 }, (_, index) =>
        world.call((shard) => shard.report(toReport(`m${index}`, true))),
      );
      const ends = await world.until(Promise.allSettled(calls));
      expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(["rejected"]));
      expect(world.requests).toHaveLength(64);
      await expect(world.report("m0", true)).rejects.toThrow();
      expect(await world.report("m0", false)).toMatchObject({ status: "conflict" });
      await world.pass(MINUTE);
      world.breaks = () => false;
      await world.pass(6 * SECOND);
      expect(world.requests).toHaveLength(64);
      expect(world.count("recorded")).toBe(64);
      expect(await world.report("m0", true)).toEqual({ status: "duplicate", attempts: 1 });
      expect(await world.report("m199", true)).toEqual({ status: "recorded", attempts: 1 });
      expectCounted(world);
    },
  );

  it("does not leave a later report without an alarm", async () => {
    world.breaks = (query) => commits.test(query);
    await expect(world.report("lost", true)).rejects.toThrow();
    world.breaks = () => false;
    await world.pass(SECOND);
    world.vonage = () => HANGS;
    await world.report("a", true);
    expect(world.alarm).toBeDefined();
    expect(world.alarm).toBeLessThanOrEqual(Number(world.row("a")?.due));
    world.kill();
    world.vonage = () => ({ ended: OK });
    await world.pass(MINUTE);
    expect(world.row("a")?.state).toBe("recorded");
  });

  it("does not leave waiting reports without an alarm", async () => {
    world.vonage = () => ({ ended: failed("unavailable") });
    await world.report("a", true);
    await world.track("b", NOW + HOUR);
    world.vonage = () => ({ ended: OK });
    // So often that an alarm that each failure delays would never go off.
    for (let times = 0; times < 25; times++) {
      world.breaks = (query) => commits.test(query);
      await expect(world.report(`lost ${times}`, true)).rejects.toThrow();
      world.breaks = () => false;
      await world.pass(0.7 * SECOND);
    }
    expect(world.row("a")?.state).toBe("recorded");
    await world.pass(HOUR);
    expect(world.row("b")?.state).toBe("recorded");
  });

  it("at the end of a request rejects the call, and stores the result later", async () => {
    world.breaks = (query) => writes.test(query);
    await expect(world.report("a", true)).rejects.toThrow();
    await world.pass(SECOND);
    expect(world.row("a")).toBeUndefined();
    await expect(world.report("a", true)).rejects.toThrow();
    world.breaks = () => false;
    await world.pass(6 * SECOND);
    expect(await world.report("a", true)).toEqual({ status: "duplicate", attempts: 1 });
    expect(world.requests).toHaveLength(1);
  });

  it("for hours does not cause a second request while a result waits to be stored", async () => {
    await world.track("a", NOW + HOUR);
    world.vonage = () => {
      world.breaks = (query) => writes.test(query);
      return { ended: OK };
    };
    await expect(world.report("a", true)).rejects.toThrow();
    await world.pass(2 * HOUR);
    world.breaks = () => false;
    await world.pass(MINUTE);
    expect(world.row("a")).toMatchObject({ state: "recorded", delivered: 1, attempts: 1 });
    expect(world.requests).toHaveLength(1);
    expect(world.rings.length).toBeLessThan(2 * 3600);
    expectCounted(world);
  });

  it.each([
    ["reads", /^SELECT/],
    ["writes", writes],
    ["deletes", deletes],
    ["commits", commits],
    ["notes of a key", gates],
    ["everything", /./],
  ])(
    "(%s) does not make the alarm fail, and the work continues when the disk works again",
    async (_, query) => {
      world.insert("old", { state: "recorded", due: NOW - DAY });
      world.vonage = () => ({ ended: failed("unavailable") });
      for (let index = 0; index < 5; index++) await world.report(`m${index}`, true);
      await world.report("n", true, { traffic: "other" });
      world.breaks = (text) => query.test(text);
      await world.pass(MINUTE);
      world.vonage = () => ({ ended: OK });
      await world.pass(10 * MINUTE);
      expect(world.rings.length).toBeLessThan(2000);
      world.breaks = () => false;
      await world.pass(3 * MINUTE);
      expect(world.count("recorded")).toBe(6);
      expect(world.row("old")).toBeUndefined();
      expectCounted(world);
    },
  );

  it("does not keep a new instance from starting", async () => {
    world.vonage = () => HANGS;
    await world.report("a", true);
    world.kill();
    world.vonage = () => ({ ended: OK });
    world.breaks = (query) => /^(INSERT|UPDATE|DELETE)/.test(query);
    await expect(world.report("b", true)).rejects.toThrow();
    expect(world.shard().list("queued", 10, undefined)).toMatchObject([{ messageId: "a" }]);
    world.breaks = () => false;
    await world.pass(MINUTE);
    expect(world.row("a")?.state).toBe("recorded");
  });
});

describe("a sender that throws against its contract", () => {
  it("does not make the alarm fail", async () => {
    world.vonage = () => ({ ended: failed("unavailable") });
    for (let index = 0; index < 3; index++) await world.report(`m${index}`, true);
    world.vonage = () => {
      throw new TypeError("the sender is amiss");
    };
    await world.pass(10 * MINUTE);
    world.vonage = () => ({ ended: OK });
    world.kill();
    await world.pass(10 * MINUTE);
    expect(world.count("recorded")).toBe(3);
  });

  it("prevents no message from being sent once it is fixed", async () => {
    world.vonage = () => {
      throw new TypeError("the sender is amiss");
    };
    await world.report("a", true).catch(() => {});
    await world.pass(MINUTE);
    world.vonage = () => ({ ended: OK });
    await world.pass(10 * MINUTE);
    expect(world.row("a")?.state).toBe("recorded");
  });
});

describe("the list for the operator", () => {
  const limits = fc.integer({ min: 1, max: 12 });
  const rows = fc.array(
    fc.record({
      state: fc.constantFrom(...REPORT_STATES),
      traffic: fc.constantFrom<Traffic>("2fa", "other"),
      channel: fc.constantFrom("sms", "voice"),
      // Few distinct instants, so that many rows share one.
      due: fc.integer({ min: 0, max: 3 }).map((days) => NOW + (days + 1) * DAY),
    }),
    { maxLength: 40 },
  );

  it("has every row of a state exactly once, for any page size", async () => {
    await fc.assert(
      fc.asyncProperty(rows, limits, async (all, limit) => {
        const place = createWorld();
        place.shard();
        all.forEach((row, index) => {
          place.insert(`m${(index * 7) % 41}`, {
            ...row,
            ...(row.state === "tracking" && { delivered: null, occurred_at: null, attempts: 0 }),
          });
        });
        for (const state of REPORT_STATES) {
          const seen: Row[] = [];
          for (let after: Position | undefined; ; ) {
            const page = place.shard().list(state, limit, after);
            expect(page.length).toBeLessThanOrEqual(limit);
            seen.push(...page);
            const last = page.at(-1);
            if (last === undefined) break;
            after = [last.traffic, last.due, last.channel, last.messageId];
          }
          const ids = seen.map(({ channel, messageId }) => `${channel} ${messageId}`);
          const stored = place.rows().filter((row) => row.state === state);
          expect([...ids].sort()).toEqual(stored.map((row) => `${row.channel} ${row.message_id}`).sort());
          // No index has the due time of recorded reports.
          const order = seen.map(({ traffic, due, channel, messageId }) =>
            state === "recorded" ? `${channel} ${messageId}` : `${traffic} ${due}`,
          );
          expect(order).toEqual([...order].sort());
        }
      }),
      { numRuns: cases(40) },
    );
  });

  it("has every quarantined row exactly once, for any page size", async () => {
    world.shard();
    for (let index = 0; index < 23; index++) {
      world.insert(`m${index % 12}`, { delivered: 7, channel: index % 2 === 0 ? "sms" : "voice" });
      world.shard().list("queued", 100, undefined);
      await world.pass(index % 3);
    }
    const all = world.shard().listQuarantined(1000, undefined);
    expect(all.length).toBe(world.shard().stats().unreadable);
    for (const limit of [1, 2, 7, 22, 23, 24]) {
      const seen: unknown[] = [];
      for (let after: Position | undefined; ; ) {
        const page = world.shard().listQuarantined(limit, after);
        seen.push(...page);
        const last = page.at(-1);
        if (last === undefined) break;
        after = ["", last.since, last.channel, last.messageId];
      }
      expect(seen).toEqual(all);
    }
  });

  it("agrees with a full count after any sequence of events", async () => {
    const does = fc.oneof(
      fc.record({ does: fc.constant("report"), id: fc.nat(5), delivered: fc.boolean(), other: fc.boolean() }),
      fc.record({ does: fc.constant("track"), id: fc.nat(5), ms: fc.nat(MINUTE) }),
      fc.record({ does: fc.constant("retry"), id: fc.nat(5) }),
      fc.record({ does: fc.constant("pass"), ms: fc.oneof(fc.nat(1000), fc.nat(5 * MINUTE), fc.nat(DAY)) }),
      fc.record({
        does: fc.constant("vonage"),
        code: fc.constantFrom(null, null, "unavailable", "rejected", "rate_limited", "unauthorized"),
      }),
      fc.record({ does: fc.constant("break"), nth: fc.nat(4) }),
      fc.record({ does: fc.constant("odd"), id: fc.nat(5) }),
      fc.record({ does: fc.constant("kill") }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(does, { maxLength: 25 }), async (all) => {
        const place = createWorld({ ...RULES, keepRecorded: HOUR, keepDead: 12 * HOUR });
        place.shard();
        for (const one of all as Happening[]) {
          await happen(place, one);
          expectCounted(place);
          const { unreadable, oldestWaiting } = place.shard().stats();
          expect(unreadable).toBe(place.all("SELECT * FROM set_aside").length);
          const waiting = [
            ...place.rows().filter(({ state }) => state === "queued"),
            ...place.shard().list("sending", 100, undefined),
          ];
          expect(oldestWaiting).toBe(
            waiting.length === 0 ? undefined : Math.min(...waiting.map(({ since }) => since)),
          );
        }
        expect(place.alarmFailures).toEqual([]);
        place.end();
      }),
      { numRuns: cases(100) },
    );
  });
});

describe("any sequence of reports, answers of Vonage, and crashes", () => {
  const MODES = ["ok", "ok", "503", "hang", "429", "402", "flaky"] as const;
  const happening = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ does: fc.constant("report"), id: fc.nat(5), delivered: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("track"), id: fc.nat(5), ms: fc.nat(MINUTE) }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant("vonage"), mode: fc.constantFrom(...MODES) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        does: fc.constant("pass"),
        ms: fc.oneof(fc.nat(100), fc.nat(5000), fc.nat(40 * SECOND), fc.nat(5 * MINUTE)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant("kill") }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("break"), nth: fc.nat(4) }) },
  );

  it("brings every accepted report to Vonage, and no false after a true", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 10, maxLength: 60 }),
        fc.integer(),
        async (all, seed) => {
          const place = createWorld(RULES, seed);
          place.shard();
          const vonage = createVonage(seed);
          place.vonage = vonage.take;
          const reports: Reported[] = [];
          for (const one of all as Happening[]) {
            if (one.does === "vonage") vonage.mode = one.mode;
            else if (one.does === "report") {
              const report = toReport(`m${one.id}`, one.delivered, { occurredAt: Date.now() - one.id });
              const reported: Reported = { ...report, answer: undefined, at: Number.NaN };
              reports.push(reported);
              // Like real callers, the test does not wait for one report before the next.
              place
                .call((shard) => shard.report(report))
                .then(
                  (answer) => Object.assign(reported, { answer, at: Date.now() }),
                  () => {},
                );
              await place.pass(1);
            } else await happen(place, one);
          }
          place.breaks = () => false;
          vonage.mode = "ok";
          await place.pass(2 * HOUR);

          expect(place.alarmFailures).toEqual([]);
          expect(place.rows().filter(({ state }) => state !== "recorded")).toEqual([]);
          expectCounted(place);
          checkDelivered(reports, vonage.heard, place);
          place.end();
        },
      ),
      { numRuns: cases(150) },
    );
  });
});

interface Reported extends LedgerReport {
  answer: LedgerAnswer | "full" | undefined;
  /** The instant of the answer. */
  at: number;
}

function checkDelivered(reports: readonly Reported[], heard: readonly SentRequest[], place: World): void {
  for (const id of new Set(reports.map(({ messageId }) => messageId))) {
    const mine = reports.filter(({ messageId }) => messageId === id);
    const taken = mine.filter(({ answer }) =>
      ["recorded", "accepted", "duplicate"].includes((answer as LedgerAnswer | undefined)?.status ?? ""),
    );
    const there = heard.filter((request) => request.id === id);
    const requests = place.requests.filter((request) => request.id === id);
    const firstTrue = Math.min(...taken.filter(({ delivered }) => delivered).map(({ at }) => at));
    const has = (outcome: boolean) => there.some(({ delivered }) => delivered === outcome);
    if (Number.isFinite(firstTrue)) expect(has(true), `${id}: an accepted true`).toBe(true);
    else if (taken.length > 0) expect(has(false) || has(true), `${id}: an accepted false`).toBe(true);
    // No false may begin after a true is accepted.
    for (const { delivered, at } of requests) {
      if (!delivered) expect(at, `${id}: a false after a true`).toBeLessThanOrEqual(firstTrue);
    }
    // After a true, Vonage may receive only a false that was on its way when the shard died. A true without a trace
    // does not count: the shard died with it before its caller was answered, and its message was not tracked.
    for (const [index, heard] of there.entries()) {
      const earlier = there
        .slice(0, index)
        .find(({ delivered, number }) => delivered && !place.untraced.has(number));
      if (heard.delivered || earlier === undefined) continue;
      expect(heard.at, `${id}: a false heard after a true`).toBeLessThanOrEqual(earlier.at);
      expect(heard.life).toBeLessThan(earlier.life);
    }
    // The last outcome that Vonage received is on record.
    const last = requests
      .filter(({ number }) => there.some((heard) => heard.number === number) && !place.untraced.has(number))
      .at(-1);
    const row = place.row(id);
    if (row !== undefined && last !== undefined) expect(Number(last.delivered)).toBe(row.delivered);
    for (const { delivered, occurredAt } of requests) {
      const known = mine.some((report) => report.delivered === delivered && report.occurredAt === occurredAt);
      expect(known || place.expiries.has(`${id} ${occurredAt}`), `${id}: a timestamp of its own`).toBe(true);
    }
    // One request at a time.
    for (const [index, request] of requests.entries()) {
      const next = requests[index + 1];
      if (next?.life === request.life) expect(next.at).toBeGreaterThanOrEqual(request.endedAt);
    }
  }
}

/** Expects the shard's counts to match its rows, with reports under way counted from memory instead of their rows. */
function expectCounted(place: World): void {
  const underWay = place.shard().list("sending", 1000, undefined);
  const isUnderWay = (row: Stored) =>
    underWay.some(({ channel, messageId }) => channel === row.channel && messageId === row.message_id);
  const expected = new Map<string, { reports: number; attempts: number }>();
  for (const { traffic, channel, state, attempts } of [
    ...place.rows().filter((row) => !isUnderWay(row)),
    ...underWay,
  ]) {
    const kind = `${traffic} ${channel} ${state}`;
    const one = expected.get(kind) ?? { reports: 0, attempts: 0 };
    expected.set(kind, { reports: one.reports + 1, attempts: one.attempts + attempts });
  }
  const counted = place
    .shard()
    .stats()
    .counts.map(({ traffic, channel, state, reports, attempts }) => [
      `${traffic} ${channel} ${state}`,
      { reports, attempts },
    ]);
  expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(expected));
}

/** Vonage with changing behaviour. Lists the requests that it received, in order, even if the answer was lost. */
function createVonage(seed: number) {
  const random = createRandom(seed);
  const heard: SentRequest[] = [];
  const vonage = {
    mode: "ok",
    heard,
    take(request: SentRequest): VonageAnswer {
      const after = Math.round(20 + random() * 300);
      const mode =
        vonage.mode === "flaky" ? (random() < 0.5 ? "ok" : random() < 0.5 ? "503" : "hang") : vonage.mode;
      const isHeard = mode === "ok" || (mode === "hang" && random() < 0.3);
      if (isHeard) setTimeout(() => heard.push(request), Math.floor(after / 2));
      switch (mode) {
        case "503":
          return { ended: failed("unavailable"), after };
        case "hang":
          return HANGS;
        case "429":
          return { ended: failed("rate_limited", random() < 0.5 ? 2000 : undefined), after };
        case "402":
          return { ended: failed("not_enabled"), after };
        default:
          return { ended: OK, after };
      }
    },
  };
  return vonage;
}

type Happening =
  | { readonly does: "report"; readonly id: number; readonly delivered: boolean; readonly other?: boolean }
  | { readonly does: "track"; readonly id: number; readonly ms: number }
  | { readonly does: "retry"; readonly id: number }
  | { readonly does: "pass"; readonly ms: number }
  | { readonly does: "vonage"; readonly code: ConversionErrorCode | null; readonly mode: string }
  | { readonly does: "break"; readonly nth: number }
  | { readonly does: "odd"; readonly id: number }
  | { readonly does: "kill" };

async function happen(place: World, one: Happening): Promise<void> {
  switch (one.does) {
    case "report": {
      const traffic = one.other ? "other" : "2fa";
      await place.report(`m${one.id}`, one.delivered, { traffic }).catch(() => {});
      return;
    }
    case "track":
      await place.track(`m${one.id}`, Date.now() + one.ms).catch(() => {});
      return;
    case "retry":
      await place.retry(`m${one.id}`).catch(() => {});
      return;
    case "pass":
      return place.pass(one.ms);
    case "vonage":
      place.vonage = () => ({ ended: { code: one.code } });
      return;
    case "break": {
      let countdown = one.nth;
      place.breaks = (query) => /^(INSERT|DELETE|UPDATE|COMMIT)/.test(query) && countdown-- === 0;
      return;
    }
    case "odd":
      // Changes the disk between two lives of the instance, unseen by the ledger.
      place.kill();
      place.insert(`m${one.id}`, { delivered: 7 });
      return;
    case "kill":
      place.kill();
      return;
  }
}

interface SentRequest {
  readonly number: number;
  readonly id: string;
  readonly channel: string;
  readonly traffic: Traffic;
  readonly delivered: boolean | null;
  readonly occurredAt: number | null;
  readonly attempts: number;
  readonly at: number;
  /** The instant at which its answer comes, or would come. */
  readonly endedAt: number;
  /** The number of the instance that sent it. */
  readonly life: number;
}

interface VonageAnswer {
  readonly ended: Ended;
  /** Milliseconds. */
  readonly after?: number;
}

/** A row of the table. */
interface Stored {
  readonly channel: string;
  readonly message_id: string;
  readonly traffic: string;
  readonly state: string;
  readonly delivered: number | null;
  readonly occurred_at: number | null;
  readonly due: number;
  readonly since: number;
  readonly attempts: number;
  readonly reason: string | null;
  readonly successor: number | null;
  readonly facts: string | null;
}

type World = ReturnType<typeof createWorld>;

/** Accepts counters like the Insight object. */
interface GatheringInsight {
  readonly gather: (gathering: Gathering) => Gathered;
}

function toReport(messageId: string, delivered: boolean, more: Partial<LedgerReport> = {}): LedgerReport {
  return { channel: "sms", traffic: "2fa", occurredAt: Date.now() - 3000, ...more, messageId, delivered };
}

/**
 * One shard with its own disk, on a platform that behaves like Cloudflare. The object dies, and starts again at the
 * next call or at its alarm. The alarm runs once at a time, and is written or rolled back with everything else. Time is
 * Vitest's.
 */
function createWorld(rules = RULES, seed = 1, insight?: GatheringInsight) {
  const db = new DatabaseSync(":memory:");
  const statements = new Map<string, StatementSync>();
  const requests: SentRequest[] = [];
  const logs: ShardLogEntry[] = [];
  const rings: number[] = [];
  const alarmFailures: unknown[] = [];
  const expiries = new Set<string>();
  const untraced = new Set<number>();
  const random = createRandom(seed);
  let alarm: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRinging = false;
  let lives = 0;
  let life: { readonly shard: Shard; readonly isAlive: () => boolean } | undefined;

  const place = {
    requests: requests as readonly SentRequest[],
    logs: logs as readonly ShardLogEntry[],
    /** The instants at which the alarm went off. */
    rings: rings as readonly number[],
    alarmFailures: alarmFailures as readonly unknown[],
    /** Requests that were only in memory when an instance died. */
    untraced: untraced as ReadonlySet<number>,
    /** Tracked messages with their expiry. */
    expiries: expiries as ReadonlySet<string>,
    vonage: (_: SentRequest): VonageAnswer => ({ ended: OK }),
    /** Selects the statements that fail. */
    breaks: (_: string): boolean => false,
    /** Milliseconds until earlier writes are on disk. */
    sync: 0,
    /** The size that the platform reports, if it is not the real size. */
    bytes: undefined as number | undefined,

    get alarm() {
      return alarm;
    },

    /** The living instance, or a new one. */
    shard: (): Shard => start().shard,

    /** Calls the shard. A call is lost together with its instance. */
    async call<T>(ask: (shard: Shard) => Promise<T>): Promise<T> {
      const mine = start();
      const answer = await ask(mine.shard);
      if (!mine.isAlive()) throw new Error("The instance died.");
      return answer;
    },

    report: (id: string, delivered: boolean, more?: Partial<LedgerReport>) =>
      place.until(place.call((shard) => shard.report(toReport(id, delivered, more)))),

    track: (messageId: string, expiresAt: number, facts?: Partial<Facts>) => {
      expiries.add(`${messageId} ${expiresAt}`);
      const message = {
        channel: "sms",
        messageId,
        traffic: "2fa",
        expiresAt,
        ...(facts && { facts }),
      } as const;
      return place.until(place.call((shard) => shard.track(message)));
    },

    receipt: (messageId: string, receipt: ReceiptClass, more: Partial<LedgerReceipt> = {}) =>
      place.until(
        place.call((shard) => shard.receipt({ channel: "sms", messageId, traffic: "2fa", receipt, ...more })),
      ),

    retry: (messageId: string) =>
      place.until(place.call((shard) => shard.retry({ channel: "sms", messageId }))),

    /** Kills the instance. The next call or the alarm starts another. */
    kill(): void {
      if (life === undefined) return;
      noteUntraced(life.shard);
      life = undefined;
      lives++;
      // An alarm that did not finish runs again.
      if (isRinging && alarm === undefined) alarm = Date.now();
      isRinging = false;
      schedule();
    },

    /** Ends the world. */
    end(): void {
      place.kill();
      clearTimeout(timer);
      alarm = undefined;
    },

    /** Lets time pass, with everything that happens in it. */
    async pass(milliseconds: number): Promise<void> {
      for (let left = milliseconds; left >= 0; left -= DAY) {
        await place.until(new Promise<void>((resolve) => setTimeout(resolve, Math.min(left, DAY))));
      }
    },

    /** Lets time pass while the platform is down. */
    async skip(milliseconds: number): Promise<void> {
      place.kill();
      clearTimeout(timer);
      vi.setSystemTime(Date.now() + milliseconds);
      schedule();
    },

    /** Lets time pass until the promise settles. */
    async until<T>(promise: Promise<T>): Promise<T> {
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      promise.then(over, over);
      await settle();
      while (!isOver) {
        if (vi.getTimerCount() === 0) throw new Error("Nothing will ever happen again.");
        vi.advanceTimersToNextTimer();
        await settle();
      }
      return promise;
    },

    all: (query: string, ...bindings: string[]) => db.prepare(query).all(...bindings) as unknown as Stored[],

    rows: () => place.all("SELECT * FROM reports ORDER BY channel, message_id"),

    row: (id: string): Stored | undefined => place.all("SELECT * FROM reports WHERE message_id = ?", id)[0],

    count: (state: string) => place.all("SELECT 1 FROM reports WHERE state = ?", state).length,

    /** Writes a row behind the shard's back. */
    insert(message_id: string, more: Partial<Stored> = {}): void {
      createStore({ exec: run, databaseSize: 0 });
      const row: Stored = {
        ...{ channel: "sms", message_id, traffic: "2fa", state: "queued", delivered: 1 },
        ...{
          occurred_at: NOW,
          due: NOW,
          since: NOW,
          attempts: 1,
          reason: null,
          successor: null,
          facts: null,
        },
        ...more,
      };
      db.prepare("INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").run(
        ...Object.values(row),
      );
    },

    /** A change that another version may have made. */
    writeKeyState(traffic: Traffic, state: KeyState): void {
      createStore({ exec: run, databaseSize: 0 }).writeKeyState(traffic, state);
    },

    /** The platform must never lose an alarm, but the shard survives it. */
    loseAlarm(): void {
      alarm = undefined;
      schedule();
    },

    /** Used bytes on disk. */
    size(): number {
      const [one] = db
        .prepare("SELECT (SELECT * FROM pragma_page_count) - (SELECT * FROM pragma_freelist_count) AS pages")
        .all();
      return Number(one?.pages) * 4096;
    },
  };
  return place;

  function start() {
    if (life !== undefined) return life;
    const number = ++lives;
    const isAlive = () => lives === number;
    const sql = sqlOf(isAlive);
    const transact = <T>(work: () => T): T => {
      if (!isAlive()) throw new Error("The instance died.");
      const before = alarm;
      db.exec("BEGIN");
      try {
        const result = work();
        if (place.breaks("COMMIT")) throw new Error("The disk cannot write.");
        db.exec("COMMIT");
        return result;
      } catch (error) {
        db.exec("ROLLBACK");
        alarm = before;
        schedule();
        throw error;
      }
    };
    const counting =
      insight && createShardCounting(sql, countingPlatform(insight, isAlive), () => store.health());
    const store = createStore(sql, transact, counting);
    const shard: Shard = createShard(
      {
        store,
        commit: createGroupCommit(store.transact, async () => {
          if (place.sync > 0) await new Promise((resolve) => setTimeout(resolve, place.sync));
        }),
        send: (row) => send(row, number),
        setAlarm: (at) => {
          if (!isAlive()) return;
          alarm = at;
          schedule();
        },
        now: Date.now,
        random,
        counting,
        log: (entry) => {
          if (isAlive()) logs.push(entry);
        },
      },
      rules,
    );
    life = { shard, isAlive };
    shard.wake(alarm);
    return life;
  }

  function countingPlatform({ gather }: GatheringInsight, isAlive: () => boolean) {
    return {
      source: "ledger-0",
      now: Date.now,
      random,
      interval: 60_000,
      logFailure: () => {},
      gather: async (gathering: Gathering) => {
        await new Promise<void>((resolve) => setTimeout(resolve, LATENCY));
        const answer = gather(gathering);
        if (!isAlive()) throw new Error("The instance died.");
        return answer;
      },
    };
  }

  function noteUntraced(shard: Shard): void {
    const { breaks } = place;
    place.breaks = () => false;
    for (const { messageId, channel } of shard.list("sending", 1000, undefined)) {
      const last = requests.filter((one) => one.id === messageId && one.channel === channel).at(-1);
      if (last !== undefined && place.row(messageId)?.state !== "queued") untraced.add(last.number);
    }
    place.breaks = breaks;
  }

  function sqlOf(isAlive: () => boolean): Sql {
    return {
      exec(query, ...bindings) {
        if (!isAlive()) throw new Error("The instance died.");
        if (place.breaks(query)) throw new Error("The disk cannot write.");
        return run(query, ...bindings);
      },
      get databaseSize() {
        return place.bytes ?? place.size();
      },
    };
  }

  function run(query: string, ...bindings: SqlValue[]): ReturnType<Sql["exec"]> {
    if (query.includes("CREATE TABLE")) {
      db.exec(query);
      return { toArray: () => [] };
    }
    const statement = statements.get(query) ?? db.prepare(query);
    statements.set(query, statement);
    const rows = statement.all(...bindings);
    return { toArray: () => rows };
  }

  async function send(row: Row, life: number): Promise<Ended> {
    const { messageId: id, channel, traffic, delivered, occurredAt, attempts } = row;
    const message = { id, channel, traffic, delivered, occurredAt };
    const request = { ...message, number: requests.length, attempts, at: Date.now(), life };
    const { ended, after = LATENCY } = place.vonage({ ...request, endedAt: Number.NaN });
    requests.push({ ...request, endedAt: Date.now() + after });
    return new Promise((resolve) => setTimeout(resolve, after, ended));
  }

  /** Timers cannot be set for more than 24 days. */
  function schedule(): void {
    clearTimeout(timer);
    if (alarm === undefined || isRinging) return;
    timer = setTimeout(ring, Math.min(Math.max(0, alarm - Date.now()), DAY));
  }

  async function ring(): Promise<void> {
    if (alarm === undefined || alarm > Date.now()) return schedule();
    let mine: NonNullable<typeof life>;
    try {
      mine = start();
    } catch {
      // The platform retries.
      alarm = Date.now() + 2 * SECOND;
      return schedule();
    }
    alarm = undefined;
    isRinging = true;
    rings.push(Date.now());
    try {
      await mine.shard.alarm();
    } catch (error) {
      if (mine.isAlive()) alarmFailures.push(error);
    }
    if (!mine.isAlive()) return;
    isRinging = false;
    schedule();
  }
}

/** mulberry32: random numbers that repeat for a seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A stand-in for Insight that accepts counters by their numbers, and can be down or lose an answer or its storage. */
function createGatheringInsight() {
  let entries = new Map<string, { readonly seq: number; readonly counts: Counts }>();
  let upTo = 0;
  const insight = {
    calls: [] as Gathering[],
    mode: "well" as "well" | "down" | "deaf",
    gather(gathering: Gathering): Gathered {
      insight.calls.push(gathering);
      if (insight.mode === "down") throw new Error("Insight is down.");
      const found = upTo;
      for (const { seq, cohort, segment, counts } of gathering.entries) {
        const key = `${cohort} ${segment}`;
        if (seq > (entries.get(key)?.seq ?? 0)) entries.set(key, { seq, counts });
      }
      upTo = Math.max(upTo, gathering.upTo);
      if (insight.mode === "deaf") throw new Error("The answer was lost.");
      return { upTo: found < (gathering.acknowledged ?? 0) ? found : upTo };
    },
    loseStorage(): void {
      entries = new Map();
      upTo = 0;
    },
    /** Its counts by cohort and segment. */
    known: () => Object.fromEntries([...entries].map(([key, { counts }]) => [key, counts])),
  };
  return insight;
}

/** The sums of the rows by cohort and segment. */
function recount(place: World): Record<string, Counts> {
  const cells: Cell[] = place.rows().flatMap((stored) => {
    const row = parseRow({ ...stored });
    return row?.facts ? contributionOf(toCountedMessage(row, row.facts)) : [];
  });
  return toRecord(mergeCells(cells));
}

const toRecord = (cells: readonly Cell[]): Record<string, Counts> =>
  Object.fromEntries(
    cells.map(({ cohort, segment, counts }) => [`${cohort} ${toSegmentKey(segment)}`, counts]),
  );

/** The shard's own counts. */
function counted(place: World): Record<string, Counts> {
  const rows = place.all("SELECT * FROM cohorts") as unknown as Record<
    "cohort" | "segment" | "counts",
    string
  >[];
  const all = rows.map(
    ({ cohort, segment, counts }) => [`${cohort} ${segment}`, JSON.parse(counts)] as const,
  );
  return Object.fromEntries(all.filter(([, counts]) => Object.keys(counts).length > 0));
}

const GB = { country: "GB", network: "23410", price: 3_330_000 };

/** Backdates the first message of a challenge. */
function fromNow(facts: Partial<Facts> | undefined): Partial<Facts> | undefined {
  const { rescueOf } = facts ?? {};
  if (rescueOf === undefined) return facts;
  return { ...facts, rescueOf: { ...rescueOf, sentAt: Date.now() + rescueOf.sentAt } };
}

describe("counting for Insight", () => {
  it("equals a recount of the rows at every step, and reaches Insight within a minute", async () => {
    const insight = createGatheringInsight();
    const place = createWorld(RULES, 1, insight);
    for (const id of ["a", "b", "c", "d"]) {
      await place.track(id, Date.now() + 15 * MINUTE, GB);
      expect(counted(place)).toEqual(recount(place));
    }
    await place.report("a", true);
    await place.pass(5 * SECOND);
    expect(insight.known()).toEqual(counted(place));
    await place.report("b", false);
    await place.receipt("c", "other");
    await place.receipt("c", "delivered", { network: "23415" });
    expect(counted(place)).toEqual(recount(place));
    await place.pass(MINUTE);
    expect(insight.known()).toEqual(counted(place));
    await place.pass(20 * MINUTE);
    await place.report("c", true);
    await place.pass(2 * MINUTE);
    expect(counted(place)).toEqual(recount(place));
    expect(insight.known()).toEqual(counted(place));
    const [all = {}] = Object.values(counted(place));
    expect(all).toMatchObject({ sent: 4, converted: 2, notConverted: 2, priced: 4, price: 4 * 3_330_000 });
    place.end();
  });

  it("equals a recount of the rows after any events, and reaches Insight in the end", async () => {
    const id = fc.nat(4);
    const facts = fc.constantFrom<Partial<Facts> | undefined>(
      undefined,
      GB,
      { country: "DE", first: true },
      { ...GB, rescueOf: { channel: "sms", network: "", sentAt: -MINUTE } },
    );
    const happening = fc.oneof(
      fc.record({ does: fc.constant("track" as const), id, facts, ms: fc.nat(30 * MINUTE) }),
      fc.record({ does: fc.constant("report" as const), id, delivered: fc.boolean(), other: fc.boolean() }),
      fc.record({
        does: fc.constant("receipt" as const),
        id,
        receipt: fc.constantFrom<ReceiptClass>("delivered", "failed", "other"),
        network: fc.constantFrom(undefined, "23415"),
      }),
      fc.record({ does: fc.constant("retry" as const), id }),
      fc.record({ does: fc.constant("pass" as const), ms: fc.oneof(fc.nat(1000), fc.nat(20 * MINUTE)) }),
      fc.record({
        does: fc.constant("vonage" as const),
        code: fc.constantFrom<ConversionErrorCode | null>(null, null, "unavailable", "rejected", "timeout"),
      }),
      fc.record({ does: fc.constant("break" as const), nth: fc.nat(6) }),
      fc.record({
        does: fc.constant("insight" as const),
        mode: fc.constantFrom("well" as const, "down" as const, "deaf" as const, "empty" as const),
      }),
      fc.record({ does: fc.constant("kill" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 30 }), async (all) => {
        const insight = createGatheringInsight();
        const place = createWorld({ ...RULES, keepRecorded: 30 * DAY }, 1, insight);
        place.shard();
        for (const one of all) {
          switch (one.does) {
            case "track":
              await place.track(`m${one.id}`, Date.now() + one.ms, fromNow(one.facts)).catch(() => {});
              break;
            case "receipt":
              await place.receipt(`m${one.id}`, one.receipt, { network: one.network }).catch(() => {});
              break;
            case "insight":
              if (one.mode === "empty") insight.loseStorage();
              else insight.mode = one.mode;
              break;
            case "vonage":
              await happen(place, { ...one, mode: "" });
              break;
            default:
              await happen(place, one);
          }
          expect(counted(place)).toEqual(recount(place));
        }
        place.breaks = () => false;
        place.vonage = () => ({ ended: OK });
        insight.mode = "well";
        await place.pass(3 * HOUR);
        // A source without new counts does not notice that Insight lost its storage.
        await place.track("last", Date.now() + HOUR, GB);
        await place.pass(10 * MINUTE);
        expect(counted(place)).toEqual(recount(place));
        const known = Object.entries(insight.known()).filter(([, counts]) => Object.keys(counts).length > 0);
        expect(Object.fromEntries(known)).toEqual(counted(place));
        place.end();
      }),
      { numRuns: cases(200) },
    );
  });

  it("continues while Insight is down for a day, and catches up within an hour", async () => {
    const insight = createGatheringInsight();
    const place = createWorld(RULES, 1, insight);
    insight.mode = "down";
    for (let hour = 0; hour < 24; hour++) {
      await place.track(`h${hour}`, Date.now() + 15 * MINUTE, GB);
      expect(await place.report(`h${hour}`, hour % 2 === 0)).toMatchObject({ status: "recorded" });
      await place.pass(HOUR);
    }
    expect(insight.known()).toEqual({});
    // Retries become rare.
    expect(insight.calls.length).toBeLessThan(60);
    insight.mode = "well";
    await place.pass(2 * HOUR);
    expect(Object.keys(counted(place))).toHaveLength(24);
    expect(insight.known()).toEqual(counted(place));
    place.end();
  });

  it("keeps five hundred segments a day, and counts the others as unknown", async () => {
    const insight = createGatheringInsight();
    const place = createWorld(RULES, 1, insight);
    for (let index = 0; index < 520; index++) {
      await place.track(`s${index}`, Date.now() + DAY, { country: "GB", network: String(10_000 + index) });
    }
    await place.report("s519", true);
    const all = counted(place);
    expect(Object.keys(all)).toHaveLength(501);
    const other = Object.entries(all).find(([key]) => key.endsWith("/ZZ/"));
    expect(other?.[1]).toMatchObject({ sent: 20, other: 20, converted: 1 });
    place.end();
  });

  it("writes nothing and knows no facts without Insight", async () => {
    await world.track("a", Date.now() + MINUTE, GB);
    await world.report("b", true);
    await world.pass(HOUR);
    expect(world.all("SELECT * FROM cohorts")).toEqual([]);
    expect(world.rows().map(({ facts }) => facts)).toEqual([null, null]);
  });
});
