// The handler's answers for each answer of a ledger. The ledger is a stub: the real one is tested on workerd.

import { describe, expect, it, vi } from "vitest";
import { createHandler } from "../../../adapters/http/handler.ts";
import type { LogEntry } from "../../../adapters/http/index.ts";
import { resolveHandlerOptions } from "../../../adapters/http/options.ts";
import { type Ledger, type LedgerAnswer, LedgerUnavailable } from "../../../adapters/http/ports/ledger.ts";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import {
  BY_SHOP,
  bearer,
  get,
  MAIL,
  MESSAGE_ID,
  mint,
  post,
  REPORT,
  readJson,
  SHOP,
  TOKEN_SECRET,
} from "../../support/proxy.ts";
import { createRecordingFetch } from "../../support/recording-fetch.ts";

const OPS = { name: "ops", key: "ops-key-0123456789-0123456789-0123456789" };
const BY_OPS = bearer(OPS.key);
const MESSAGE = { messageId: MESSAGE_ID, channel: "sms" };

/** A handler with a ledger that does as told, and nothing else. */
function createLedgerProxy(parts: Partial<Ledger>, ...answers: readonly number[]) {
  const log: LogEntry[] = [];
  const upstream = createRecordingFetch(...(answers.length > 0 ? answers : [422]));
  const unexpected = async () => {
    throw new Error("not to be called");
  };
  const options = resolveHandlerOptions({
    credentials: { "2fa": SANDBOX_CREDENTIALS.twoFactor, other: SANDBOX_CREDENTIALS.other },
    proxyKeys: [SHOP, MAIL],
    adminKeys: [OPS],
    tokenSecrets: [TOKEN_SECRET],
    fetch: upstream.fetch,
    log: (entry) => log.push(entry),
  });
  const all = {
    report: unexpected,
    track: unexpected,
    receipt: unexpected,
    retry: unexpected,
    find: unexpected,
    list: unexpected,
    stats: unexpected,
  };
  const handle = createHandler(options, {
    ledger: { shards: 5, nudge: async () => {}, ...all, ...parts },
  });
  return { handle, log, sent: upstream.sent };
}

const answering = (answer: LedgerAnswer) => createLedgerProxy({ report: async () => answer });
const rejecting =
  (error: Error): (() => Promise<never>) =>
  () =>
    Promise.reject(error);

it("GET /health says how many shards there are", async () => {
  const { handle } = createLedgerProxy({});
  expect(await (await handle(get("/health"))).json()).toMatchObject({ ledger: { shards: 5 } });
});

describe("a report", () => {
  it.each<[LedgerAnswer, number, object]>([
    [{ status: "recorded", attempts: 1 }, 200, { status: "recorded" }],
    [{ status: "duplicate", attempts: 3 }, 200, { status: "duplicate" }],
    [{ status: "accepted", attempts: 0 }, 202, { status: "accepted" }],
    [{ status: "accepted", attempts: 2, reason: "timeout" }, 202, { status: "accepted" }],
    [{ status: "conflict", attempts: 1 }, 409, { type: "urn:problem:vonage-conversion:conflict" }],
    [
      { status: "rejected", attempts: 1, reason: "rejected" },
      422,
      { type: "urn:problem:vonage-conversion:upstream-rejected" },
    ],
  ])("for which the ledger returns %j is answered with %i, and logged so", async (answer, status, body) => {
    const { handle, log, sent } = answering(answer);
    const response = await handle(post({ ...REPORT, token: await mint() }));
    expect([response.status, await response.json()]).toEqual([
      status,
      status < 300 ? body : expect.objectContaining(body),
    ]);
    expect(log).toMatchObject([{ level: "info", status, attempts: answer.attempts, caller: "token:k1" }]);
    expect(log[0]?.reason).toBe(answer.status === "accepted" ? answer.reason : undefined);
    expect(log[0]?.hint).toBeUndefined();
    // The ledger sends.
    expect(sent).toEqual([]);
  });

  it.each<[LedgerAnswer["reason"] & string, RegExp | undefined]>([
    ["unauthorized", /^2fa: Vonage refuses the credentials/],
    ["not_enabled", /^2fa: Vonage answers 402/],
    ["unavailable", undefined],
    ["rate_limited", undefined],
  ])(
    "that waits for its key (%s) is the operator's to fix, and none of the caller's concern",
    async (reason, hint) => {
      const { handle, log } = answering({ status: "accepted", attempts: 1, reason });
      const response = await handle(post(REPORT, { ...BY_SHOP, accept: "application/json" }));
      expect([response.status, await response.text()]).toEqual([202, '{"status":"accepted"}']);
      expect(log).toMatchObject([{ level: hint ? "error" : "info", outcome: "accepted", reason }]);
      if (hint) expect(log[0]?.hint).toMatch(hint);
    },
  );

  it("goes to the ledger complete: with its traffic, and the time of its arrival where it has none", async () => {
    const report = vi.fn(async () => ({ status: "recorded", attempts: 1 }) as const);
    const { handle } = createLedgerProxy({ report });
    const before = Date.now();
    await handle(post(REPORT, bearer(MAIL.key), "/conversions/voice"));
    await handle(post({ ...REPORT, delivered: "0", timestamp: "2026-03-04 05:06:07" }, BY_SHOP));
    expect(report.mock.calls).toEqual([
      [
        {
          channel: "voice",
          messageId: MESSAGE_ID,
          delivered: true,
          occurredAt: expect.any(Number),
          timed: false,
          traffic: "other",
        },
      ],
      [
        {
          channel: "sms",
          messageId: MESSAGE_ID,
          delivered: false,
          occurredAt: Date.UTC(2026, 2, 4, 5, 6, 7),
          timed: true,
          traffic: "2fa",
        },
      ],
    ]);
    const [[first]] = report.mock.calls as unknown as [[{ occurredAt: number }]];
    expect(first.occurredAt).toBeGreaterThanOrEqual(before);
    expect(first.occurredAt).toBeLessThanOrEqual(Date.now());
  });

  it("is kept alive when its caller leaves, in success and failure", async () => {
    for (const end of [
      async () => ({ status: "recorded", attempts: 1 }) as const,
      rejecting(new Error("x")),
    ]) {
      const waitUntil = vi.fn();
      await createLedgerProxy({ report: end }).handle(post(REPORT, BY_SHOP), { waitUntil });
      expect(waitUntil).toHaveBeenCalledTimes(1);
      await expect(waitUntil.mock.calls[0]?.[0]).resolves.not.toThrow();
    }
  });
});

