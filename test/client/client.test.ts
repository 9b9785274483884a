import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type AttemptEvent,
  type ConversionClientOptions,
  ConversionError,
  type ConversionErrorCode,
  type ConversionReport,
  createConversionClient,
  isConversionError,
} from "../../src/index.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";
import { type Answer, createRecordingFetch, hanging } from "../support/recording-fetch.ts";
import { settle, unhandledRejectionsOf } from "../support/unhandled-rejections.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const report: ConversionReport = { messageId: "0A0000000123ABCD1", delivered: true };
const direct = { credentials: { apiKey: "key", apiSecret: "secret" } };
const worker = { endpoint: "https://worker.example", key: "proxy-key" };

const broken: Answer = () => {
  throw new TypeError("fetch failed", {
    cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
  });
};
const answer =
  (status: number, body: string | null = null, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response(body, { status, headers });

function createClient(answers: readonly Answer[], options: Partial<ConversionClientOptions> = {}) {
  const { fetch, sent } = createRecordingFetch(...answers);
  const base = "endpoint" in options ? {} : direct;
  return { sent, ...createConversionClient({ ...base, fetch, ...options } as ConversionClientOptions) };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
});

describe("an answer", () => {
  it.each<[string, Answer, object, string]>([
    ["200 from Vonage", answer(200), {}, "recorded"],
    ["200 from Vonage with a duplicate in its body", answer(200, '{"status":"duplicate"}'), {}, "recorded"],
    ["200 from the Worker", answer(200, '{"status":"recorded"}'), worker, "recorded"],
    [
      "200 from the Worker with a duplicate in its body",
      answer(200, '{"status":"duplicate"}'),
      worker,
      "duplicate",
    ],
    [
      "200 from the Worker with a duplicate in a body of declared length",
      answer(200, '{"status":"duplicate"}', { "content-length": "22" }),
      worker,
      "duplicate",
    ],
    ...["0", "5", "", "-1", "1000000"].map((length): [string, Answer, object, string] => [
      `200 from the Worker whose declared length is a lie (${JSON.stringify(length)})`,
      answer(200, '{"status":"duplicate"}', { "content-length": length }),
      worker,
      "duplicate",
    ]),
    [
      "200 from the Worker with a body too large to be its own",
      answer(200, `{"status":"duplicate"}${" ".repeat(4096)}`),
      worker,
      "recorded",
    ],
    [
      "200 from the Worker with more than its declared length",
      () => {
        const pieces = ['{"status":', '"duplicate"}'].map((piece) => new TextEncoder().encode(piece));
        const body = new ReadableStream<Uint8Array>({
          pull: (controller) => {
            const piece = pieces.shift();
            if (piece) controller.enqueue(piece);
            else controller.close();
          },
        });
        return new Response(body, { headers: { "content-length": "10" } });
      },
      worker,
      "duplicate",
    ],
    ["202 from the Worker", answer(202, '{"status":"accepted"}'), worker, "accepted"],
    [
      "202 from the Worker for a token",
      answer(202),
      { endpoint: "https://worker.example", token: "a.b.c" },
      "accepted",
    ],
  ])("of %s is a success with its own status", async (_, given, options, status) => {
    const { sms, voice, sent } = createClient([given], options);
    expect([await sms(report), await voice(report)]).toEqual([
      { status, attempts: 1 },
      { status, attempts: 1 },
    ]);
    expect(sent.map(({ path }) => path)).toEqual(["/conversions/sms", "/conversions/voice"]);
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  const failures: [number, ConversionErrorCode][] = [
    [201, "unexpected_response"],
    [202, "unexpected_response"],
    [204, "unexpected_response"],
    [302, "unexpected_response"],
    [400, "rejected"],
    [401, "unauthorized"],
    [402, "not_enabled"],
    [403, "unauthorized"],
    [404, "unexpected_response"],
    [405, "unexpected_response"],
    [409, "conflict"],
    [413, "rejected"],
    [415, "rejected"],
    [420, "rejected"],
    [422, "rejected"],
    [423, "rejected"],
    [451, "unexpected_response"],
  ];
  it.each(failures)("of %d is not retried, and rejects with %s", async (status, code) => {
    const { sms, sent } = createClient([answer(status, null, { "retry-after": "1" }), 200]);
    const error = await conversionErrorOf(() => sms(report));
    expect(error).toMatchObject({ code, status, attempts: 1, retryable: false, retryAfter: 1000 });
    expect(error.message).toMatch(
      new RegExp(`^POST /conversions/sms: ${status} \\(attempts: 1\\); \\w+.* \\w+`),
    );
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  const passing: [string, Answer, ConversionErrorCode, number?][] = [
    ["408", 408, "unavailable", 408],
    ["425", 425, "unavailable", 425],
    ["429", 429, "rate_limited", 429],
    ["500", 500, "unavailable", 500],
    ["502", 502, "unavailable", 502],
    ["503", 503, "unavailable", 503],
    ["504", 504, "unavailable", 504],
    ["599", 599, "unavailable", 599],
    ["a broken connection", broken, "network"],
    ["a timeout", hanging, "timeout"],
  ];
  it.each(passing)("of %s is retried, with three requests in all", async (_, given, code, status) => {
    const { voice, sent } = createClient([given]);
    const failure = conversionErrorOf(() => voice(report));
    await vi.runAllTimersAsync();
    expect(await failure).toMatchObject({ code, attempts: 3, retryable: true });
    expect((await failure).status).toBe(status);
    expect((await failure).message).toMatch(
      new RegExp(`^POST /conversions/voice: ${status ?? code} \\(attempts: 3\\); \\w+.* \\w+`),
    );
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ url, body, headers }) => JSON.stringify([url, body, headers]))).size).toBe(1);
  });

  it.each(passing)("of %s is not retried with retry: false", async (_, given, code) => {
    const { sms, sent } = createClient([given], { retry: false });
    const failure = conversionErrorOf(() => sms(report));
    await vi.runAllTimersAsync();
    expect(await failure).toMatchObject({ code, attempts: 1, retryable: true });
    expect(sent).toHaveLength(1);
  });

  it.each(passing)("of %s has no effect after a successful retry", async (_, given) => {
    const { sms } = createClient([given, given, 200]);
    const result = sms(report);
    await vi.runAllTimersAsync();
    expect(await result).toEqual({ status: "recorded", attempts: 3 });
  });

  it("that is not retryable ends the retries", async () => {
    const { sms, sent } = createClient([503, 401, 200]);
    const failure = conversionErrorOf(() => sms(report));
    await vi.runAllTimersAsync();
    expect(await failure).toMatchObject({ code: "unauthorized", status: 401, attempts: 2, retryable: false });
    expect(sent).toHaveLength(2);
  });
});

