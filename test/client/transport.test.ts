// One request and its end: deadlines, aborts, bodies, redirects. Tested through the client, as callers see them.

import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTransport, type OutgoingRequest } from "../../src/client/transport.ts";
import {
  type ConversionClientOptions,
  type ConversionReport,
  createConversionClient,
} from "../../src/index.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";
import { type Answer, createRecordingFetch, deaf, hanging } from "../support/recording-fetch.ts";

const report: ConversionReport = { messageId: "0A0000000123ABCD1", delivered: true };
const direct = { credentials: { apiKey: "key", apiSecret: "secret" } };
const worker = { endpoint: "https://worker.example", key: "proxy-key" };
const browser = { endpoint: "https://worker.example", token: "a.b.c" };

function createClient(answers: readonly Answer[], options: object = {}) {
  const { fetch, sent } = createRecordingFetch(...answers);
  const base = "endpoint" in options ? {} : direct;
  return { sent, ...createConversionClient({ ...base, fetch, ...options } as ConversionClientOptions) };
}
const listenersOf = (...signals: AbortSignal[]) =>
  signals.flatMap((signal) => getEventListeners(signal, "abort")).length;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the timeout", () => {
  it.each<[string, Answer]>([
    ["obeys its signal", hanging],
    ["never settles and ignores its signal", deaf],
  ])("applies to each request of a fetch that %s, with or without a caller's signal", async (_, given) => {
    for (const signal of [undefined, new AbortController().signal]) {
      const { sms, sent } = createClient([given], { timeout: 1000, retry: { attempts: 2, baseDelay: 200 } });
      const failure = conversionErrorOf(() => sms(report, signal && { signal }));
      await vi.advanceTimersByTimeAsync(999);
      expect(sent.map((one) => one.signal.aborted)).toEqual([false]);
      await vi.advanceTimersByTimeAsync(1);
      expect(sent.map((one) => one.signal.aborted)).toEqual([true]);
      await vi.advanceTimersByTimeAsync(100);
      expect(sent.map((one) => one.signal.aborted)).toEqual([true, false]);
      await vi.advanceTimersByTimeAsync(1000);
      expect(await failure).toMatchObject({ code: "timeout", attempts: 2, retryable: true });
      expect(signal?.aborted ?? false).toBe(false);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it("is ten seconds by default", async () => {
    const { sms } = createClient([hanging], { retry: false });
    const failure = conversionErrorOf(() => sms(report));
    const ended = vi.fn();
    failure.then(ended);
    await vi.advanceTimersByTimeAsync(9999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await failure).toMatchObject({ code: "timeout" });
  });

  it("accepts an answer that comes just in time", async () => {
    const late: Answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 999));
      return new Response();
    };
    const { sms } = createClient([late], { timeout: 1000 });
    const result = sms(report);
    await vi.advanceTimersByTimeAsync(999);
    expect(await result).toEqual({ status: "recorded", attempts: 1 });
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("an abort", () => {
  /** The same controller's signal, given to the client or to the one report. */
  const places: [string, (signal: AbortSignal) => { client?: object; call?: { signal: AbortSignal } }][] = [
    ["the client's signal", (signal) => ({ client: { signal } })],
    ["the report's signal", (signal) => ({ call: { signal } })],
    [
      "one of two signals",
      (signal) => ({ client: { signal: new AbortController().signal }, call: { signal } }),
    ],
    ["the same signal in both places", (signal) => ({ client: { signal }, call: { signal } })],
  ];

  describe.each(places)("by %s", (_, place) => {
    it("before the report sends nothing", async () => {
      const { client, call } = place(AbortSignal.abort(new Error("s3cret")));
      const { sms, sent } = createClient([200], client);
      expect(await conversionErrorOf(() => sms(report, call))).toMatchObject({
        code: "aborted",
        attempts: 0,
        retryable: false,
      });
      expect(sent).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    });

    it.each<[string, Answer]>([
      ["under way", hanging],
      ["whose fetch ignores its signal", deaf],
    ])("ends a request %s at once, without a retry", async (__, given) => {
      const controller = new AbortController();
      const { client, call } = place(controller.signal);
      const { sms, sent } = createClient([given], client);
      const failure = conversionErrorOf(() => sms(report, call));
      await vi.advanceTimersByTimeAsync(50);
      expect(sent.map(({ signal }) => signal.aborted)).toEqual([false]);
      controller.abort();
      expect(await failure).toMatchObject({ code: "aborted", attempts: 1, retryable: false });
      expect(sent.map(({ signal }) => signal.aborted)).toEqual([true]);
      expect(listenersOf(controller.signal)).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    });

    it("ends a wait at once, without a further request", async () => {
      const controller = new AbortController();
      const { client, call } = place(controller.signal);
      const { sms, sent } = createClient([503, 200], { retry: { baseDelay: 10_000 }, ...client });
      const failure = conversionErrorOf(() => sms(report, call));
      await vi.advanceTimersByTimeAsync(50);
      expect(listenersOf(controller.signal)).toBeGreaterThan(0);
      controller.abort();
      expect(await failure).toMatchObject({ code: "aborted", attempts: 1, retryable: false });
      expect(sent).toHaveLength(1);
      expect(listenersOf(controller.signal)).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  it("of the client ends every report under way", async () => {
    const controller = new AbortController();
    const { sms, voice } = createClient([hanging], { signal: controller.signal });
    const failures = [sms, voice].map((send) => conversionErrorOf(() => send(report)));
    await vi.advanceTimersByTimeAsync(1);
    controller.abort();
    expect((await Promise.all(failures)).map(({ code }) => code)).toEqual(["aborted", "aborted"]);
  });

  it("of one report does not affect the others", async () => {
    const controller = new AbortController();
    const { sms } = createClient([hanging, 200]);
    const failure = conversionErrorOf(() => sms(report, { signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(1);
    controller.abort();
    expect(await failure).toMatchObject({ code: "aborted" });
    expect(await sms(report)).toEqual({ status: "recorded", attempts: 1 });
  });
});

describe("a signal shared by many reports", () => {
  const throwing: Answer = () => {
    throw new TypeError("fetch failed");
  };

  it.each<[string, readonly Answer[], object]>([
    ["a success", [200], {}],
    ["a success at the Worker", [() => new Response('{"status":"recorded"}')], worker],
    ["a refusal", [401], {}],
    ["a success after waits", [503, throwing, 200], {}],
    ["giving up", [503], {}],
    ["timeouts", [hanging], {}],
    ["timeouts of a deaf fetch", [deaf], {}],
    ["broken connections", [throwing], {}],
  ])("has no listener, and no timer runs, after %s", async (_, answers, options) => {
    const signals = [new AbortController().signal, new AbortController().signal] as const;
    const { sms, sent } = createClient(answers, { signal: signals[0], ...options });
    const ended = sms(report, { signal: signals[1] }).catch(() => {});
    await vi.runAllTimersAsync();
    await ended;
    expect(sent.length).toBeGreaterThan(0);
    expect(listenersOf(...signals)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("has one listener for each report under way", async () => {
    const { signal } = new AbortController();
    const { sms } = createClient([hanging]);
    const ended = [sms(report, { signal }), sms(report, { signal })].map((one) => one.catch(() => {}));
    await vi.advanceTimersByTimeAsync(1);
    expect(listenersOf(signal)).toBe(2);
    await vi.runAllTimersAsync();
    await Promise.all(ended);
    expect(listenersOf(signal)).toBe(0);
  });
});

describe("a body", () => {
  const text = new TextEncoder();
  const cancelled = vi.fn<() => Promise<void>>();
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(text.encode(" ".repeat(500))),
      // Hangs, like a faulty source.
      cancel: () => {
        cancelled();
        return new Promise(() => {});
      },
    });
  const brokenOff = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(text.encode('{"status":')),
      pull: (controller) => controller.error(new TypeError("terminated")),
    });
  const bodies: [string, () => BodyInit | null][] = [
    ["none", () => null],
    ["empty", () => ""],
    ["null in JSON", () => "null"],
    ["plain text", () => "OK"],
    ["an HTML page", () => "<html><head><title>Error</title></head><body>Powered by Jetty://</body></html>"],
    ["truncated JSON", () => '{"status":'],
    ["bytes that are not UTF-8", () => new Uint8Array([0xff, 0xfe, 0x00])],
    ["a megabyte", () => "x".repeat(1_000_000)],
    ["without end", endless],
    ["broken off after the headers", brokenOff],
  ];
  const modes: [string, object][] = [
    ["Vonage", direct],
    ["the Worker, with a key", worker],
    ["the Worker, with a token", browser],
  ];

  describe.each(modes)("of an answer by %s", (_, options) => {
    it.each(bodies)("does not change the meaning of the status: %s", async (__, body) => {
      const { signal } = new AbortController();
      const answer = (status: number) => () => new Response(body(), { status });
      const { sms, voice } = createClient([answer(200), answer(402)], { ...options, signal });
      expect(await sms(report)).toEqual({ status: "recorded", attempts: 1 });
      expect(await conversionErrorOf(() => voice(report))).toMatchObject({
        code: "not_enabled",
        attempts: 1,
      });
      await vi.advanceTimersByTimeAsync(0);
      expect(listenersOf(signal)).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    });

    it("is not read endlessly", async () => {
      cancelled.mockClear();
      const { sms } = createClient([() => new Response(endless())], options);
      await sms(report);
      await vi.advanceTimersByTimeAsync(0);
      expect(cancelled).toHaveBeenCalledTimes(1);
    });
  });

  const stalled =
    (status: number, begin = "") =>
    () =>
      new Response(new ReadableStream({ start: (controller) => controller.enqueue(text.encode(begin)) }), {
        status,
        headers: { "retry-after": "0" },
      });
  const toWorker = modes.slice(1);

  describe.each(toWorker)("that stalls, of an answer by %s,", (_, options) => {
    it.each([
      [401, "unauthorized"],
      [409, "conflict"],
      [422, "rejected"],
      [404, "unexpected_response"],
    ])("does not hide status %d: %s at once", async (status, code) => {
      const { signal } = new AbortController();
      const { sms, sent } = createClient([stalled(status)], { ...options, timeout: 1000, signal });
      const started = Date.now();
      expect(await conversionErrorOf(() => sms(report))).toMatchObject({ code, status, attempts: 1 });
      expect(Date.now() - started).toBe(0);
      // The rest of the body ends with the timeout, as for Vonage.
      await vi.advanceTimersByTimeAsync(1000);
      expect(sent.map((one) => one.signal.aborted)).toEqual([true]);
      expect(listenersOf(signal)).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    });

    it("does not hide that the report was accepted", async () => {
      const { sms } = createClient([stalled(202)], options);
      expect(await sms(report)).toEqual({ status: "accepted", attempts: 1 });
    });

    it("does not prevent a retry", async () => {
      const { sms, sent } = createClient([stalled(503), stalled(429), 200], { ...options, timeout: 60_000 });
      const result = sms(report);
      await vi.advanceTimersByTimeAsync(10);
      expect(await result).toEqual({ status: "recorded", attempts: 3 });
      expect(sent).toHaveLength(3);
    });

    it.each(["", '{"status":', '{"status":"duplicate"}'])(
      "leaves a 200 recorded when the timeout passes, after %j",
      async (begin) => {
        const { signal } = new AbortController();
        const { sms, sent } = createClient([stalled(200, begin)], { ...options, timeout: 1000, signal });
        const ended = vi.fn();
        const result = sms(report);
        result.then(ended);
        await vi.advanceTimersByTimeAsync(999);
        expect(ended).not.toHaveBeenCalled();
        await vi.advanceTimersByTimeAsync(1);
        expect(await result).toEqual({ status: "recorded", attempts: 1 });
        expect(sent.map((one) => one.signal.aborted)).toEqual([true]);
        expect(listenersOf(signal)).toBe(0);
        expect(vi.getTimerCount()).toBe(0);
      },
    );

    it("leaves a 200 recorded when the caller aborts", async () => {
      const controller = new AbortController();
      const { sms } = createClient([stalled(200)], { ...options, signal: controller.signal });
      const result = sms(report);
      await vi.advanceTimersByTimeAsync(50);
      controller.abort();
      expect(await result).toEqual({ status: "recorded", attempts: 1 });
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  it("of Vonage's delays no result, and ends with the timeout at the latest", async () => {
    const { signal } = new AbortController();
    const { sms, sent } = createClient([stalled(200)], { timeout: 1000, signal });
    expect(await sms(report)).toEqual({ status: "recorded", attempts: 1 });
    expect(sent.map((one) => one.signal.aborted)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.map((one) => one.signal.aborted)).toEqual([true]);
    expect(listenersOf(signal)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a transport that waits for the body", () => {
  const answeredWith = (body: BodyInit | null) =>
    createTransport({
      ...{ baseUrl: "https://api.nexmo.com", timeout: 1000, keepalive: false, readUpTo: 200, maxBytes: 10 },
      fetch: async () => new Response(body),
    })({ path: "/x", headers: {} }, []);
  const brokenOff = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
    pull: (controller) => controller.error(new TypeError("terminated")),
  });

  it("returns a body up to its limit", async () => {
    expect(await answeredWith("1234567890")).toEqual({ status: 200, retryAfter: null, body: "1234567890" });
  });

  it.each<[string, BodyInit | null]>([
    ["is more", "12345678901"],
    ["is truncated", brokenOff],
    ["is not UTF-8", new Uint8Array([0xff])],
    ["is missing", null],
  ])("returns an empty text instead of a part if the body %s", async (_, body) => {
    expect(await answeredWith(body)).toEqual({ status: 200, retryAfter: null, body: "" });
  });
});

describe("a request that the runtime must not repeat", () => {
  const bodyOf = async (once: boolean | undefined, request: Partial<OutgoingRequest>) => {
    const bodies: unknown[] = [];
    await createTransport({
      ...{ baseUrl: "https://api.nexmo.com", timeout: 1000, keepalive: false, readUpTo: 0 },
      ...(once !== undefined && { once }),
      fetch: async (_, init) => {
        bodies.push(init?.body);
        return new Response();
      },
    })({ path: "/x", headers: {}, ...request }, []);
    expect(bodies).toHaveLength(1);
    return bodies[0];
  };

  it.each<[string, Partial<OutgoingRequest>, string]>([
    ["a form", { form: [["a", "b c"]] }, "a=b+c"],
    ["a text", { body: "{}" }, "{}"],
  ])("has %s in a Blob as body, which no runtime reads again by itself", async (_, request, text) => {
    const body = await bodyOf(true, request);
    expect(body).toBeInstanceOf(Blob);
    expect(await new Response(body as Blob).text()).toBe(text);
    expect(await bodyOf(undefined, request)).toBe(text);
  });

  it("has no body without parameters", async () => {
    expect(await bodyOf(true, {})).toBeUndefined();
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])(
    "%d is not followed, because it would receive the secret",
    async (status) => {
      const answer = () => new Response(null, { status, headers: { location: "https://evil.example/" } });
      const { sms, sent } = createClient([answer, 200]);
      const error = await conversionErrorOf(() => sms(report));
      expect(error).toMatchObject({ code: "unexpected_response", status, attempts: 1, retryable: false });
      expect(sent.map(({ url, redirect }) => [new URL(url).host, redirect])).toEqual([
        ["api.nexmo.com", "manual"],
      ]);
    },
  );

  it("of status 0, which an injected fetch may return with headers, ends the report at once too", async () => {
    const empty = () => new Response(null, { headers: { "content-length": "0" } });
    const { sms } = createClient([() => Object.defineProperty(empty(), "status", { value: 0 })]);
    const ended = vi.fn();
    conversionErrorOf(() => sms(report)).then(ended);
    await vi.advanceTimersByTimeAsync(0);
    expect(ended).toHaveBeenCalledWith(expect.objectContaining({ code: "unexpected_response" }));
  });

  it("that a browser makes opaque (status 0) is a failure", async () => {
    const opaque = () => Object.defineProperty(new Response(), "status", { value: 0 });
    for (const answer of [opaque, () => Response.error()]) {
      const { sms, sent } = createClient([answer, 200], browser);
      expect(await conversionErrorOf(() => sms(report))).toMatchObject({
        code: "unexpected_response",
        attempts: 1,
      });
      expect(sent).toHaveLength(1);
    }
  });
});
