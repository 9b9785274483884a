// The client of POST /messages, by what goes over the wire and by what its callers get.

import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTrackingClient, type SentMessage, type TrackingClientOptions } from "../../src/track/index.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";
import { type Answer, createRecordingFetch, hanging } from "../support/recording-fetch.ts";

const NOW = Date.UTC(2026, 10, 25, 12);
const KEY = "canary-key-0123456789";
const TO = "+447400123456";
const ID = "0A0000000123ABCD1";
const MESSAGE: SentMessage = { messageId: ID, channel: "sms" };
const TRACKED = { token: "aaaa.bbbb.cccc", expiresAt: "2026-11-25T12:05:00.000Z" };

const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  () =>
    Response.json(body, { status, headers });
const tracked = json(201, TRACKED);

function createClient(options: Partial<TrackingClientOptions>, ...answers: readonly Answer[]) {
  const { fetch, sent } = createRecordingFetch(...answers);
  const all = { endpoint: "https://worker.example/api/", key: KEY, fetch, ...options };
  return { tracking: createTrackingClient(all), sent };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => vi.useRealTimers());

describe("a request", () => {
  it("posts JSON to /messages below the endpoint, with the proxy key", async () => {
    const { tracking, sent } = createClient({}, tracked);
    expect(await tracking.track(MESSAGE)).toEqual(TRACKED);
    expect(sent).toMatchObject([
      {
        method: "POST",
        url: "https://worker.example/api/messages",
        headers: {
          authorization: `Bearer ${KEY}`,
          accept: "application/json",
          "content-type": "application/json",
        },
        redirect: "manual",
        keepalive: false,
      },
    ]);
  });

  it("leaves the defaults to the Worker", async () => {
    const { tracking, sent } = createClient({}, tracked);
    await tracking.track({ messageId: ID, channel: "voice" });
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({ messageId: ID, channel: "voice" });
  });

  it("holds every field, an instant as ISO 8601 and a price without an exponent", async () => {
    const { tracking, sent } = createClient({}, tracked);
    const given = {
      ...MESSAGE,
      traffic: "other",
      expiresIn: 240,
      to: TO,
      country: "GB",
      network: "23410",
    } as const;
    await tracking.track({ ...given, sentAt: NOW - 1500, price: 0.0000001 });
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      ...given,
      sentAt: "2026-11-25T11:59:58.000Z",
      price: "0.00000010",
    });
  });

  it.each<[string, SentMessage["sentAt"]]>([
    ["a Date", new Date(NOW)],
    ["epoch milliseconds", NOW],
    ["ISO 8601", "2026-11-25T13:00:00+01:00"],
  ])("takes the time of sending as %s", async (_, sentAt) => {
    const { tracking, sent } = createClient({}, tracked);
    await tracking.track({ ...MESSAGE, ...(sentAt !== undefined && { sentAt }) });
    expect(JSON.parse(sent[0]?.body ?? "")).toMatchObject({ sentAt: "2026-11-25T12:00:00.000Z" });
  });

  it.each<[number | string, string]>([
    [0, "0.00000000"],
    [100, "100.00000000"],
    ["0.03330000", "0.03330000"],
  ])("takes the price %j", async (price, written) => {
    const { tracking, sent } = createClient({}, tracked);
    await tracking.track({ ...MESSAGE, price });
    expect(JSON.parse(sent[0]?.body ?? "")).toMatchObject({ price: written });
  });
});

it("a Worker without token secrets returns no token", async () => {
  const { tracking } = createClient({}, json(201, { expiresAt: TRACKED.expiresAt }));
  expect(await tracking.track(MESSAGE)).toEqual({ expiresAt: TRACKED.expiresAt });
});

it("a result holds nothing but token and expiresAt", async () => {
  const { tracking } = createClient({}, json(201, { ...TRACKED, later: "a field of a later version" }));
  expect(await tracking.track(MESSAGE)).toEqual(TRACKED);
});