describe("the wait between requests", () => {
  it.each<[string, Record<string, string>, number[]]>([
    ["half of a doubling bound, with a random number of one half", {}, [125, 250, 500, 1000, 1000]],
    ["the server's Retry-After in seconds", { "retry-after": "0" }, [0, 0, 0, 0, 0]],
    ["the server's Retry-After, clamped", { "retry-after": "3600" }, [1000, 1000, 1000, 1000, 1000]],
    ["half of the bound after an invalid Retry-After", { "retry-after": "-1" }, [125, 250, 500, 1000, 1000]],
    ["zero for a past date", { "retry-after": "Mon, 01 Jun 2026 11:00:00 GMT" }, [0, 0, 0, 0, 0]],
  ])("is %s", async (_, headers, waits) => {
    const times: number[] = [];
    const { sms } = createClient(
      [
        () => {
          times.push(Date.now());
          return new Response(null, { status: 503, headers });
        },
      ],
      { retry: { attempts: 6, baseDelay: 250, maxDelay: 1000 } },
    );
    const failure = conversionErrorOf(() => sms(report));
    await vi.runAllTimersAsync();
    expect(times.slice(1).map((time, index) => time - (times[index] ?? 0))).toEqual(waits);
    expect(await failure).toMatchObject({ attempts: 6 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends at the HTTP date of Retry-After", async () => {
    const { sms, sent } = createClient([
      answer(429, null, { "retry-after": "Mon, 01 Jun 2026 12:00:05 GMT" }),
      200,
    ]);
    const result = sms(report);
    await vi.advanceTimersByTimeAsync(4999);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await result).toEqual({ status: "recorded", attempts: 2 });
  });

  it("is given in full by the error even if it was clamped", async () => {
    const { sms } = createClient([answer(429, null, { "retry-after": "3600" })], { retry: false });
    expect(await conversionErrorOf(() => sms(report))).toMatchObject({
      retryAfter: 3_600_000,
      retryable: true,
    });
  });

  it.each([1, 2, 10])("separates as many requests as the options allow: %d", async (attempts) => {
    const { sms, sent } = createClient([503], { retry: { attempts } });
    const failure = conversionErrorOf(() => sms(report));
    await vi.runAllTimersAsync();
    expect(await failure).toMatchObject({ attempts });
    expect(sent).toHaveLength(attempts);
  });
});

describe("an observer", () => {
  const slow: Answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 40));
    return new Response(null, { status: 503, headers: { "retry-after": "2" } });
  };

  it("gets the result of each request and the wait before the next", async () => {
    const events: AttemptEvent[] = [];
    const { voice } = createClient([slow, broken, hanging, 200], {
      timeout: 5000,
      retry: { attempts: 4 },
      onAttempt: (event) => events.push(event),
    });
    const result = voice(report);
    await vi.runAllTimersAsync();
    expect(await result).toEqual({ status: "recorded", attempts: 4 });
    expect(events).toEqual([
      { channel: "voice", attempt: 1, duration: 40, status: 503, code: "unavailable", retryIn: 2000 },
      { channel: "voice", attempt: 2, duration: 0, code: "network", retryIn: 250 },
      { channel: "voice", attempt: 3, duration: 5000, code: "timeout", retryIn: 500 },
      { channel: "voice", attempt: 4, duration: 0, status: 200 },
    ]);
  });

  it("gets the last failure before the caller does", async () => {
    const order: unknown[] = [];
    const { sms } = createClient([402], { onAttempt: ({ code, retryIn }) => order.push([code, retryIn]) });
    await sms(report).catch(() => order.push("rejected"));
    expect(order).toEqual([["not_enabled", undefined], "rejected"]);
  });

  it("is not called if nothing was sent", async () => {
    const onAttempt = vi.fn();
    const { sms } = createClient([200], { onAttempt, signal: AbortSignal.abort() });
    await conversionErrorOf(() => sms(report));
    await conversionErrorOf(() => sms({ ...report, messageId: "" }));
    expect(onAttempt).not.toHaveBeenCalled();
  });

  const mistake = new Error("the observer's own mistake");
  const mistaken: [string, () => Promise<void>][] = [
    [
      "throws",
      () => {
        throw mistake;
      },
    ],
    ["rejects", () => Promise.reject(mistake)],
    [
      "rejects later",
      async () => {
        await settle();
        throw mistake;
      },
    ],
  ];
  it.each(mistaken)("affects neither a report nor the process when it %s", async (_, onAttempt) => {
    const { sms, voice, sent } = createClient([503, 200, 401], { onAttempt });
    const rejected = await unhandledRejectionsOf(async () => {
      const result = sms(report);
      await vi.runAllTimersAsync();
      expect(await result).toEqual({ status: "recorded", attempts: 2 });
      expect(await conversionErrorOf(() => voice(report))).toMatchObject({ code: "unauthorized" });
      await settle();
    });
    expect(rejected).toEqual([]);
    expect(sent).toHaveLength(3);
  });

  it("does not delay the report", async () => {
    const { sms } = createClient([503, 200], { onAttempt: () => new Promise<void>(() => {}) });
    const result = sms(report);
    await vi.runAllTimersAsync();
    expect(await result).toEqual({ status: "recorded", attempts: 2 });
  });
});

