// The work of the Insight object with a clock that is turned: rules, alarms, webhooks and forgetting.

import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { InsightLogEntry } from "../../../../adapters/cloudflare/insight/insight-log.ts";
import { createInsightKeeper } from "../../../../adapters/cloudflare/insight/keeper.ts";
import type { GatheredEntry } from "../../../../adapters/cloudflare/insight/rpc.ts";
import type { RuleSettings } from "../../../../adapters/cloudflare/insight/run-rules.ts";
import { sendWebhook } from "../../../../adapters/cloudflare/insight/send-webhook.ts";
import type { Alarm } from "../../../../src/insight/answer.ts";
import { COHORT_MS, toCohort } from "../../../../src/insight/cohort.ts";
import type { Counts } from "../../../../src/insight/counts.ts";
import { openInsightStore } from "../../../support/insight-store.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START = Date.parse("2026-11-02T00:00:00Z");
const GB = "2fa/sms/GB/23410";
const SECRET = `whsec_${btoa("a secret of exactly 32 bytes ...")}`;
const URL_OF_HOOK = "https://hooks.acme.com/alarms?team=7";

afterEach(() => {
  vi.useRealTimers();
});

interface Received {
  readonly at: number;
  readonly id: string;
  readonly type: string;
  readonly data: Alarm;
}

interface Options extends Partial<RuleSettings> {
  readonly webhook?: boolean;
  readonly maxBytes?: number;
  /** The receiver's answer to its n-th request. */
  readonly answer?: (request: number) => Response | Promise<Response>;
}

/** The object without its platform; `pass` lets time go by, and alarms ring. */
function start({ webhook = true, maxBytes = 1e9, answer = () => new Response(), ...settings }: Options = {}) {
  let now = START;
  let due: number | undefined;
  let requests = 0;
  const { store, memory } = openInsightStore();
  const log: InsightLogEntry[] = [];
  const received: Received[] = [];
  const asked: number[] = [];
  const receive: typeof fetch = async (url, init) => {
    asked.push(now);
    expect(String(url)).toBe(URL_OF_HOOK);
    expect(init).toMatchObject({ method: "POST", redirect: "manual" });
    const response = await answer(requests++);
    if (!response.ok) return response;
    const headers = Object.fromEntries(new Headers(init?.headers));
    vi.useFakeTimers({ now, toFake: ["Date"] });
    expect(new Webhook(SECRET).verify(String(init?.body), headers)).toBeTypeOf("object");
    vi.useRealTimers();
    const { type, data } = JSON.parse(String(init?.body));
    received.push({ at: now, id: headers["webhook-id"] ?? "", type, data });
    return response;
  };
  const target = { url: URL_OF_HOOK, secrets: [SECRET] };
  const keeper = createInsightKeeper(
    {
      store,
      setAlarm: (at) => {
        due = at;
      },
      now: () => now,
      maxBytes,
      random: () => 0.5,
      log: (entry) => log.push(entry),
      send: webhook ? (one) => sendWebhook(target, one, { fetch: receive, now: () => now }) : undefined,
    },
    { pause: "off", pauseNever: [], interval: 300, dailySpend: undefined, ...settings },
  );
  keeper.wake(undefined);
  const held = new Map<string, GatheredEntry>();
  let seq = 0;
  return {
    keeper,
    store,
    memory,
    log,
    received,
    asked,
    at: () => now,
    nextAlarm: () => due,

    async pass(milliseconds: number): Promise<void> {
      const end = now + milliseconds;
      while (due !== undefined && due <= end) {
        now = Math.max(now, due);
        due = undefined;
        await keeper.alarm();
      }
      now = end;
    },

    /** Time goes by, and alarms are late. */
    sleep(milliseconds: number): void {
      now += milliseconds;
    },

    /** Adds to what the source counts of the present cohort, and sends it. */
    count(segment: string, counts: Counts, cohort = toCohort(now)): void {
      const key = `${cohort} ${segment}`;
      const before = held.get(key)?.counts ?? {};
      const sum = { ...before };
      for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
      const entry = { seq: ++seq, cohort, segment, counts: sum };
      held.set(key, entry);
      keeper.gather({ source: "ledger-0", upTo: seq, entries: [entry] });
    },
  };
}

const EVERY_MS = 6 * HOUR_MS;
const MESSAGES = 100;

