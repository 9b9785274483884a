// The handler over HTTP: its routes, what every answer has, what is logged, and CORS.

import { describe, expect, it, vi } from "vitest";
import type { ConversionHandlerOptions } from "../../../adapters/http/index.ts";
import { createSandbox, SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { eventually } from "../../support/eventually.ts";
import {
  BY_SHOP,
  basic,
  bearer,
  createProxy,
  FORM,
  get,
  MAIL,
  MESSAGE_ID,
  mint,
  ORIGIN,
  post,
  problemOf,
  REPORT,
  readJson,
  SHOP,
} from "../../support/proxy.ts";
import { type Answer, hanging } from "../../support/recording-fetch.ts";
import { settle, unhandledRejectionsOf } from "../../support/unhandled-rejections.ts";

const { twoFactor, other } = SANDBOX_CREDENTIALS;
const OPS = { name: "ops", key: "ops-key-0123456789-0123456789-0123456789" };

describe("routes", () => {
  it.each(["sms", "voice"] as const)("a report to /conversions/%s is recorded as such", async (channel) => {
    const { handle, sandbox, sent } = createProxy();
    expect((await handle(post(REPORT, BY_SHOP, `/conversions/${channel}`))).status).toBe(200);
    expect(sandbox.reports()).toMatchObject([
      { channel, messageId: MESSAGE_ID, delivered: true, transport: "form", authentication: "basic" },
    ]);
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST https://api.nexmo.com/conversions/${channel}`,
    ]);
  });

  it("a base URL with a path is kept in front of the route", async () => {
    const { handle, sent } = createProxy({ baseUrl: "http://localhost:9/vonage/" }, 200);
    await handle(post(REPORT, BY_SHOP));
    expect(sent[0]?.url).toBe("http://localhost:9/vonage/conversions/sms");
  });

  it.each([
    ["GET", "/conversions/sms", "POST"],
    ["GET", `/conversions/sms?message-id=${MESSAGE_ID}&delivered=true`, "POST"],
    ["HEAD", "/conversions/voice", "POST"],
    ["PUT", "/conversions/sms", "POST"],
    ["DELETE", "/conversions/voice", "POST"],
    ["POST", "/health", "GET, HEAD"],
    ["GET", "/messages", "POST"],
    ["DELETE", "/messages", "POST"],
    ["POST", "/reports", "GET, HEAD"],
    ["POST", "/reports/sms/a", "GET, HEAD"],
    ["POST", "/reports/sms//retry", "GET, HEAD"],
    ["POST", "/stats", "GET, HEAD"],
    ["GET", "/doctor", "POST"],
    ["GET", `/reports/sms/${MESSAGE_ID}/retry`, "POST"],
  ])("%s %s is answered 405 with Allow: %s", async (method, path, allow) => {
    const { handle, log, sent } = createProxy();
    const response = await handle(get(path, method, BY_SHOP));
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allow);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(log).toMatchObject([{ outcome: "method-not-allowed", route: null, status: 405 }]);
    expect(JSON.stringify(log)).not.toContain(MESSAGE_ID);
    expect(sent).toEqual([]);
  });

  it.each<[string, () => Request, string | null]>([
    ["a report", () => post(REPORT, BY_SHOP), "/conversions/sms"],
    ["a report with a query", () => post(REPORT, BY_SHOP, "/conversions/voice?a=1"), "/conversions/voice"],
    ["an anonymous report", () => post(REPORT), "/conversions/sms"],
    ["health", () => get("/health"), "/health"],
    ["health by HEAD", () => get("/health", "HEAD"), "/health"],
    ["a preflight", () => get("/conversions/sms", "OPTIONS", { origin: ORIGIN }), null],
    ["a preflight for what is not there", () => get("/n0where", "OPTIONS", { origin: ORIGIN }), null],
    ["a method that is not allowed", () => get("/conversions/sms", "DELETE"), null],
    ["a method that is not allowed on health", () => get("/health", "POST"), null],
    ["a tracked message", () => post(REPORT, BY_SHOP, "/messages?a=1"), "/messages"],
    ["a list of reports", () => get("/reports?state=dead&a=1"), "/reports"],
    ["counts", () => get("/stats?a=1"), "/stats"],
    ["a doctor", () => get("/doctor", "POST"), "/doctor"],
    [
      "a report to be sent again",
      () => get("/reports/sms/n0where/retry?a=1", "POST"),
      "/reports/:channel/:messageId/retry",
    ],
    ["half of such a path", () => get("/reports/sms/n0where", "POST"), null],
    ["a path that is not there", () => get("/n0where"), null],
    ["a path that looks like a pattern", () => get("/*"), null],
    ["the root", () => get("/"), null],
  ])("the log names the route that %s matched, never the path as it came", async (_, request, route) => {
    for (const allowedOrigins of [[ORIGIN], []]) {
      const { handle, log } = createProxy({ allowedOrigins });
      await handle(request());
      expect(log.map((entry) => entry.route)).toEqual([route]);
      expect(JSON.stringify(log)).not.toMatch(/n0where|a=1/);
    }
  });

  it.each([
    "/",
    "/conversions",
    "/conversions/",
    "/conversions/fax",
    "/conversions/SMS",
    "/v1/conversions/sms",
    "//v1//conversions/sms",
    "/conversions%2Fsms",
    "/conversions/sms/%2F",
    "/health/x",
    "/messages/a",
    "/reports/sms",
    "/reports/sms/a/retry/again",
    "/stats/sms",
    "/__proto__",
  ])("POST %s is answered 404, and its path is not logged", async (path) => {
    const { handle, log, sent } = createProxy();
    const response = await handle(post(REPORT, BY_SHOP, path));
    expect(response.status).toBe(404);
    expect(await problemOf(response)).toBe("not-found");
    expect(log).toMatchObject([{ outcome: "not-found", route: null }]);
    expect(sent).toEqual([]);
  });

  it.each(["//conversions/sms", "/conversions/sms/", "/conversions//sms", "///conversions///sms///"])(
    "POST %s is POST /conversions/sms, also for the log and the methods it takes",
    async (path) => {
      const { handle, log, sent } = createProxy();
      expect((await handle(post(REPORT, BY_SHOP, path))).status).toBe(200);
      expect(sent).toHaveLength(1);
      expect(log).toMatchObject([{ outcome: "recorded", route: "/conversions/sms" }]);
      const refused = await handle(new Request(`https://worker.example${path}`, { method: "PUT" }));
      expect([refused.status, refused.headers.get("allow")]).toEqual([405, "POST"]);
    },
  );

  it("a path of a hundred thousand slashes is answered like one of a single slash", async () => {
    const { handle } = createProxy();
    expect((await handle(get(`/${"/".repeat(100_000)}x${"/".repeat(100_000)}`))).status).toBe(404);
    expect((await handle(get(`${"/".repeat(100_000)}health${"/".repeat(100_000)}`))).status).toBe(200);
  });

  it("GET /health tells which traffic and which callers are served, and no more", async () => {
    const response = await createProxy().handle(get("/health"));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "ok",
      traffic: ["2fa", "other"],
      callers: ["token", "key"],
      ledger: false,
      twoFactor: false,
      idempotencyKeys: false,
    });
    const keysOnly = createProxy({
      credentials: { other },
      proxyKeys: [MAIL],
      tokenSecrets: [],
    });
    expect(await (await keysOnly.handle(get("/health"))).json()).toEqual({
      status: "ok",
      traffic: ["other"],
      callers: ["key"],
      ledger: false,
      twoFactor: false,
      idempotencyKeys: false,
    });
  });

  it.each<[string, object, typeof SHOP | typeof MAIL]>([
    ["2fa", { "2fa": twoFactor, other: undefined }, SHOP],
    ["other", { "2fa": undefined, other }, MAIL],
  ])("GET /health names %s alone, where the other is there but undefined", async (traffic, given, key) => {
    const credentials = given as ConversionHandlerOptions["credentials"];
    const { handle } = createProxy({ credentials, proxyKeys: [key] });
    expect(await (await handle(get("/health"))).json()).toMatchObject({ traffic: [traffic] });
  });
});

