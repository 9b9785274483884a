// The operator's view of the ledger and the operator's actions, over HTTP.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { mintReportToken } from "../../../src/token/index.ts";
import { eventually } from "../../support/eventually.ts";
import { ADMIN_KEY, PROXY_KEY, TOKEN_SECRET } from "../../support/local-stack.ts";
import { type LedgerStack, startLedgerStack } from "./ledger-stack.ts";
import {
  AS_JSON,
  BY_ADMIN,
  BY_ALERTS,
  BY_SHOP,
  basic,
  bearer,
  callsOf,
  type LedgerWorker,
  type Parameters,
  problemOf,
  startLedgerWorker,
} from "./ledger-worker.ts";
import { createGate, type ScriptedVonage } from "./scripted-vonage.ts";

const SHARDS = 7;
const WHEN = "2026-03-04 05:06:07";
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const idsOf = (name: string, count: number) => numbers(count).map((index) => `${name}-${index}`);

/** The content of the ledger before the tests, by state. */
const FILLED = {
  tracking: idsOf("tracked", 9),
  sending: idsOf("slow", 3),
  // Of the other traffic, which Vonage has told to wait for longer than the tests take.
  queued: idsOf("throttled", 11),
  recorded: idsOf("fine", 15),
  dead: idsOf("refused", 25),
} as const;
const ALL = Object.values(FILLED).flat().length;

let stack: LedgerStack;
let vonage: ScriptedVonage;
let worker: LedgerWorker;
let calls: LedgerStack["calls"];
const gate = createGate();
const began = Date.now();
beforeAll(async () => {
  stack = await startLedgerStack({
    LEDGER_SHARDS: String(SHARDS),
    LEDGER_RETENTION_HOURS: "30",
    REPORT_BUDGET_MS: "300",
    UPSTREAM_TIMEOUT_MS: "30000",
  });
  ({ vonage, worker, calls } = stack);
  const asAlerts = { ...BY_ALERTS, ...AS_JSON };
  for (const messageId of FILLED.tracking) await calls.track({ messageId, expiresIn: "600" });
  for (const id of FILLED.recorded) await calls.report(id, true, { channel: "voice", timestamp: WHEN });
  for (const id of FILLED.dead) {
    vonage.script(id, { status: 422 });
    await calls.report(id, false, { timestamp: WHEN });
  }
  for (const id of FILLED.queued) {
    vonage.script(id, { status: 429, headers: { "retry-after": "600" } });
    await calls.report(id, true, { headers: asAlerts, timestamp: WHEN });
  }
  for (const id of FILLED.sending) vonage.script(id, { answerAfter: gate.opened });
  await Promise.all(FILLED.sending.map((id) => calls.report(id, true, { timestamp: WHEN })));
});
afterAll(async () => {
  gate.open();
  await stack.stop();
});

const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const occurredAt = "2026-03-04T05:06:07.000Z";
const hoursFromNow = (time: string) => (Date.parse(time) - Date.now()) / 3_600_000;