describe("what breaks a rule is refused with every field at fault, and nothing is sent", () => {
  it.each<[string, object, RegExp]>([
    ["no message", { messageId: undefined, channel: undefined }, /messageId must be .*; channel must be/],
    ["a blank id", { messageId: " " }, /messageId must be 1 to 128 characters/],
    ["another channel", { channel: "fax" }, /channel must be one of sms, voice/],
    ["another traffic", { traffic: "3fa" }, /traffic must be one of 2fa, other/],
    ["a short expiry", { expiresIn: 29 }, /expiresIn must be a whole number from 30 to 86400/],
    ["a long expiry", { expiresIn: 86_401 }, /expiresIn must be a whole number from 30 to 86400/],
    ["an empty number", { to: "" }, /to must be a phone number/],
    ["a country in small letters", { country: "gb" }, /country must be an ISO 3166 code in capitals/],
    ["a network by name", { network: "O2" }, /network must be an MCCMNC/],
    ["a time without offset", { sentAt: "2026-11-25T12:00:00" }, /sentAt must be a valid Date/],
    ["an old message", { sentAt: NOW - 86_401_000 }, /sentAt must be within the last day/],
    ["seconds", { sentAt: NOW / 1000 }, /sentAt must be within the last day; milliseconds are taken/],
    ["a message of the future", { sentAt: NOW + 301_000 }, /sentAt must not be later than now/],
    ["a negative price", { price: -0.01 }, /price must be a price in EUR from 0 to 100/],
    ["a price above 100 EUR", { price: 101 }, /price must be a price in EUR from 0 to 100/],
    ["a text above 100 EUR", { price: "101" }, /price must be a price in EUR from 0 to 100/],
    ["a price with an exponent", { price: "1e-2" }, /price must be a price in EUR from 0 to 100/],
    ["a price that is no number", { price: true }, /price must be a price in EUR from 0 to 100/],
    ["an unknown field", { delivered: true }, /delivered is not known here/],
  ])("%s", async (_, fields, message) => {
    const { tracking, sent } = createClient({}, tracked);
    const error = await conversionErrorOf(() => tracking.track({ ...MESSAGE, ...fields } as SentMessage));
    expect(error).toMatchObject({ code: "invalid_report", attempts: 0, retryable: false });
    expect(error.message).toMatch(message);
    expect(error.faults?.length).toBeGreaterThan(0);
    expect(sent).toEqual([]);
  });

  it("options", async () => {
    const options = {
      endpoint: "http://worker.example",
      key: "a b",
      timeout: 0,
      retry: true,
      fetch: 1,
      signal: 1,
    };
    const error = await conversionErrorOf(() =>
      createTrackingClient(options as unknown as TrackingClientOptions),
    );
    expect(error.code).toBe("invalid_options");
    expect(error.faults?.map(({ field }) => field)).toEqual(Object.keys(options));
  });

  it("no endpoint and no key", async () => {
    const error = await conversionErrorOf(() => createTrackingClient({} as TrackingClientOptions));
    expect(error.faults?.map(({ field }) => field)).toEqual(["endpoint", "key"]);
  });

  it("a signal that is none", async () => {
    const { tracking, sent } = createClient({}, tracked);
    const signal = "stop" as unknown as AbortSignal;
    const error = await conversionErrorOf(() => tracking.track(MESSAGE, { signal }));
    expect([error.code, error.faults?.[0]?.field]).toEqual(["invalid_options", "signal"]);
    expect(sent).toEqual([]);
  });
});

describe("an answer", () => {
  it.each<[string, Answer, string, number, RegExp]>([
    ["401", 401, "unauthorized", 401, /does not know this proxy key/],
    ["403", 403, "unauthorized", 403, /other kind of traffic/],
    ["400 without a problem", 400, "rejected", 400, /refused the message;/],
    ["400 of another server", json(400, { errors: "none" }), "rejected", 400, /refused the message;/],
    ["413", 413, "rejected", 413, /refused the message;/],
    ["402", 402, "unexpected_response", 402, /check endpoint/],
    ["409", 409, "unexpected_response", 409, /check endpoint/],
    ["200", json(200, TRACKED), "unexpected_response", 200, /check endpoint/],
    ["202", json(202, TRACKED), "unexpected_response", 202, /check endpoint/],
    ["404", 404, "unexpected_response", 404, /check baseUrl or endpoint/],
    ["a redirect", () => Response.redirect("https://a.example", 307), "unexpected_response", 307, /check/],
    ["501 of a Worker without a ledger", 501, "unexpected_response", 501, /bind LEDGER/],
    ["an empty 201", 201, "unexpected_response", 201, /check endpoint/],
    ["a 201 in HTML", () => new Response("<p>", { status: 201 }), "unexpected_response", 201, /check/],
    ["a 201 without a date", json(201, { expiresAt: "soon" }), "unexpected_response", 201, /check/],
    [
      "a 201 with a strange token",
      json(201, { ...TRACKED, token: "a" }),
      "unexpected_response",
      201,
      /check/,
    ],
  ])("%s is final", async (_, answer, code, status, message) => {
    const { tracking, sent } = createClient({}, answer);
    const error = await conversionErrorOf(() => tracking.track(MESSAGE));
    expect(error).toMatchObject({ code, status, attempts: 1, retryable: false });
    expect(error.message).toMatch(new RegExp(`^POST /messages: ${status} \\(attempts: 1\\); `));
    expect(error.message).toMatch(message);
    expect(sent).toHaveLength(1);
  });

  it("400 is explained by the names of the fields alone", async () => {
    const errors = [
      { parameter: "price", detail: `is wrong for ${TO}` },
      { parameter: "to", detail: `${TO} is no number` },
      { parameter: ID, detail: "is not known" },
    ];
    const { tracking } = createClient({}, json(400, { errors }));
    const error = await conversionErrorOf(() => tracking.track({ ...MESSAGE, to: TO }));
    expect(error.message).toContain("the Worker refused to, price;");
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(new RegExp(`${ID}|7400123456`));
  });
});