/** Days on which nine of ten users come back. */
async function liveNormally(object: ReturnType<typeof start>, days = 4): Promise<void> {
  for (const end = object.at() + days * DAY_MS; object.at() < end; ) {
    object.count(GB, {
      sent: MESSAGES,
      converted: 90,
      notConverted: 10,
      "receipt.delivered.converted": 90,
      "receipt.delivered.notConverted": 10,
    });
    await object.pass(EVERY_MS);
  }
}

/** An hour in which no user comes back, although many messages are sent. */
async function pump(object: ReturnType<typeof start>, messages = 1200): Promise<void> {
  for (let part = 0; part < 6; part++) {
    const each = Math.round(messages / 6);
    object.count(GB, { sent: each, notConverted: each, "receipt.delivered.notConverted": each });
    await object.pass(10 * MINUTE_MS);
  }
}

const raised = ({ log }: ReturnType<typeof start>) =>
  log.flatMap((entry) => (entry.event === "alarm" && entry.rule === "pumping" ? [entry] : []));

describe("an alarm", () => {
  it("is raised by traffic, logged once, listed with cause and next step, and sent to the webhook", async () => {
    const object = start({ interval: 60 });
    await liveNormally(object);
    expect(raised(object)).toEqual([]);
    await pump(object);
    const [alarm] = raised(object);
    const runbook = "docs/runbook.md#alarm-pumping";
    expect(alarm).toMatchObject({ level: "error", rule: "pumping", cause: "pumping", runbook });
    expect(alarm?.summary.length).toBeGreaterThan(20);
    const listed = object.keeper.alarms({ state: "open", since: 0 });
    expect(listed.map(({ id }) => id)).toContain(alarm?.id);
    expect(new Set(raised(object).map(({ id }) => id)).size).toBe(raised(object).length);
    const sent = object.received.filter(({ data }) => data.id === alarm?.id);
    expect(sent).toMatchObject([
      { id: `${alarm?.id}:raised`, type: "insight.alarm.raised", data: { runbook } },
    ]);
    expect(object.keeper.metrics().alarms.map(({ id }) => id)).toContain(alarm?.id);
  });

  it("ends by itself, and that is logged, listed and sent as well", async () => {
    const object = start();
    await liveNormally(object);
    await pump(object);
    const [alarm] = raised(object);
    await liveNormally(object, 3);
    expect(object.log).toContainEqual(expect.objectContaining({ event: "alarm-ended", id: alarm?.id }));
    const all = object.keeper.alarms({ state: "all", since: 0 });
    expect(all.find(({ id }) => id === alarm?.id)?.endedAt).toEqual(expect.any(String));
    expect(object.keeper.alarms({ state: "open", since: 0 }).map(({ id }) => id)).not.toContain(alarm?.id);
    const types = object.received.filter(({ data }) => data.id === alarm?.id).map(({ type }) => type);
    expect([types.at(0), types.at(-1)]).toEqual(["insight.alarm.raised", "insight.alarm.ended"]);
  });

  it("shows in the groups that it concerns", async () => {
    const object = start();
    await liveNormally(object);
    await pump(object);
    const now = object.at();
    const { groups } = object.keeper.query({
      from: now - 6 * HOUR_MS,
      to: now,
      by: ["country", "network"],
      filter: {},
    });
    expect(groups[0]?.alarms).toContain(raised(object)[0]?.id);
  });

  it("is found by an object that was restarted in between, by what it has stored", async () => {
    const object = start();
    await liveNormally(object);
    const again = createInsightKeeper(
      {
        store: object.store,
        setAlarm: () => {},
        maxBytes: 1e9,
        now: object.at,
        random: Math.random,
        log: (entry) => object.log.push(entry),
        send: undefined,
      },
      { pause: "off", pauseNever: [], interval: 60, dailySpend: undefined },
    );
    again.wake(undefined);
    await pump(object);
    await again.alarm();
    expect(new Set(raised(object).map(({ id }) => id)).size).toBe(raised(object).length);
    expect(raised(object).length).toBeGreaterThan(0);
  });
});