describe("without a ledger", () => {
  const ofOperator: [string, () => Request][] = [
    ["GET /reports", () => get("/reports?state=dead")],
    ["GET /stats", () => get("/stats")],
    ["POST /reports/…/retry", () => get(`/reports/sms/${MESSAGE_ID}/retry`, "POST")],
  ];
  const withKey = (request: Request, authorization: string) => {
    request.headers.set("authorization", authorization);
    return request;
  };

  it.each(ofOperator)("%s is answered 501 to the operator, and 401 to all others", async (_, request) => {
    const { handle, log, sent } = createProxy({ adminKeys: [OPS] });
    const answered = await handle(withKey(request(), bearer(OPS.key).authorization));
    expect([answered.status, await problemOf(answered)]).toEqual([501, "no-ledger"]);
    expect(log).toMatchObject([{ level: "info", outcome: "no-ledger", caller: "admin:ops" }]);
    const strangers = [
      "",
      BY_SHOP.authorization,
      basic(OPS.name, OPS.key).authorization,
      `Bearer ${OPS.key}x`,
    ];
    for (const stranger of [...strangers, bearer(await mint()).authorization]) {
      const refused = await handle(withKey(request(), stranger));
      expect([refused.status, await problemOf(refused)]).toEqual([401, "unauthenticated"]);
      expect(refused.headers.get("www-authenticate")).toBe('Bearer realm="vonage-conversion"');
    }
    // Without admin keys there is no operator.
    const closed = await createProxy().handle(withKey(request(), bearer(OPS.key).authorization));
    expect(closed.status).toBe(401);
    expect(sent).toEqual([]);
  });

  it("messages are not tracked: 501", async () => {
    const { handle, sent } = createProxy();
    const answered = await handle(post({ messageId: "a", channel: "sms" }, BY_SHOP, "/messages"));
    expect([answered.status, await problemOf(answered)]).toEqual([501, "no-ledger"]);
    expect(sent).toEqual([]);
  });

  it("the operator can still ask if Vonage takes the keys", async () => {
    const { handle, sandbox, sent, log } = createProxy({ adminKeys: [OPS] });
    const answered = await handle(get("/doctor", "POST", bearer(OPS.key)));
    const accepted = { verdict: "accepted", reason: null };
    expect(await answered.json()).toEqual({ ledger: false, keys: { "2fa": accepted, other: accepted } });
    // Complete reports of messages that were never sent: fewer parameters would prove less.
    for (const { path, body } of sent) {
      expect(path).toBe("/conversions/sms");
      expect(body).toMatch(
        /^message-id=[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}&delivered=true&timestamp=\d{4}-\d\d-\d\d\+\d\d%3A\d\d%3A\d\d$/,
      );
    }
    expect(new Set(sandbox.reports().map(({ messageId }) => messageId)).size).toBe(2);
    expect(log).toMatchObject([{ route: "/doctor", outcome: "ok", caller: "admin:ops" }]);
    expect((await handle(get("/doctor", "POST", BY_SHOP))).status).toBe(401);
    expect(sent).toHaveLength(2);
  });

  it.each<[Answer, string, string | null]>([
    [401, "unauthorized", null],
    [403, "unauthorized", null],
    [402, "not_enabled", null],
    [200, "accepted", null],
    [429, "unknown", "rate_limited"],
    [503, "unknown", "unavailable"],
    [302, "unknown", "unexpected_response"],
    [hanging, "unknown", "timeout"],
    [() => Promise.reject(new TypeError("no route")), "unknown", "network"],
  ])("of an answer of %s the doctor makes: %s (%s)", async (answer, verdict, reason) => {
    const { handle, sent } = createProxy(
      { adminKeys: [OPS], timeout: 30, proxyKeys: [SHOP], credentials: { "2fa": twoFactor } },
      answer,
    );
    const answered = await handle(get("/doctor", "POST", bearer(OPS.key)));
    expect(await answered.json()).toEqual({ ledger: false, keys: { "2fa": { verdict, reason } } });
    // It is asked once.
    expect(sent).toHaveLength(1);
  });

  it.each([400, 413, 415, 420, 422, 423])(
    "of an answer of %i to a complete report the doctor makes: Vonage refuses the way it is sent",
    async (status) => {
      const { apiKey, apiSecret } = twoFactor;
      const signed = { apiKey, signatureSecret: "s", signatureMethod: "sha256" } as const;
      for (const [credentials, via] of [
        [{ apiKey, apiSecret }, "basic"],
        [{ apiKey, apiSecret, via: "basic-query" }, "basic-query"],
        [{ apiKey, apiSecret, via: "query" }, "query"],
        [signed, "form"],
        [{ ...signed, via: "query" }, "query"],
      ] as const) {
        const { handle } = createProxy(
          { adminKeys: [OPS], proxyKeys: [SHOP], credentials: { "2fa": credentials } },
          status,
        );
        const answered = await handle(get("/doctor", "POST", bearer(OPS.key)));
        const diagnosis = { verdict: "rejected", reason: null, status, via };
        expect(await answered.json()).toEqual({ ledger: false, keys: { "2fa": diagnosis } });
      }
    },
  );

  it("the operator is limited like any caller, by name, and strangers by address", async () => {
    const limit = vi.fn(async (_: { key: string }) => ({ success: false }));
    const { handle, log } = createProxy({
      adminKeys: [OPS],
      rateLimits: { key: { limit }, anonymous: { limit } },
    });
    for (const key of [OPS.key, SHOP.key]) {
      const answered = await handle(get("/stats", "GET", bearer(key)), { clientAddress: "192.0.2.7" });
      expect([answered.status, answered.headers.get("retry-after")]).toEqual([429, "10"]);
    }
    expect(limit.mock.calls).toEqual([[{ key: "admin:ops" }], [{ key: "192.0.2.7" }]]);
    expect(log.map(({ caller }) => caller)).toEqual(["admin:ops", undefined]);
  });
});