describe("an error", () => {
  const endsWith =
    (answers: readonly Answer[], options: Partial<ConversionClientOptions> = {}, given = report) =>
    () =>
      createClient(answers, { retry: false, ...options } as Partial<ConversionClientOptions>).sms(given);
  /** One way to cause each code. A code without one does not type-check. */
  const ways: Record<ConversionErrorCode, () => unknown> = {
    invalid_options: endsWith([200], { timeout: 0 }),
    invalid_report: endsWith([200], {}, { ...report, messageId: "" }),
    unauthorized: endsWith([401]),
    not_enabled: endsWith([402]),
    rejected: endsWith([420]),
    conflict: endsWith([409], worker),
    rate_limited: endsWith([429]),
    unavailable: endsWith([503]),
    timeout: endsWith([hanging], { timeout: 1 }),
    network: endsWith([broken]),
    aborted: endsWith([200], { signal: AbortSignal.abort() }),
    unexpected_response: endsWith([302]),
  };

  it.each(Object.entries(ways))("of code %s is recognised and can be logged", async (code, way) => {
    const failure = conversionErrorOf(way);
    await vi.runAllTimersAsync();
    const error = await failure;
    expect(error).toBeInstanceOf(ConversionError);
    expect(error).toBeInstanceOf(Error);
    expect(isConversionError(error)).toBe(true);
    expect(error.name).toBe("ConversionError");
    const logged: unknown = JSON.parse(JSON.stringify(error));
    expect(logged).toMatchObject({
      code,
      message: error.message,
      attempts: error.attempts,
      retryable: error.retryable,
    });
    expect(error.retryable).toBe(["rate_limited", "unavailable", "timeout", "network"].includes(code));
  });

  it.each<ConversionErrorCode>(["invalid_report", "timeout", "network", "aborted"])(
    "of code %s without an earlier answer has no status and no Retry-After",
    async (code) => {
      const failure = conversionErrorOf(ways[code]);
      await vi.runAllTimersAsync();
      const error = await failure;
      expect([error.status, error.retryAfter]).toEqual([undefined, undefined]);
      expect(JSON.stringify(error)).not.toMatch(/status|retryAfter/);
    },
  );

  it("of an abort before any request says that nothing was sent", async () => {
    expect((await conversionErrorOf(ways.aborted)).message).toMatch(
      /^POST \/conversions\/sms: aborted \(attempts: 0\); \w+.* \w+/,
    );
  });

  it("of a broken connection has only the system's error code", async () => {
    const { sms } = createClient([broken], { retry: false });
    const error = await conversionErrorOf(() => sms(report));
    expect(error.cause).toBe("ECONNREFUSED");
    // Loggers of an error's own fields get it once, through toJSON, as with every error.
    expect(Object.keys(error)).not.toContain("cause");
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ cause: "ECONNREFUSED" });
  });

  it.each<[string, unknown]>([
    ["an error without a code", new TypeError("fetch failed")],
    [
      "a code that is not the system's",
      Object.assign(new Error("x"), { code: "see https://x/?api_secret=y" }),
    ],
    ["a number as code", Object.assign(new Error("x"), { code: 23 })],
    ["a list as code", Object.assign(new Error("x"), { code: ["ECONNREFUSED"] })],
    ["more before a code", Object.assign(new Error("x"), { code: "s3cret ECONNREFUSED" })],
    ["more after a code", Object.assign(new Error("x"), { code: "ECONNREFUSED s3cret" })],
    ["a string", "fetch failed"],
    ["nothing", undefined],
  ])("of a fetch that rejects with %s has no cause", async (_, rejection) => {
    const { sms } = createClient([() => Promise.reject(rejection)], { retry: false });
    const error = await conversionErrorOf(() => sms(report));
    expect(error).toMatchObject({ code: "network" });
    expect(error.cause).toBeUndefined();
  });

  it.each<[string, unknown]>([
    [
      "another error of that name",
      Object.assign(new Error("x"), { name: "ConversionError", code: "network" }),
    ],
    ["a plain object", { name: "ConversionError", code: "network" }],
    ["null", null],
    ["undefined", undefined],
    ["a string", "ConversionError"],
  ])("is not mistaken for %s", (_, value) => {
    expect(isConversionError(value)).toBe(false);
  });

  it.each<[ConversionErrorCode, RegExp]>([
    ["timeout", /no answer in time; .*may have been recorded/],
    ["network", /no connection, or it broke; .*may have been recorded/],
    ["aborted", /stopped by signal; .*may have been recorded/],
  ])("of code %s without an answer says that Vonage may have recorded the report", async (code, advice) => {
    const failure = conversionErrorOf(ways[code]);
    await vi.runAllTimersAsync();
    expect((await failure).message).toMatch(advice);
  });

  it("of another version of the package is recognised by their common symbol", () => {
    const brand = Symbol.for("vonage-conversion.error");
    expect(isConversionError(Object.assign(new Error("x"), { [brand]: true }))).toBe(true);
  });

  it("of another copy of the package is recognised too", async () => {
    vi.resetModules();
    const copy = await import("../../src/client/errors.ts");
    const error = new copy.ConversionError("conflict", "x");
    expect(error).not.toBeInstanceOf(ConversionError);
    expect(isConversionError(error)).toBe(true);
  });
});