describe("the pause", () => {
  it("is not decided unless it is turned on", async () => {
    const object = start();
    await liveNormally(object);
    await pump(object);
    expect(object.keeper.pauses()).toEqual({});
  });

  it("comes with the answer to the sources, and shows with the alarm until it ends", async () => {
    const object = start({ pause: "pumping" });
    await liveNormally(object);
    await pump(object);
    const pauses = Object.values(object.keeper.pauses());
    expect(pauses).toHaveLength(1);
    expect(pauses[0]?.segment).toMatchObject({ country: "GB" });
    const { pauses: told } = object.keeper.gather({ source: "challenges-0", upTo: 0, entries: [] });
    expect(Object.values(told ?? {})).toEqual(pauses);
    const paused = object.keeper.alarms({ state: "open", since: 0 }).filter((one) => one.paused !== null);
    expect(paused[0]?.paused?.until).toBe(new Date(pauses[0]?.until ?? 0).toISOString());
  });

  it("spares what the operator excepts", async () => {
    const object = start({ pause: "pumping", pauseNever: ["GB"] });
    await liveNormally(object);
    await pump(object);
    expect(raised(object).length).toBeGreaterThan(0);
    expect(object.keeper.pauses()).toEqual({});
  });
});

describe("the webhook", () => {
  it("is tried again with growing delays, the first alarm first, and each is delivered under one id", async () => {
    const object = start({ answer: (request) => new Response(null, { status: request < 6 ? 503 : 200 }) });
    await liveNormally(object);
    await pump(object);
    await object.pass(HOUR_MS);
    const delays = object.asked.slice(1, 7).map((at, index) => at - (object.asked[index] ?? 0));
    for (const [index, delay] of delays.entries()) {
      expect(delay).toBeGreaterThanOrEqual(5000 * 2 ** index * 0.5);
    }
    expect(new Set(object.received.map(({ id }) => id)).size).toBe(object.received.length);
    expect(object.received.length).toBeGreaterThan(0);
    expect(object.memory.all("SELECT 1 FROM webhooks")).toEqual([]);
  });

  it("waits as long as the receiver asks for", async () => {
    const headers = { "retry-after": "1800" };
    const object = start({
      answer: (request) => (request === 0 ? new Response(null, { status: 429, headers }) : new Response()),
    });
    await liveNormally(object);
    await pump(object);
    await object.pass(2 * HOUR_MS);
    expect((object.asked[1] ?? 0) - (object.asked[0] ?? 0)).toBeGreaterThanOrEqual(1_800_000);
  });

  it("is given up after a day, with a line in the log", async () => {
    const object = start({ answer: () => new Response(null, { status: 500 }) });
    await liveNormally(object);
    await pump(object);
    await object.pass(3 * DAY_MS);
    const lost = object.log.filter(({ event }) => event === "webhook-lost");
    expect(lost.length).toBeGreaterThan(0);
    expect(JSON.stringify(lost)).toMatch(/given up after a day: status 500/);
    expect(object.memory.all("SELECT 1 FROM webhooks")).toEqual([]);
    // Some 30 attempts in a day.
    expect(object.asked.length).toBeLessThan(120);
    expect(JSON.stringify(object.log)).not.toContain("hooks.acme.com");
  });

  it.each([
    [
      "a redirect, which is not followed",
      () => new Response(null, { status: 302, headers: { location: "https://10.0.0.1/" } }),
    ],
    ["a broken connection", () => Promise.reject(new TypeError(`fetch failed: ${URL_OF_HOOK}`))],
  ])("is tried again after %s", async (_, fault) => {
    const object = start({ answer: (request) => (request === 0 ? fault() : new Response()) });
    await liveNormally(object);
    await pump(object);
    await object.pass(HOUR_MS);
    expect(object.received.length).toBeGreaterThan(0);
  });

  it("that answers 410 gets this alarm no more", async () => {
    const object = start({ answer: () => new Response(null, { status: 410 }) });
    await liveNormally(object);
    await pump(object);
    await object.pass(MINUTE_MS);
    expect(object.asked.length).toBe(
      new Set(object.log.filter((one) => one.event === "webhook-lost").map((one) => JSON.stringify(one)))
        .size,
    );
    expect(object.memory.all("SELECT 1 FROM webhooks")).toEqual([]);
  });

  it("that was taken out of the settings gets nothing, and what waited is dropped", async () => {
    const object = start({ answer: () => new Response(null, { status: 500 }) });
    await liveNormally(object);
    await pump(object);
    expect(object.memory.all("SELECT 1 FROM webhooks").length).toBeGreaterThan(0);
    const without = createInsightKeeper(
      {
        store: object.store,
        setAlarm: () => {},
        maxBytes: 1e9,
        now: () => object.at() + HOUR_MS,
        random: () => 0.5,
        log: (one) => object.log.push(one),
        send: undefined,
      },
      { pause: "off", pauseNever: [], interval: 60, dailySpend: undefined },
    );
    await without.alarm();
    expect(object.memory.all("SELECT 1 FROM webhooks")).toEqual([]);
  });
});