describe("answers to good reports", () => {
  it.each<[string, () => Request | Promise<Request>, string | null]>([
    ["an SDK gets an empty 200", () => post(REPORT, basic(SHOP.name, SHOP.key)), null],
    ["an SDK that takes anything gets an empty 200", () => post(REPORT, { ...BY_SHOP, accept: "*/*" }), null],
    [
      "a caller that wants JSON gets it",
      () => post(REPORT, { ...BY_SHOP, accept: "text/html, application/json;q=0.9" }),
      '{"status":"recorded"}',
    ],
    [
      "a page with a token gets JSON",
      async () => post({ ...REPORT, token: await mint() }),
      '{"status":"recorded"}',
    ],
  ])("by kind of caller: %s", async (_, request, expected) => {
    const response = await createProxy().handle(await request());
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(expected ?? "");
    expect(response.headers.get("content-type")).toBe(expected ? "application/json" : "text/plain");
  });
});

describe("every answer", () => {
  const cases: [string, () => Request | Promise<Request>, Answer?][] = [
    ["health", () => get("/health")],
    ["an empty 200", () => post(REPORT, BY_SHOP)],
    ["a JSON 200", async () => post({ ...REPORT, token: await mint() })],
    ["a preflight", () => get("/conversions/sms", "OPTIONS", { origin: ORIGIN })],
    ["400", () => post({}, BY_SHOP)],
    ["401", () => post(REPORT)],
    ["403", async () => post({ ...REPORT, token: await mint({ messageId: "b" }) })],
    ["404", () => get("/nowhere")],
    ["405", () => get("/conversions/sms")],
    ["413", () => post("x".repeat(8193), BY_SHOP)],
    ["415", () => post("x", BY_SHOP)],
    ["422", () => post(REPORT, BY_SHOP), 422],
    ["502", () => post(REPORT, BY_SHOP), 402],
    ["501", () => post(REPORT, BY_SHOP, "/messages")],
    ["401 to who is no operator", () => get("/stats", "GET", BY_SHOP)],
  ];

  it.each(cases)(
    "%s is not to be stored or sniffed, and carries a request id of our own",
    async (_, request, upstream) => {
      const { handle, log } = createProxy({}, upstream ?? 200);
      const ids = new Set<string | null>();
      for (let i = 0; i < 2; i++) {
        const given = await request();
        given.headers.set("x-request-id", "from-the-caller");
        const { headers } = await handle(given);
        expect(headers.get("cache-control")).toBe("no-store");
        expect(headers.get("x-content-type-options")).toBe("nosniff");
        ids.add(headers.get("x-request-id"));
      }
      expect(ids.size).toBe(2);
      expect(log.map(({ requestId }) => requestId)).toEqual([...ids]);
      for (const id of ids) expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    },
  );

  it.each(cases.slice(4))(
    "a refusal (%s) is a problem document of RFC 9457",
    async (_, request, upstream) => {
      const response = await createProxy({}, upstream ?? 200).handle(await request());
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      const { type, title, status } = await readJson(response);
      expect(type).toMatch(/^urn:problem:vonage-conversion:[a-z-]+$/);
      expect(title).toMatch(/^[A-Z].{10,}$/);
      expect(status).toBe(response.status);
    },
  );

  it.each(cases)("%s leaves one log entry without the message", async (_, request, upstream) => {
    const { handle, log } = createProxy({}, upstream ?? 200);
    const given = await request();
    const { status } = await handle(given);
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({
      requestId: expect.any(String),
      method: given.method,
      status,
      outcome: expect.stringMatching(/^[a-z-]+$/),
      ms: expect.any(Number),
    });
    expect(JSON.stringify(log)).not.toContain(MESSAGE_ID);
    const known =
      "level requestId method route status outcome ms channel traffic caller attempts hint runbook".split(
        " ",
      );
    expect(Object.keys(log[0] ?? {}).filter((name) => !known.includes(name))).toEqual([]);
  });

  it("the log measures the time until the answer", async () => {
    const { handle, log } = createProxy({}, async () => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      return new Response(null);
    });
    await handle(post(REPORT, BY_SHOP));
    expect(log[0]?.ms).toBeGreaterThanOrEqual(35);
    expect(log[0]?.ms).toBeLessThan(5000);
  });

  const broken = new Error("broken on purpose");
  it.each<[string, () => void | Promise<void>]>([
    [
      "throws",
      () => {
        throw broken;
      },
    ],
    ["rejects", () => Promise.reject(broken)],
    [
      "rejects later",
      async () => {
        await settle();
        throw broken;
      },
    ],
  ])("a log that %s breaks neither the answer nor the process", async (_, log) => {
    const { handle, sandbox } = createProxy({ log });
    const rejected = await unhandledRejectionsOf(async () => {
      expect((await handle(post(REPORT, BY_SHOP))).status).toBe(200);
      expect((await handle(post(REPORT))).status).toBe(401);
      expect((await handle(get("/nowhere"))).status).toBe(404);
      await settle();
    });
    expect(rejected).toEqual([]);
    expect(sandbox.reports()).toHaveLength(1);
  });

  it("a log that never ends is not waited for", async () => {
    const { handle } = createProxy({ log: () => new Promise<void>(() => {}) });
    expect((await handle(post(REPORT, BY_SHOP))).status).toBe(200);
  });
});
describe("CORS", () => {
  const preflight = (origin: string, path = "/conversions/sms") =>
    get(path, "OPTIONS", {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    });

  it("a preflight tells an allowed page what it may do", async () => {
    const { handle, sent } = createProxy();
    const { status, headers } = await handle(preflight(ORIGIN));
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(headers.get("access-control-allow-methods")).toBe("POST");
    expect(headers.get("access-control-allow-headers")).toBe("Authorization,Content-Type");
    expect(headers.get("access-control-max-age")).toBe("86400");
    expect(headers.get("access-control-allow-credentials")).toBeNull();
    expect(headers.get("vary")).toContain("Origin");
    expect(sent).toEqual([]);
  });

  const allowedHeaders = async (asked: string) => {
    const { handle } = createProxy();
    const { headers } = await handle(
      get("/conversions/sms", "OPTIONS", {
        origin: ORIGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": asked,
      }),
    );
    return headers.get("access-control-allow-headers");
  };

  it.each([
    "sentry-trace",
    "baggage",
    "traceparent",
    "tracestate",
    "x-datadog-origin",
    "x-datadog-sampling-priority",
    "newrelic",
    "b3",
    "x-b3-traceid",
    "uber-trace-id",
    "elastic-apm-traceparent",
    "x-amzn-trace-id",
    "request-id",
    "x-requested-with",
  ])("the header %s, which SDKs in the page add, stops no report", async (name) => {
    expect(await allowedHeaders(name)).toBe(`Authorization,Content-Type,${name}`);
    expect(await allowedHeaders(`authorization, ${name},content-type`)).toBe(
      `Authorization,Content-Type,${name}`,
    );
  });

  it("what is no header's name, or is too much, is not repeated", async () => {
    const own = "Authorization,Content-Type";
    expect(await allowedHeaders("a b,<script>,x:y,\u00e4,,")).toBe(own);
    expect(await allowedHeaders("x".repeat(65))).toBe(own);
    const many = await allowedHeaders(Array.from({ length: 1000 }, (_, at) => `x-${at}`).join(","));
    expect(many?.split(",")).toHaveLength(32);
  });

  it.each([
    ["an allowed page", [ORIGIN, "https://b.example"], ORIGIN, ORIGIN],
    ["another allowed page", [ORIGIN, "https://b.example"], "https://b.example", "https://b.example"],
    ["a foreign page", [ORIGIN], "https://evil.example", null],
    ["a page whose origin only begins alike", [ORIGIN], `${ORIGIN}.evil.example`, null],
    ["the same host without TLS", [ORIGIN], "http://shop.example", null],
    ["a page without an origin", [ORIGIN], "null", null],
    ["any page, where all are allowed", ["*"], "https://any.example", "https://any.example"],
  ])("%s may or may not read the answer", async (_, allowedOrigins, origin, expected) => {
    const { handle } = createProxy({ allowedOrigins });
    for (const request of [
      post(REPORT, { ...BY_SHOP, origin }),
      post(REPORT, { origin }),
      preflight(origin),
    ]) {
      const { headers } = await handle(request);
      expect(headers.get("access-control-allow-origin")).toBe(expected);
      expect(headers.get("vary")).toContain("Origin");
    }
  });

  it("a foreign page's report is handled as well: CORS is not authentication", async () => {
    const { handle, sandbox } = createProxy();
    await handle(post({ ...REPORT, token: await mint() }, { origin: "https://evil.example" }));
    expect(sandbox.reports()).toHaveLength(1);
  });

  it("without allowed origins there are no CORS headers, and OPTIONS is answered 405", async () => {
    const { handle } = createProxy({ allowedOrigins: [] });
    const response = await handle(preflight(ORIGIN));
    expect(response.status).toBe(405);
    const names = [...(await handle(post(REPORT, { ...BY_SHOP, origin: ORIGIN }))).headers.keys()];
    expect(names.filter((name) => name.startsWith("access-control") || name === "vary")).toEqual([]);
  });

  it.each<[number, () => Request]>([
    [400, () => post({}, BY_SHOP)],
    [404, () => post(REPORT, BY_SHOP, "/nowhere")],
    [405, () => get("/conversions/sms")],
    [413, () => post("x".repeat(8193), { ...BY_SHOP, "content-type": FORM })],
    [415, () => post("x", { ...BY_SHOP, "content-type": "text/plain" })],
    [502, () => post(REPORT, BY_SHOP)],
  ])("an answer of %i can be read by an allowed page", async (status, request) => {
    const given = request();
    given.headers.set("origin", ORIGIN);
    const response = await createProxy({}, 401).handle(given);
    expect(response.status).toBe(status);
    expect(response.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(response.headers.get("access-control-expose-headers")).toBe(
      "Retry-After,WWW-Authenticate,X-Request-Id",
    );
  });
});

describe("a caller that leaves", () => {
  it("does not stop the report, which waitUntil keeps alive", async () => {
    const sandbox = createSandbox();
    sandbox.fail({ latency: 50 });
    const caller = new AbortController();
    const { handle, sent } = createProxy({}, ({ url, method, headers, body, signal }) =>
      sandbox.fetch(url, { method, headers, body, signal }),
    );
    const work: Promise<unknown>[] = [];
    const request = new Request(post(REPORT, BY_SHOP), { signal: caller.signal });
    const answered = handle(request, { waitUntil: (promise) => work.push(promise) });
    await eventually(() => expect(sent).toHaveLength(1));
    caller.abort();
    expect(work).toHaveLength(1);
    await Promise.all(work);
    expect(sent[0]?.signal.aborted).toBe(false);
    expect(sandbox.reports()).toHaveLength(1);
    expect((await answered).status).toBe(200);
  });

  it("is kept alive from the first moment, while its body still arrives", async () => {
    const waitUntil = vi.fn();
    createProxy().handle(post(new ReadableStream()), { waitUntil });
    expect(waitUntil).toHaveBeenCalledTimes(1);
  });
});
