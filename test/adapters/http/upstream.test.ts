// The handler's answers to Vonage's failures.

import { describe, expect, it, vi } from "vitest";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { BY_SHOP, bearer, createProxy, formOf, MAIL, post, problemOf, REPORT } from "../../support/proxy.ts";
import { type Answer, deaf, hanging } from "../../support/recording-fetch.ts";
import { settle } from "../../support/unhandled-rejections.ts";

const { twoFactor } = SANDBOX_CREDENTIALS;

describe("when Vonage fails", () => {
  interface Failure {
    readonly what: string;
    readonly answers: readonly Answer[];
    readonly status: number;
    readonly problem: string;
    readonly attempts: number;
    readonly level?: "error";
    readonly hint?: RegExp;
    readonly retryAfter?: string;
    readonly timeout?: number;
  }
  const answer =
    (
      status: number,
      headers: Record<string, string> = {},
      body: BodyInit | null = "upstream says ECHO",
    ): Answer =>
    () =>
      new Response(status === 204 ? null : body, { status, headers });
  const endless = () => new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(100)) });
  const never = () => new ReadableStream({ pull: () => new Promise(() => {}) });
  const html = "<html><h2>HTTP ERROR 402</h2>Bad Account Credentials ECHO</html>";
  const drop: Answer = () => Promise.reject(new TypeError("ECHO", { cause: { code: "ECONNRESET" } }));
  const redirect = { location: "https://elsewhere.example/ECHO" };
  const operator = { level: "error", attempts: 1, status: 502 } as const;
  const unavailable = { status: 502, problem: "upstream-unavailable", attempts: 2 } as const;
  const unexpected = { ...operator, problem: "upstream-unexpected", hint: /base URL/ } as const;

  const failures: Failure[] = [
    {
      what: "401",
      answers: [answer(401)],
      ...operator,
      problem: "upstream-unauthorized",
      hint: /^2fa: .*\(401 or 403\).*secret/,
    },
    {
      what: "403",
      answers: [answer(403)],
      ...operator,
      problem: "upstream-unauthorized",
      hint: /^2fa: .*\(401 or 403\).*secret/,
    },
    {
      what: "402 and a page of HTML",
      answers: [answer(402, { "content-type": "text/html" }, html)],
      ...operator,
      problem: "upstream-not-enabled",
      hint: /^2fa: .*402.*support/,
    },
    ...[400, 420, 422, 423].map((status) => ({
      what: String(status),
      answers: [answer(status)],
      ...operator,
      status: 422,
      problem: "upstream-rejected",
      hint: /^2fa: Vonage refused a report for its parameters/,
    })),
    ...[202, 204, 301, 302, 307, 308, 404, 409].map((status) => ({
      what: String(status),
      answers: [answer(status, redirect)],
      ...unexpected,
    })),
    ...[408, 425, 500, 502, 503, 504].map((status) => ({
      what: String(status),
      answers: [answer(status)],
      ...unavailable,
    })),
    {
      what: "429 with Retry-After: 0",
      answers: [answer(429, { "retry-after": "0" })],
      status: 503,
      problem: "upstream-throttled",
      attempts: 2,
      retryAfter: "0",
    },
    {
      what: "429 with a longer Retry-After than we wait",
      answers: [answer(429, { "retry-after": "7" })],
      status: 503,
      problem: "upstream-throttled",
      attempts: 2,
      retryAfter: "7",
    },
    {
      what: "429",
      answers: [answer(429)],
      status: 503,
      problem: "upstream-throttled",
      attempts: 2,
      retryAfter: "1",
    },
    { what: "a dropped connection", answers: [drop], ...unavailable },
    {
      what: "a fetch that throws at once",
      answers: [
        () => {
          throw new Error("ECHO");
        },
      ],
      ...unavailable,
    },
    {
      what: "no answer",
      answers: [hanging],
      status: 504,
      problem: "upstream-timeout",
      timeout: 50,
      attempts: 2,
    },
    {
      what: "no answer from a fetch deaf to its signal",
      answers: [deaf],
      status: 504,
      problem: "upstream-timeout",
      timeout: 50,
      attempts: 2,
    },
    {
      what: "500 with an endless body",
      answers: [() => new Response(endless(), { status: 500 })],
      ...unavailable,
    },
    {
      what: "500 with a body that never comes",
      answers: [() => new Response(never(), { status: 500 })],
      ...unavailable,
    },
    {
      what: "first a failure, then 401",
      answers: [answer(500), answer(401)],
      ...operator,
      attempts: 2,
      problem: "upstream-unauthorized",
    },
  ];

  it.each(failures)("$what → $status $problem after $attempts attempts", async (failure) => {
    const { handle, sent, log, sandbox } = createProxy(
      { timeout: failure.timeout ?? 4000 },
      ...failure.answers,
    );
    const response = await handle(post(REPORT, { ...BY_SHOP, accept: "application/json" }));
    const body = await response.text();
    expect(response.status).toBe(failure.status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(JSON.parse(body)).toMatchObject({
      type: `urn:problem:vonage-conversion:${failure.problem}`,
      status: failure.status,
    });
    expect(response.headers.get("retry-after")).toBe(failure.retryAfter ?? null);
    expect(sent).toHaveLength(failure.attempts);
    expect(log).toMatchObject([
      {
        level: failure.level ?? "info",
        outcome: failure.problem,
        attempts: failure.attempts,
        status: failure.status,
      },
    ]);
    expect(log[0]?.runbook).toBe(failure.level && `docs/runbook.md#${failure.problem}`);
    expect(log[0]?.hint ?? "").toMatch(failure.hint ?? (failure.level ? /./ : /^$/));
    expect(body + JSON.stringify([log, [...response.headers]])).not.toMatch(/ECHO|elsewhere/);
    expect(sandbox.reports()).toEqual([]);
  });

  it.each([
    ["1", "1"],
    ["59", "59"],
    ["60", "60"],
    ["61", "60"],
    ["86400", "60"],
    ["999999999", "60"],
    ["Wed, 06 May 2026 07:08:40 GMT", "30"],
    ["Fri, 01 Jan 2100 00:00:00 GMT", "60"],
    ["Fri, 01 Jan 2016 00:00:00 GMT", "0"],
    ["soon", "1"],
    ["-1", "1"],
  ])("a Retry-After of %s is passed on as %s", async (asked, passedOn) => {
    vi.useFakeTimers({ now: Date.UTC(2026, 4, 6, 7, 8, 9) });
    try {
      const { handle, log } = createProxy({}, answer(429, { "retry-after": asked }));
      const answered = handle(post(REPORT, BY_SHOP));
      while (log.length === 0) {
        await settle();
        await vi.advanceTimersByTimeAsync(1000);
      }
      const { status, headers } = await answered;
      expect([status, headers.get("retry-after")]).toEqual([503, passedOn]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("the hint names the traffic whose credentials are refused", async () => {
    const { handle, log } = createProxy({}, 401);
    await handle(post(REPORT, bearer(MAIL.key)));
    expect(log[0]?.hint).toMatch(/^other: /);
  });

  it.each<[string, Answer]>([
    ["503", 503],
    ["429", answer(429, { "retry-after": "0" })],
    ["a dropped connection", drop],
    ["no answer", hanging],
  ])("a second attempt after %s makes it good", async (_, first) => {
    const { handle, sent, log } = createProxy({ timeout: 300 }, first, 200);
    const response = await handle(post(REPORT, BY_SHOP));
    expect(response.status).toBe(200);
    expect(sent).toHaveLength(2);
    expect(log).toMatchObject([{ level: "info", outcome: "recorded", attempts: 2 }]);
  });

  it("a second attempt is the first over again, its time of arrival included", async () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 4, 6, 7, 8, 9, 900), toFake: ["Date"] });
    try {
      const { handle, sent } = createProxy({}, () => {
        vi.setSystemTime(Date.now() + 5000);
        return new Response(null, { status: 503 });
      });
      await handle(post(REPORT, BY_SHOP));
      expect(sent.map((one) => formOf(one).timestamp)).toEqual([
        "2026-05-06 07:08:09",
        "2026-05-06 07:08:09",
      ]);
      expect(sent[1]).toMatchObject({ body: sent[0]?.body, url: sent[0]?.url, headers: sent[0]?.headers });
    } finally {
      vi.useRealTimers();
    }
  });

  it("no redirect is ever followed", async () => {
    const { handle, sent } = createProxy({}, answer(307, redirect));
    await handle(post(REPORT, BY_SHOP));
    expect(sent.map(({ url, redirect }) => [url, redirect])).toEqual([
      ["https://api.nexmo.com/conversions/sms", "manual"],
    ]);
  });

  it("a 202, which the Worker knows but Vonage does not, is no success", async () => {
    const { handle, log } = createProxy({}, answer(202, {}, '{"status":"accepted"}'));
    const response = await handle(post(REPORT, { ...BY_SHOP, accept: "application/json" }));
    expect([response.status, await problemOf(response)]).toEqual([502, "upstream-unexpected"]);
    expect(log).toMatchObject([{ level: "error", outcome: "upstream-unexpected" }]);
  });

  it.each<[string, Answer]>([
    ["HTML", answer(200, {}, "<html>")],
    ["null", answer(200, {}, "null")],
    ["a word that means something elsewhere", answer(200, {}, '{"status":"duplicate"}')],
    ["bytes without end", () => new Response(endless())],
    ["nothing, ever", () => new Response(never())],
  ])("a 200 counts as recorded with any body: %s", async (_, upstream) => {
    const { handle } = createProxy({}, upstream);
    const response = await handle(post(REPORT, { ...BY_SHOP, accept: "application/json" }));
    expect([response.status, await response.text()]).toEqual([200, '{"status":"recorded"}']);
  });

  it("an account without the Conversion API is answered as the sandbox, Vonage's like, does", async () => {
    const { handle, sandbox, log } = createProxy();
    sandbox.enable(twoFactor.apiKey, false);
    expect(await problemOf(await handle(post(REPORT, BY_SHOP)))).toBe("upstream-not-enabled");
    sandbox.enable(twoFactor.apiKey, true);
    expect((await handle(post(REPORT, BY_SHOP))).status).toBe(200);
    expect(log.map(({ outcome }) => outcome)).toEqual(["upstream-not-enabled", "recorded"]);
  });
});