describe("waking up", () => {
  it("happens every minute while messages come, rarely when they stop, and ends with the last row", async () => {
    const object = start({ interval: 60 });
    object.count(GB, { sent: 1, converted: 1 });
    await object.pass(10 * MINUTE_MS);
    expect((object.nextAlarm() ?? 0) - object.at()).toBeLessThanOrEqual(MINUTE_MS);
    await object.pass(2 * HOUR_MS);
    expect((object.nextAlarm() ?? 0) - object.at()).toBeGreaterThan(MINUTE_MS);
    await object.pass(5 * DAY_MS);
    expect((object.nextAlarm() ?? 0) - object.at()).toBeLessThanOrEqual(HOUR_MS);
    object.sleep(735 * DAY_MS);
    await object.pass(HOUR_MS);
    expect(object.nextAlarm()).toBeUndefined();
    expect(object.memory.all("SELECT 1 FROM five_minutes UNION ALL SELECT 1 FROM days")).toEqual([]);
  });

  it("survives an unreadable state, and goes on with a new one", async () => {
    const object = start();
    object.count(GB, { sent: 1 });
    await object.pass(5 * MINUTE_MS);
    object.memory.sql.exec("UPDATE singles SET value = 'x' WHERE name = 'rules'");
    object.count(GB, { sent: 1 });
    await object.pass(5 * MINUTE_MS);
    expect(object.keeper.listSetAside(5, undefined)).toMatchObject([{ source: "singles", key: "rules 0" }]);
    expect(object.keeper.countSetAside()).toBe(1);
    expect(object.log.filter(({ event }) => event === "failed")).toEqual([]);
  });

  it("goes on where a part of it fails, without a pause that is too short", async () => {
    const object = start();
    object.count(GB, { sent: 1 });
    object.memory.sql.exec("DROP TABLE webhooks");
    await object.pass(MINUTE_MS);
    expect(object.log).toContainEqual(
      expect.objectContaining({
        event: "failed",
        hint: expect.stringMatching(/^alarms could not be sent.*: Error$/),
      }),
    );
    expect((object.nextAlarm() ?? 0) - object.at()).toBeGreaterThan(1000);
    expect(object.store.singles.read("evaluated")).toBeDefined();
  });
});

it("an object that is full takes nothing, and still answers", () => {
  const object = start({ maxBytes: 1000 });
  expect(() => object.count(GB, { sent: 1 })).toThrow(/full \(LEDGER_MAX_MB\)/);
  expect(object.keeper.alarms({ state: "all", since: 0 })).toEqual([]);
});

describe("a question", () => {
  it("is answered from the finest buckets that are kept", async () => {
    const object = start();
    await liveNormally(object, 4);
    const now = object.at();
    const ask = (from: number, to: number) => object.keeper.query({ from, to, by: ["country"], filter: {} });
    const recent = ask(now - EVERY_MS, now);
    expect([recent.step, recent.total.sent, recent.series.length]).toEqual([300, 100, 1]);
    const old = ask(now - 80 * HOUR_MS - 1234, now - 76 * HOUR_MS);
    expect([old.step, old.total.sent]).toEqual([3600, 100]);
    expect(old.from).toBe(new Date(now - 81 * HOUR_MS).toISOString());
    const all = ask(START, now);
    expect([all.step, all.total.sent]).toEqual([3600, 1600]);
    const edges = ask(START + 5 * HOUR_MS, START + 5 * HOUR_MS + 8 * DAY_MS);
    expect([edges.step, edges.total.sent]).toEqual([86_400, 1500]);
    const inner = ask(START + 6 * HOUR_MS, START + 6 * HOUR_MS + COHORT_MS);
    expect(inner.total.sent).toBe(100);
    const before = ask(START + 5 * HOUR_MS, START + 6 * HOUR_MS);
    expect(before.total.sent).toBe(0);
  });
});