describe("GET /reports", () => {
  describe.each(Object.entries(FILLED))("of state %s", (state, ids) => {
    it.each([1, 7, 500])("shows every report exactly once, %i at a time", async (limit) => {
      const pages = await calls.list(state, limit);
      expect(
        pages
          .flat()
          .map(({ messageId }) => messageId)
          .sort(),
      ).toEqual([...ids].sort());
      // Full pages, as many as it takes, and none that is empty.
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
      expect(pages).toHaveLength(Math.ceil(ids.length / limit));
    });
  });

  it("shows 100 at a time by default, and an empty page for a state without reports", async () => {
    expect((await calls.look("/reports?state=dead")).body.reports).toHaveLength(25);
    const { status, headers, body } = await calls.look("/reports?state=unreadable");
    expect([status, body]).toEqual([200, { reports: [] }]);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it.each([
    [
      "tracking",
      { channel: "sms", traffic: "2fa", delivered: null, occurredAt: null, attempts: 0, reason: null },
    ],
    ["sending", { channel: "sms", traffic: "2fa", delivered: true, occurredAt, attempts: 1, reason: null }],
    [
      "recorded",
      { channel: "voice", traffic: "2fa", delivered: true, occurredAt, attempts: 1, reason: null },
    ],
    [
      "dead",
      {
        channel: "sms",
        traffic: "2fa",
        delivered: false,
        occurredAt,
        attempts: 1,
        reason: "rejected",
        vonageStatus: 422,
        diedAt: isoTime,
      },
    ],
  ])("tells of each %s one all there is to know", async (state, expected) => {
    for (const one of (await calls.list(state)).flat()) {
      expect(one).toEqual({
        ...expected,
        state,
        messageId: expect.any(String),
        nextAt: isoTime,
        since: isoTime,
      });
      expect(Date.parse(one.since)).toBeGreaterThanOrEqual(began);
      expect(Date.parse(one.since)).toBeLessThanOrEqual(Date.now());
    }
  });

  it("gives the reason and the end of each wait", async () => {
    const waiting = (await calls.list("queued")).flat();
    const tried = waiting.filter(({ attempts }) => attempts === 1);
    const held = waiting.filter(({ attempts }) => attempts === 0);
    // The first of each shard was told to wait, and the others waited with it.
    expect(new Set(tried.map(({ reason }) => reason))).toEqual(new Set(["rate_limited"]));
    expect(tried.every(({ nextAt }) => Math.abs(hoursFromNow(nextAt) - 1 / 6) < 0.02)).toBe(true);
    expect(new Set(held.map(({ reason }) => reason))).toEqual(new Set([null]));
    expect(tried.length + held.length).toBe(FILLED.queued.length);
    for (const id of FILLED.queued) expect(vonage.attempts(id).length).toBeLessThanOrEqual(1);
  });

  it("tells how long a tracked message waits, and how long settled ones are kept", async () => {
    const hours = async (state: string) =>
      (await calls.list(state)).flat().map(({ nextAt }) => hoursFromNow(nextAt));
    for (const left of await hours("tracking")) expect(left).toBeCloseTo(600 / 3600, 1);
    for (const left of await hours("recorded")) expect(left).toBeCloseTo(30, 1);
    for (const left of await hours("dead")) expect(left).toBeCloseTo(30 * 24, 1);
  });

  const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
  it.each<[string, string, string[]]>([
    ["no state", "", ["state"]],
    ["an unknown state", "?state=lost", ["state"]],
    ["a state in capitals", "?state=DEAD", ["state"]],
    ["limit 0", "?state=dead&limit=0", ["limit"]],
    ["limit 501", "?state=dead&limit=501", ["limit"]],
    ["limit -1", "?state=dead&limit=-1", ["limit"]],
    ["limit 1.5", "?state=dead&limit=1.5", ["limit"]],
    ["limit x", "?state=dead&limit=x", ["limit"]],
    ["an empty limit", "?state=dead&limit=", ["limit"]],
    ["an unknown parameter", "?state=dead&channel=sms", ["channel"]],
    ["a parameter that authenticates other callers", "?state=dead&api_key=shop", ["api_key"]],
    ["a state twice", "?state=dead&state=queued", ["state"]],
    ["everything at once", "?state=x&limit=x&<b>=1", ["(unprintable)", "limit", "state"]],
    ["an empty cursor", "?state=dead&cursor=", ["cursor"]],
    ["a cursor of words", "?state=dead&cursor=first", ["cursor"]],
    ["a cursor that is no base64", "?state=dead&cursor=%C3%A4%C3%B6", ["cursor"]],
    ["a cursor of an unknown shard", `?state=dead&cursor=${cursorOf(7, "2fa", 1, "sms", "a")}`, ["cursor"]],
    ["a cursor of a negative shard", `?state=dead&cursor=${cursorOf(-1, "2fa", 1, "sms", "a")}`, ["cursor"]],
    ["a cursor of half a shard", `?state=dead&cursor=${cursorOf(0.5, "2fa", 1, "sms", "a")}`, ["cursor"]],
    ["a cursor without a position", `?state=dead&cursor=${cursorOf(0)}`, ["cursor"]],
    ["a cursor of other types", `?state=dead&cursor=${cursorOf(0, 1, "2fa", null, {})}`, ["cursor"]],
    ["a cursor that is no list", `?state=dead&cursor=${Buffer.from("5").toString("base64url")}`, ["cursor"]],
    [
      "a cursor that is nothing",
      `?state=dead&cursor=${Buffer.from("null").toString("base64url")}`,
      ["cursor"],
    ],
  ])("%s is refused, by name", async (_, query, names) => {
    const answered = await calls.look(`/reports${query}`);
    expect([answered.status, problemOf(answered)]).toEqual([400, "invalid-parameters"]);
    const told = answered.body.errors.map(({ parameter }: { parameter: string }) => parameter);
    expect(told.sort()).toEqual(names);
    expect(answered.text).not.toContain("<b>");
  });
});

describe("GET /stats", () => {
  it("sums up all shards by state, traffic and channel", async () => {
    const { status, body } = await calls.look("/stats");
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(["counts", "gates", "oldestWaiting", "reports", "shards"]);
    expect(body.shards).toBe(SHARDS);
    const expected = Object.fromEntries(Object.entries(FILLED).map(([state, ids]) => [state, ids.length]));
    expect(body.reports).toEqual({ ...expected, unreadable: 0 });
    const counts = body.counts as { state: string; reports: number; attempts: number }[];
    expect(counts.reduce((sum, { reports }) => sum + reports, 0)).toBe(ALL);
    const tried = FILLED.queued.filter((id) => vonage.attempts(id).length > 0).length;
    expect(counts).toEqual(
      expect.arrayContaining([
        { traffic: "2fa", channel: "sms", state: "dead", reports: 25, attempts: 25 },
        { traffic: "2fa", channel: "voice", state: "recorded", reports: 15, attempts: 15 },
        { traffic: "2fa", channel: "sms", state: "sending", reports: 3, attempts: 3 },
        { traffic: "2fa", channel: "sms", state: "tracking", reports: 9, attempts: 0 },
        { traffic: "other", channel: "sms", state: "queued", reports: 11, attempts: tried },
      ]),
    );
    expect(counts).toHaveLength(5);
  });

  it("gives the age of the oldest waiting report, without tracked and settled ones", async () => {
    const { body } = await calls.look("/stats");
    const waiting = [...(await calls.list("queued")).flat(), ...(await calls.list("sending")).flat()];
    expect(body.oldestWaiting).toBe(waiting.map(({ since }) => since).sort()[0]);
  });

  it("tells which keys of which shards are held back, and why", async () => {
    const { gates } = (await calls.look("/stats")).body;
    const tried = FILLED.queued.filter((id) => vonage.attempts(id).length > 0);
    expect(gates).toHaveLength(tried.length);
    expect(new Set(gates.map(({ shard }: { shard: number }) => shard)).size).toBe(tried.length);
    for (const one of gates) {
      expect(one).toEqual({
        shard: expect.any(Number),
        traffic: "other",
        cause: "throttled",
        since: isoTime,
        nextProbeAt: null,
        perSecond: 5,
      });
    }
  });
});

describe("POST /reports/{channel}/{messageId}/retry", () => {
  const arrived = (id: string) => eventually(() => expect(vonage.reports(id)).toHaveLength(1));

  it.each([
    "again",
    "a/b",
    "a/../b",
    "a b+c",
    "100%",
    "%2F",
    "%",
    "a?b=c&d#e",
    "ключ-鍵-🔑-é",
    "retry",
    "'\"<>\\;:@,$!*()[]",
  ])("a dead report is sent again, with any id: %s", async (id) => {
    vonage.script(id, { status: 423 });
    expect((await calls.report(id, true, { channel: "voice", timestamp: WHEN })).status).toBe(422);
    expect(problemOf(await calls.retry("sms", id))).toBe("not-found");
    const { status, body } = await calls.retry("voice", id);
    expect([status, body]).toEqual([202, { status: "accepted" }]);
    await arrived(id);
    expect(vonage.reports(id)).toMatchObject([{ channel: "voice", delivered: true, timestamp: WHEN }]);
    expect(vonage.attempts(id)).toHaveLength(2);
    await eventually(async () => expect(problemOf(await calls.retry("voice", id))).toBe("nothing-to-retry"));
  });

  it.each([
    ["an unknown message", "sms", "unknown"],
    ["the id of another channel", "voice", FILLED.tracking[0] ?? ""],
    ["an unknown channel", "fax", FILLED.recorded[0] ?? ""],
    ["an id that there cannot be", "sms", "x".repeat(129)],
    ["an id with a line break", "sms", "a\nb"],
  ])("%s: 404", async (_, channel, id) => {
    const answered = await calls.retry(channel, id);
    expect([answered.status, problemOf(answered)]).toEqual([404, "not-found"]);
  });

  it("a path that is not UTF-8: 404", async () => {
    for (const path of ["/reports/sms/%FF/retry", "/reports/sms/%E0%A4%A/retry"]) {
      const answered = await calls.call(path, { method: "POST", headers: BY_ADMIN });
      expect([answered.status, problemOf(answered)]).toEqual([404, "not-found"]);
    }
  });

  it("a path without an id is that of the message “retry”, which can only be read: 405", async () => {
    const answered = await calls.call("/reports/sms//retry", { method: "POST", headers: BY_ADMIN });
    expect([answered.status, problemOf(answered)]).toEqual([405, "method-not-allowed"]);
  });

  it.each([
    ["a tracked message", "sms", FILLED.tracking[0] ?? ""],
    ["a recorded report", "voice", FILLED.recorded[0] ?? ""],
  ])("%s: 409, and nothing is sent", async (_, channel, id) => {
    const before = vonage.attempts(id).length;
    const answered = await calls.retry(channel, id);
    expect([answered.status, problemOf(answered)]).toEqual([409, "nothing-to-retry"]);
    expect(vonage.attempts(id)).toHaveLength(before);
  });

  it("a report that is on its way: 202, and it is not sent twice", async () => {
    const [id = ""] = FILLED.sending;
    expect((await calls.retry("sms", id)).status).toBe(202);
    expect(vonage.attempts(id)).toHaveLength(1);
  });

  it("a report that waits for its key: 202, and a probe goes at once", async () => {
    vonage.script("parked", { status: 402 });
    expect((await calls.report("parked", true, { timestamp: WHEN })).status).toBe(202);
    const asked = Date.now();
    expect((await calls.retry("sms", "parked")).status).toBe(202);
    await arrived("parked");
    // By itself it would not have been tried for 2.5 to 5 seconds.
    expect(Date.now() - asked).toBeLessThan(2400);
  });

  it("a retry by GET is refused", async () => {
    const answered = await calls.look("/reports/sms/again/retry");
    expect([answered.status, answered.headers.get("allow")]).toEqual([405, "POST"]);
  });
});

describe("POST /doctor", () => {
  const diagnose = (of: ReturnType<typeof callsOf> = calls) =>
    of.call("/doctor", { method: "POST", headers: BY_ADMIN });

  it("says that Vonage takes both keys", async () => {
    const { status, body } = await diagnose();
    expect(status).toBe(200);
    const accepted = { verdict: "accepted", reason: null };
    expect(body).toEqual({ ledger: true, keys: { "2fa": accepted, other: accepted } });
  });

  it("has reports that wait for a key sent at once, when Vonage takes it", async () => {
    vonage.script("waits", { status: 401 });
    expect((await calls.report("waits", true, { timestamp: WHEN })).status).toBe(202);
    const asked = Date.now();
    expect((await diagnose()).body.keys["2fa"].verdict).toBe("accepted");
    await eventually(() => expect(vonage.reports("waits")).toHaveLength(1));
    // By itself it would not have been tried for 2.5 to 5 seconds.
    expect(Date.now() - asked).toBeLessThan(2400);
  });

  it.each<[string, Parameters, object]>([
    [
      "a wrong secret, and an account that is not enabled",
      {
        VONAGE_2FA_API_SECRET: "wrong",
        VONAGE_OTHER_API_KEY: SANDBOX_CREDENTIALS.notEnabled.apiKey,
        VONAGE_OTHER_API_SECRET: SANDBOX_CREDENTIALS.notEnabled.apiSecret,
      },
      {
        "2fa": { verdict: "unauthorized", reason: null },
        other: { verdict: "not_enabled", reason: null },
      },
    ],
    [
      "a single key, and no server at the address of Vonage",
      {
        VONAGE_OTHER_API_KEY: "",
        VONAGE_OTHER_API_SECRET: "",
        PROXY_KEYS_OTHER: "",
        VONAGE_BASE_URL: "http://127.0.0.1:9",
      },
      { "2fa": { verdict: "unknown", reason: "network" } },
    ],
  ])("tells %s", async (_, bindings, keys) => {
    const other = await startLedgerWorker(vonage.url, bindings);
    const { status, body } = await diagnose(callsOf(other));
    const { reports } = (await callsOf(other).look("/stats")).body;
    await other.stop();
    expect([status, body]).toEqual([200, { ledger: true, keys }]);
    expect(Object.values(reports).every((count) => count === 0)).toBe(true);
  });

  it.each<[Parameters, object, string]>([
    [{}, { verdict: "rejected", reason: null, status: 422, via: "basic" }, "dead"],
    [{ VONAGE_OTHER_VIA: "basic-query" }, { verdict: "accepted", reason: null }, "recorded"],
  ])("with %j says of an account that reads the query only: %j", async (bindings, verdict, state) => {
    const insist = (queryOnly: boolean) =>
      fetch(`${vonage.url}/sandbox/accounts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ apiKey: SANDBOX_CREDENTIALS.other.apiKey, enabled: true, queryOnly }),
      });
    await insist(true);
    const worker = await startLedgerWorker(vonage.url, bindings);
    const { look, report } = callsOf(worker);
    const { body } = await diagnose(callsOf(worker));
    await report("query only", true, { headers: BY_ALERTS });
    // The end of a request is stored a few milliseconds after its answer, together with others.
    await eventually(async () => {
      const { reports } = (await look(`/reports?state=${state}`)).body;
      expect(reports).toMatchObject([{ messageId: "query only", traffic: "other", state }]);
    });
    await Promise.all([worker.stop(), insist(false)]);
    expect(body.keys).toEqual({ "2fa": { verdict: "accepted", reason: null }, other: verdict });
  });

  it("leaves nothing in the ledger", async () => {
    const { reports } = (await calls.look("/stats")).body;
    expect([reports.tracking, reports.dead]).toEqual([FILLED.tracking.length, FILLED.dead.length]);
  });
});

describe("an admin key", () => {
  const routes = [
    ["GET", "/reports?state=dead"],
    ["GET", "/stats"],
    ["POST", "/doctor"],
    ["POST", `/reports/sms/${FILLED.dead[0]}/retry`],
  ] as const;

  it.each<[string, () => Parameters | Promise<Parameters>]>([
    ["nobody", () => ({})],
    ["a key with a letter too many", () => bearer(`${ADMIN_KEY.key}x`)],
    ["a proxy key", () => BY_SHOP],
    ["the admin key as Basic", () => basic(ADMIN_KEY.name, ADMIN_KEY.key)],
    ["a report token", async () => bearer(await mintReportToken({ messageId: "a", channel: "sms" }, MINT))],
  ])("is what %s has not", async (_, credentials) => {
    const before = vonage.attempts(FILLED.dead[0] ?? "").length;
    for (const [method, path] of routes) {
      const answered = await calls.call(path, { method, headers: await credentials() });
      expect([answered.status, problemOf(answered)]).toEqual([401, "unauthenticated"]);
      expect(answered.headers.get("www-authenticate")).toBe('Bearer realm="vonage-conversion"');
      expect(answered.body.detail).toBe("Send an admin key as Bearer.");
    }
    expect(vonage.attempts(FILLED.dead[0] ?? "")).toHaveLength(before);
  });
  const MINT = { secret: TOKEN_SECRET };

  it("reports nothing and tracks nothing", async () => {
    for (const headers of [BY_ADMIN, basic(ADMIN_KEY.name, ADMIN_KEY.key)]) {
      expect(problemOf(await calls.report("by-admin", true, { headers }))).toBe("unauthenticated");
      expect(problemOf(await calls.track({ messageId: "by-admin" }, headers))).toBe("unauthenticated");
    }
    expect(vonage.attempts("by-admin")).toEqual([]);
    expect(problemOf(await calls.retry("sms", "by-admin"))).toBe("not-found");
  });

  it("is logged by its name, with the route and not the path", async () => {
    const answered = await calls.retry("sms", "unknown-but-logged");
    const line = await eventually(() => {
      const found = worker.logs.find((one) => one.includes(answered.headers.get("x-request-id") ?? "?"));
      expect(found).toBeDefined();
      return found ?? "";
    });
    expect(JSON.parse(line)).toMatchObject({
      level: "info",
      route: "/reports/:channel/:messageId/retry",
      outcome: "not-found",
      caller: "admin:ops",
    });
    for (const one of worker.logs) {
      expect(one).not.toMatch(/unknown-but-logged|refused-|throttled-\d|tracked-\d/);
      expect(one).not.toContain(ADMIN_KEY.key);
      expect(one).not.toContain(PROXY_KEY.key);
    }
  });
});