describe("a request that may succeed unchanged", () => {
  const failing: Answer = () => {
    throw Object.assign(new TypeError(`fetch failed: ${ID} ${TO} ${KEY}`), { code: "ECONNRESET" });
  };

  it.each<[string, Answer, number]>([
    ["503", 503, 125],
    ["429 with Retry-After", json(429, {}, { "retry-after": "2" }), 2000],
    ["a broken connection", failing, 125],
  ])("is repeated with the same body after %s", async (_, answer, wait) => {
    const { tracking, sent } = createClient({}, answer, tracked);
    const result = tracking.track({ ...MESSAGE, sentAt: new Date(NOW) });
    await vi.advanceTimersByTimeAsync(wait - 1);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await result).toEqual(TRACKED);
    expect(sent).toHaveLength(2);
    expect(sent[1]?.body).toBe(sent[0]?.body);
  });

  it("is given up after the last request, with what the server asked for", async () => {
    const { tracking, sent } = createClient({}, json(503, {}, { "retry-after": "60" }));
    const failed = conversionErrorOf(() => tracking.track(MESSAGE));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await failed).toMatchObject({
      code: "unavailable",
      status: 503,
      attempts: 3,
      retryable: true,
      retryAfter: 60_000,
    });
    expect(sent).toHaveLength(3);
  });

  it("is sent once with retry: false, and the error names the network's code alone", async () => {
    const { tracking, sent } = createClient({ retry: false }, failing);
    const error = await conversionErrorOf(() => tracking.track({ ...MESSAGE, to: TO }));
    expect(error).toMatchObject({ code: "network", cause: "ECONNRESET", attempts: 1, retryable: true });
    expect(error.message).toMatch(/^POST \/messages: network /);
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(
      new RegExp(`${ID}|7400123456|${KEY}`),
    );
    expect(sent).toHaveLength(1);
  });

  it("times out without an answer", async () => {
    const { tracking } = createClient({ retry: false, timeout: 50 }, hanging);
    const failed = conversionErrorOf(() => tracking.track(MESSAGE));
    await vi.advanceTimersByTimeAsync(50);
    expect(await failed).toMatchObject({ code: "timeout", retryable: true });
  });

  it("times out, and is repeated, if the body of a 201 stalls", async () => {
    const stalled: Answer = () => new Response(new ReadableStream(), { status: 201 });
    const { tracking, sent } = createClient({ timeout: 50 }, stalled, tracked);
    const result = tracking.track(MESSAGE);
    await vi.advanceTimersByTimeAsync(50 + 125);
    expect(await result).toEqual(TRACKED);
    expect(sent).toHaveLength(2);
  });

  it("is not repeated after a bug of the given fetch", async () => {
    const buggy: Answer = () => {
      throw new ReferenceError(`x is not defined near ${KEY}`);
    };
    const { tracking, sent } = createClient({}, buggy);
    const error = await conversionErrorOf(() => tracking.track(MESSAGE));
    expect(error).toMatchObject({ code: "invalid_options", cause: "ReferenceError", retryable: false });
    expect(sent).toHaveLength(1);
  });
});

describe.each([["the client's"], ["the call's"]])("%s signal", (whose) => {
  function begin(signal: AbortSignal, ...answers: readonly Answer[]) {
    const own = whose === "the client's";
    const { tracking, sent } = createClient(own ? { signal } : {}, ...answers);
    return { sent, failed: conversionErrorOf(() => tracking.track(MESSAGE, own ? {} : { signal })) };
  }

  it("stops a call before anything is sent", async () => {
    const { failed, sent } = begin(AbortSignal.abort(), tracked);
    expect(await failed).toMatchObject({ code: "aborted", attempts: 0, retryable: false });
    expect(sent).toEqual([]);
  });

  it.each<[string, Answer]>([
    ["a request", hanging],
    ["the body of an answer", () => new Response(new ReadableStream(), { status: 201 })],
    ["a wait", 503],
  ])("stops %s", async (_, answer) => {
    const controller = new AbortController();
    const { failed, sent } = begin(controller.signal, answer);
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    expect(await failed).toMatchObject({ code: "aborted", attempts: 1, retryable: false });
    expect(sent).toHaveLength(1);
  });
});

it("a signal that ends the body of the only request is no timeout", async () => {
  const controller = new AbortController();
  const stalled: Answer = () => new Response(new ReadableStream(), { status: 201 });
  const { tracking } = createClient({ retry: false }, stalled);
  const failed = conversionErrorOf(() => tracking.track(MESSAGE, { signal: controller.signal }));
  await vi.advanceTimersByTimeAsync(10);
  controller.abort();
  expect(await failed).toMatchObject({ code: "aborted", attempts: 1, retryable: false });
});