describe("a ledger that fails", () => {
  const calls: [string, keyof Ledger, () => Request][] = [
    ["a report", "report", () => post(REPORT, BY_SHOP)],
    ["a tracked message", "track", () => post(MESSAGE, BY_SHOP, "/messages")],
    ["a list", "list", () => get("/reports?state=dead", "GET", BY_OPS)],
    ["a look", "find", () => get(`/reports/sms/${MESSAGE_ID}`, "GET", BY_OPS)],
    ["a retry", "retry", () => get(`/reports/sms/${MESSAGE_ID}/retry`, "POST", BY_OPS)],
    ["counts", "stats", () => get("/stats", "GET", BY_OPS)],
  ];

  it.each(calls)("is no secret: %s gets 503, with when to come back", async (_, method, request) => {
    const { handle, log, sent } = createLedgerProxy({
      [method]: rejecting(new LedgerUnavailable("disk 7 is full")),
    });
    const response = await handle(request());
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    const { type, ...body } = await readJson(response);
    expect(type).toBe("urn:problem:vonage-conversion:ledger-unavailable");
    expect(JSON.stringify([body, log])).not.toContain("disk 7");
    expect(log).toMatchObject([{ level: "error", outcome: "ledger-unavailable" }]);
    expect(sent).toEqual([]);
  });

  it.each(calls)(
    "in an unknown way: %s gets 500, and the answer does not repeat the text",
    async (_, method, request) => {
      const { handle, log } = createLedgerProxy({
        [method]: rejecting(new RangeError(`${MESSAGE_ID} at 7`)),
      });
      const response = await handle(request());
      expect(response.status).toBe(500);
      expect(JSON.stringify([await readJson(response), log])).not.toContain(MESSAGE_ID);
      expect(log).toMatchObject([{ level: "error", outcome: "internal", hint: "uncaught RangeError" }]);
    },
  );

  it("does not keep the doctor from saying what Vonage says", async () => {
    const { handle } = createLedgerProxy({ nudge: rejecting(new LedgerUnavailable("x")) }, 200);
    const response = await handle(get("/doctor", "POST", BY_OPS));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ ledger: true, keys: { "2fa": { verdict: "accepted" } } });
  });
});

it.each<[number[], string[][]]>([
  [[200, 200], [["2fa", "other"]]],
  [[200, 401], [["2fa"]]],
  [[402, 200], [["other"]]],
  [[422, 200], [["other"]]],
  [[402, 503], []],
  [[415, 422], []],
])(
  "where Vonage answers %j the doctor tells the ledger of the keys that are good: %j",
  async (answers, told) => {
    const nudge = vi.fn(async () => {});
    const { handle } = createLedgerProxy({ nudge }, ...answers);
    expect((await handle(get("/doctor", "POST", BY_OPS))).status).toBe(200);
    expect(nudge.mock.calls).toEqual(told.map((traffics) => [traffics]));
  },
);

describe("POST /messages", () => {
  it("tracks nothing without a valid key and a valid message", async () => {
    const track = vi.fn(async () => "tracked" as const);
    const { handle } = createLedgerProxy({ track });
    const requests: [Request, number][] = [
      [post(MESSAGE, {}, "/messages"), 401],
      [post(MESSAGE, bearer(await mint()), "/messages"), 401],
      [post({ ...MESSAGE, token: await mint() }, {}, "/messages"), 401],
      [post(MESSAGE, BY_OPS, "/messages"), 401],
      [post(MESSAGE, BY_SHOP, `/messages?token=${await mint()}`), 400],
      [post({ ...MESSAGE, traffic: "other" }, BY_SHOP, "/messages"), 400],
      [post({ ...MESSAGE, channel: "fax" }, BY_SHOP, "/messages"), 400],
    ];
    for (const [request, status] of requests) expect((await handle(request)).status).toBe(status);
    expect(track).not.toHaveBeenCalled();
    expect((await handle(post(MESSAGE, BY_SHOP, "/messages"))).status).toBe(201);
    expect(track).toHaveBeenCalledTimes(1);
  });

  it("gives no token that the ledger knows nothing of", async () => {
    const { handle } = createLedgerProxy({ track: rejecting(new LedgerUnavailable("full")) });
    const text = await (await handle(post(MESSAGE, BY_SHOP, "/messages"))).text();
    expect(text).not.toContain("token");
  });
});
