import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { problem } from "../../../adapters/http/problem.ts";
import { PROBLEMS, type ProblemName } from "../../../adapters/http/problems.ts";
import {
  createTwoFactorClient,
  isTwoFactorError,
  type TwoFactorClient,
  type TwoFactorClientOptions,
  type TwoFactorError,
} from "../../../src/two-factor/index.ts";
import { type Answer, createRecordingFetch, deaf, hanging } from "../../support/recording-fetch.ts";
import { settle, unhandledRejectionsOf } from "../../support/unhandled-rejections.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const KEY = "proxy-key-0123456789";
const ID = "3.AbCdEfGhIjKlMnOpQrSt-_";
const CODE = "918273";
const NUMBER = "447400123456";
const START = { to: `+${NUMBER}`, channel: "sms" } as const;
/** The challenge in a problem, which contains no number. */
const CHALLENGE = {
  id: ID,
  channel: "sms",
  expiresAt: "2026-06-01T12:05:00.000Z",
  attemptsLeft: 5,
} as const;
const STATUS = { ...CHALLENGE, to: `+${NUMBER}` } as const;
const DETAILS = {
  ...STATUS,
  state: "pending",
  clientRef: ID,
  createdAt: "2026-06-01T12:00:00.000Z",
  messages: [
    {
      messageId: "0A0000000123ABCD1",
      channel: "sms",
      state: "sent",
      sentAt: "2026-06-01T12:00:00.000Z",
      receipts: [{ messageId: "0A0000000123ABCD1", status: "delivered", errorCode: 0 }],
    },
  ],
};

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/json", ...headers },
    });
const text =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response(body, { status, headers });
/** The challenge in the Worker's answer. */
const refusal = (name: ProblemName, more: object = {}, headers: Record<string, string> = {}): Answer => {
  const { status, body, headers: own } = problem(name, more, headers);
  return () => new Response(body, { status, headers: own });
};

const CALLS: Readonly<Record<string, (client: TwoFactorClient, signal?: AbortSignal) => Promise<unknown>>> = {
  start: (client, signal) => client.start(START, signal && { signal }),
  check: (client, signal) => client.check(ID, CODE, signal && { signal }),
  resend: (client, signal) => client.resend(ID, { channel: "voice" }, signal && { signal }),
  cancel: (client, signal) => client.cancel(ID, signal && { signal }),
  get: (client, signal) => client.get(ID, signal && { signal }),
};
const EACH = Object.entries(CALLS);

function createClient(answers: readonly Answer[] = [], options: Partial<TwoFactorClientOptions> = {}) {
  const { fetch, sent } = createRecordingFetch(...answers);
  const client = createTwoFactorClient({
    endpoint: "https://worker.example",
    key: KEY,
    retry: false,
    fetch,
    ...options,
  });
  return { client, sent };
}

describe("over the wire", () => {
  it.each<[string, Answer, unknown, string, string, unknown]>([
    ["start", json(201, STATUS), STATUS, "POST", "/2fa", { ...START, locale: "en" }],
    ["check", json(200, { verified: true }), { verified: true }, "POST", `/2fa/${ID}/check`, { code: CODE }],
    ["resend", json(201, STATUS), STATUS, "POST", `/2fa/${ID}/resend`, { channel: "voice" }],
    ["cancel", 204, undefined, "DELETE", `/2fa/${ID}`, undefined],
    ["get", json(200, DETAILS), DETAILS, "GET", `/2fa/${ID}`, undefined],
  ])(
    "%s is one request with the key as bearer, and returns the Worker's answer",
    async (call, answer, result, method, path, body) => {
      const { client, sent } = createClient([answer]);
      expect(await CALLS[call]?.(client)).toEqual(result);
      expect(sent).toHaveLength(1);
      expect(sent[0]).toMatchObject({
        method,
        url: `https://worker.example${path}`,
        redirect: "manual",
        keepalive: false,
      });
      expect(sent[0]?.headers).toEqual({
        authorization: `Bearer ${KEY}`,
        accept: "application/json",
        ...(body !== undefined && {
          "content-type": "application/json",
          "idempotency-key": expect.stringMatching(/^"[\da-f-]{36}"$/),
        }),
      });
      expect(sent[0]?.body).toBe(body === undefined ? "" : JSON.stringify(body));
    },
  );

  it("start sends exactly the given fields", async () => {
    const { client, sent } = createClient([json(201, STATUS)]);
    const request = {
      to: "07400 123456",
      channel: "voice",
      defaultCountry: "GB",
      brand: "Ämé & Co",
      locale: "pt-BR",
      clientRef: "order:7",
    } as const;
    await client.start(request);
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual(request);
  });

  it.each(["918 273", "918\u2013273", " 918273\n", "９１８２７３", "٩١٨٢٧٣"])(
    "check sends the digits of a typed code: %j",
    async (typed) => {
      const { client, sent } = createClient([json(200, { verified: true })]);
      await client.check(ID, typed);
      expect(JSON.parse(sent[0]?.body ?? "")).toEqual({ code: CODE });
    },
  );

  it("resend without a channel leaves it to the Worker", async () => {
    const { client, sent } = createClient([json(201, STATUS)]);
    await client.resend(ID);
    expect(sent[0]?.body).toBe("{}");
  });

  it("requests go below the endpoint's path, with or without a trailing slash", async () => {
    for (const endpoint of ["https://shop.example/api/2", "https://shop.example/api/2/"]) {
      const { client, sent } = createClient([json(200, DETAILS)], { endpoint });
      await client.get(ID);
      expect(sent[0]?.path).toBe(`/api/2/2fa/${ID}`);
    }
  });

  it("bodies cannot be sent twice by a runtime that repeats requests after a broken connection", async () => {
    const bodies: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      bodies.push(init?.body);
      return Response.json(STATUS, { status: 201 });
    };
    const { client } = createClient([], { fetch });
    await client.start(START);
    expect(bodies).toEqual([expect.any(Blob)]);
  });

  it("a challenge has the channel of its newest message", async () => {
    for (const channel of ["sms", "voice"] as const) {
      const { client } = createClient([json(201, { ...STATUS, channel })]);
      expect(await client.resend(ID)).toEqual({ ...STATUS, channel });
    }
  });

  it("a challenge of any shard is reached", async () => {
    for (const id of ["0.abc", "15.AbC-_", "f-_1.x"]) {
      const { client, sent } = createClient([204]);
      await client.cancel(id);
      expect(sent[0]?.path).toBe(`/2fa/${id}`);
    }
  });

  it("the platform's fetch is the default, looked up at each call", async () => {
    const client = createTwoFactorClient({ endpoint: "https://worker.example", key: KEY });
    const { fetch, sent } = createRecordingFetch(json(200, { verified: true }));
    vi.stubGlobal("fetch", fetch);
    expect(await client.check(ID, CODE)).toEqual({ verified: true });
    expect(sent).toHaveLength(1);
  });
});

it("a challenge of ten long messages is read completely, and an endless body is not", async () => {
  const [message] = DETAILS.messages;
  const receipt = { ...message?.receipts[0], clientRef: ID, networkCode: "23410", price: "0.03330000" };
  const messages = Array.from({ length: 10 }, () => ({ ...message, receipts: Array(4).fill(receipt) }));
  const long = { ...DETAILS, messages };
  expect(JSON.stringify(long).length).toBeGreaterThan(4096);
  await expect(createClient([json(200, long)]).client.get(ID)).resolves.toEqual(long);
  const endless = { ...DETAILS, clientRef: "x".repeat(100_000) };
  await expect(createClient([json(200, endless)]).client.get(ID)).rejects.toMatchObject({
    code: "unexpected_response",
  });
});

describe("a checked code", () => {
  it.each([
    ["code-wrong", "wrong"],
    ["code-expired", "expired"],
    ["too-many-attempts", "too_many_attempts"],
    ["code-superseded", "superseded"],
    ["challenge-cancelled", "cancelled"],
    ["code-used", "used"],
  ] as const)("is not taken, without an error, where the Worker says %s: %s", async (name, reason) => {
    const { client } = createClient([refusal(name, { attemptsLeft: 2 })]);
    expect(await client.check(ID, CODE)).toEqual({ verified: false, reason, attemptsLeft: 2 });
  });

  it("has no guesses left if the Worker does not give their number", async () => {
    const { client } = createClient([refusal("code-used")]);
    expect(await client.check(ID, CODE)).toEqual({ verified: false, reason: "used", attemptsLeft: 0 });
  });

  it.each<[string, Answer]>([
    ["a page that answers everything with 200", text(200, "<!doctype html><title>Shop</title>")],
    ["nothing", 200],
    ["204", 204],
    ["201", json(201, { verified: true })],
    ["verified as a text", json(200, { verified: "true" })],
    ["verified: false", json(200, { verified: false })],
    ["a number", json(200, 1)],
    ["null", json(200, null)],
    ["a list", json(200, [{ verified: true }])],
    ["a truncated body", text(200, '{"verified":tr')],
    ["a body too large to be the Worker's", text(200, `{"verified":true}${" ".repeat(70_000)}`)],
    ["a redirect to a success", text(302, '{"verified":true}', { location: "https://elsewhere.example" })],
  ])("is never verified by %s", async (_, answer) => {
    const { client, sent } = createClient([answer]);
    expect(await errorOf(client.check(ID, CODE))).toMatchObject({
      code: "unexpected_response",
      retryable: false,
    });
    expect(sent).toHaveLength(1);
  });

  it.each(["constructor", "__proto__", "toString", "code-wrong-too", ""])(
    "is never refused for an unknown reason (%j)",
    async (name) => {
      const type = `urn:problem:vonage-conversion:${name}`;
      const { client } = createClient([json(422, { type, title: "Odd", attemptsLeft: 2 })]);
      expect(await errorOf(client.check(ID, CODE))).toMatchObject({
        code: "unexpected_response",
        status: 422,
      });
    },
  );
});

/** The error code of each problem of the Worker, and if the same request may succeed later. */
const CODES: readonly (readonly [ProblemName, string, boolean])[] = [
  ["malformed-body", "invalid_request", false],
  ["invalid-parameters", "invalid_request", false],
  ["body-too-large", "invalid_request", false],
  ["unauthenticated", "unauthorized", false],
  ["wrong-traffic", "unauthorized", false],
  ["not-found", "not_found", false],
  ["invalid-number", "invalid_number", false],
  ["number-refused", "number_refused", false],
  ["country-not-served", "country_not_served", false],
  ["route-paused", "route_paused", true],
  ["channel-unavailable", "channel_unavailable", false],
  ["number-limit", "number_limit", true],
  ["prefix-limit", "prefix_limit", true],
  ["caller-limit", "caller_limit", true],
  ["total-limit", "total_limit", true],
  ["resend-too-soon", "resend_too_soon", true],
  ["too-many-messages", "too_many_messages", false],
  ["too-many-requests", "rate_limited", true],
  ["send-uncertain", "send_uncertain", false],
  ["send-throttled", "unavailable", true],
  ["send-unavailable", "unavailable", true],
  ["send-unauthorized", "send_failed", false],
  ["send-account-refused", "send_failed", false],
  ["send-rejected", "send_failed", false],
  ["send-unexpected", "send_failed", false],
  ["no-two-factor", "not_configured", false],
  ["not-configured", "not_configured", false],
  ["ledger-unavailable", "unavailable", true],
  ["internal", "unexpected_response", false],
  ["method-not-allowed", "unexpected_response", false],
];
/** These are results of a check, not errors. */
const OF_A_RESEND: typeof CODES = [
  ["too-many-attempts", "too_many_attempts", false],
  ["code-expired", "expired", false],
  ["code-used", "used", false],
  ["challenge-cancelled", "cancelled", false],
];

describe("a problem from the Worker", () => {
  it.each(CODES)(
    "%s is a TwoFactorError, %s (retryable: %s), for each call, without a second request",
    async (name, code, retryable) => {
      for (const [, call] of EACH) {
        const { client, sent } = createClient([refusal(name)]);
        const error = await errorOf(call(client));
        const [status] = PROBLEMS[name];
        expect(error).toMatchObject({ name: "TwoFactorError", code, retryable, status });
        expect(error.message.startsWith(`${code}: `)).toBe(true);
        expect(error).not.toHaveProperty("retryAfter");
        expect(sent).toHaveLength(1);
      }
    },
  );

  it("has only its title as message if the Worker gives no more", async () => {
    const type = "urn:problem:vonage-conversion:country-not-served";
    const { client } = createClient([json(403, { type, title: "No codes are sent to this country" })]);
    expect((await errorOf(client.start(START))).message).toBe(
      "country_not_served: No codes are sent to this country",
    );
  });

  it.each(OF_A_RESEND)("%s of a resend is an error too: %s", async (name, code, retryable) => {
    const { client } = createClient([refusal(name, { attemptsLeft: 0 })]);
    expect(await errorOf(client.resend(ID))).toMatchObject({ code, retryable });
  });

  it("has the Worker's detail in its message", async () => {
    const { client } = createClient([refusal("invalid-parameters", { detail: "brand is too long." })]);
    const [, title] = PROBLEMS["invalid-parameters"];
    expect((await errorOf(client.start(START))).message).toBe(
      `invalid_request: ${title}. brand is too long.`,
    );
  });

  it("has the time to wait in milliseconds, from seconds or a date", async () => {
    vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
    for (const [header, retryAfter] of [
      ["17", 17_000],
      ["0", 0],
      [new Date(NOW + 60_000).toUTCString(), 60_000],
      ["soon", undefined],
    ] as const) {
      const { client } = createClient([refusal("resend-too-soon", {}, { "retry-after": header })]);
      expect((await errorOf(client.resend(ID))).retryAfter).toBe(retryAfter);
    }
    vi.useRealTimers();
  });

  it("has the challenge if the message may have been sent", async () => {
    const { client } = createClient([refusal("send-uncertain", STATUS)]);
    const { challenge, ...error } = await errorOf(client.start(START));
    expect(error).toMatchObject({ code: "send_uncertain", status: 504, retryable: false });
    // Errors are logged, so they must have no number even if a problem had one.
    expect(challenge).toEqual(CHALLENGE);
    const without = createClient([refusal("send-uncertain")]);
    expect(await errorOf(without.client.start(START))).not.toHaveProperty("challenge");
    const other = createClient([refusal("send-unavailable", STATUS)]);
    expect(await errorOf(other.client.start(START))).not.toHaveProperty("challenge");
  });
});

describe("an answer that no Worker gives", () => {
  const GARBAGE: readonly [string, Answer][] = [
    ["an HTML page", text(200, "<html>")],
    ["an empty 200", 200],
    ["another success", json(202, STATUS)],
    ["502 of a proxy", text(502, "<h1>Bad Gateway</h1>")],
    ["another server's problem", json(403, { type: "about:blank", title: "Forbidden" })],
    ["a problem with only the name of a Worker's problem", json(422, { type: "code-wrong", title: "Odd" })],
    [
      "a problem whose type contains a Worker's type",
      json(404, { type: "code-urn:problem:vonage-conversion:wrong", title: "Odd" }),
    ],
    ["a problem without a type", json(422, { title: "The code is wrong" })],
    ["a challenge without an id", json(201, { ...STATUS, id: undefined })],
    ["a challenge without its number", json(201, CHALLENGE)],
    ["a challenge with an unknown channel", json(201, { ...STATUS, channel: "pigeon" })],
    ["a challenge with its guesses as text", json(200, { ...DETAILS, attemptsLeft: "5" })],
    ["bytes that are not text", () => new Response(new Uint8Array([0xff, 0xfe, 0xff]), { status: 200 })],
    ["a redirect", text(301, "", { location: "https://elsewhere.example/2fa" })],
    ["a redirect that keeps the method", text(307, "", { location: "https://elsewhere.example/2fa" })],
  ];

  it.each(GARBAGE)("(%s) is unexpected_response for each call, and never followed", async (_, answer) => {
    for (const [name, call] of EACH) {
      const { client, sent } = createClient([answer]);
      expect(await errorOf(call(client)), name).toMatchObject({
        code: "unexpected_response",
        retryable: false,
      });
      expect(sent.map(({ url }) => new URL(url).host)).toEqual(["worker.example"]);
    }
  });

  it("is an error with its status and the advice to check the endpoint", async () => {
    const error = await errorOf(createClient([text(418, "<html>")]).client.start(START));
    expect(error.status).toBe(418);
    expect(error.message).toMatch(/^unexpected_response: .*status 418.*check endpoint/);
  });

  it("is never quoted, because it may repeat the request", async () => {
    for (const body of [
      `you sent ${CODE} for ${NUMBER} with ${KEY}`,
      JSON.stringify({ type: "about:blank", title: `no ${CODE}`, detail: `for ${NUMBER} with ${KEY}` }),
      JSON.stringify({ type: `urn:problem:vonage-conversion:${CODE}`, title: NUMBER, detail: KEY }),
      JSON.stringify({ type: "not-found", title: `no ${CODE} for ${NUMBER}`, detail: KEY }),
    ]) {
      for (const [, call] of EACH)
        expectNoSecrets(await errorOf(call(createClient([text(422, body)]).client)));
    }
  });
});

describe("a missing answer", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(EACH)("to %s is a timeout, and nothing is sent again", async (_, call) => {
    for (const silent of [hanging, deaf]) {
      const { client, sent } = createClient([silent], { timeout: 5000 });
      const failed = errorOf(call(client));
      await vi.advanceTimersByTimeAsync(4999);
      expect(sent).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(1);
      expectUnknown(await failed, "timeout");
      await vi.advanceTimersByTimeAsync(600_000);
      expect(sent).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it.each(EACH)("to %s is also one that begins but does not end", async (_, call) => {
    const endless: Answer = () => new Response(new ReadableStream(), { status: 201 });
    const late = createClient([endless], { timeout: 5000 });
    const failed = errorOf(call(late.client));
    await vi.advanceTimersByTimeAsync(5000);
    expectUnknown(await failed, "timeout");

    const { client } = createClient([endless], { timeout: 5000 });
    const controller = new AbortController();
    const stopped = errorOf(call(client, controller.signal));
    await vi.advanceTimersByTimeAsync(100);
    controller.abort();
    expectUnknown(await stopped, "aborted");
  });

  it("is a timeout after 20 seconds by default", async () => {
    const { client } = createClient([hanging]);
    let ended = false;
    const failed = errorOf(client.start(START)).finally(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(19_999);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expectUnknown(await failed, "timeout");
  });

  it.each(EACH)("to an aborted %s is an error at once, and nothing is sent again", async (_, call) => {
    for (const silent of [hanging, deaf]) {
      const { client, sent } = createClient([silent]);
      const controller = new AbortController();
      const failed = errorOf(call(client, controller.signal));
      await vi.advanceTimersByTimeAsync(1000);
      controller.abort(new Error(`for ${CODE}`));
      expectUnknown(await failed, "aborted");
      await vi.advanceTimersByTimeAsync(600_000);
      expect(sent).toHaveLength(1);
      expect(sent[0]?.signal.aborted).toBe(true);
    }
  });

  it.each(EACH)("to %s with an aborted signal is the same error", async (_, call) => {
    expectUnknown(await errorOf(call(createClient([hanging]).client, AbortSignal.abort())), "aborted");
  });

  it.each(EACH)(
    "to %s after a network failure is an error without its details, and nothing is sent again",
    async (_, call) => {
      const broken: Answer = ({ url, body }) => {
        throw new TypeError(`fetch failed: ${url} ${body} ${KEY}`, { cause: new Error(NUMBER) });
      };
      const { client, sent } = createClient([broken, json(201, STATUS)]);
      expectUnknown(await errorOf(call(client)), "network");
      await vi.advanceTimersByTimeAsync(600_000);
      expect(sent).toHaveLength(1);
    },
  );

  it("leaves no unhandled rejection behind", async () => {
    const reasons = await unhandledRejectionsOf(async () => {
      const { client } = createClient([hanging], { timeout: 10 });
      const failed = errorOf(client.check(ID, CODE));
      await vi.advanceTimersByTimeAsync(20);
      await failed;
      await settle();
    });
    expect(reasons).toEqual([]);
  });

  function expectUnknown(error: TwoFactorError, code: string): void {
    expect(error).toMatchObject({ code, retryable: false });
    expect(error.message).toMatch(/did not answer.*may have done what you asked/);
    expect(error).not.toHaveProperty("status");
    expectNoSecrets(error);
  }
});

describe("an invalid request", () => {
  it.each<[string, (client: TwoFactorClient) => Promise<unknown>, string]>([
    ["a number", (client) => client.start({ ...START, to: CODE.repeat(20) }), "to"],
    ["a channel", (client) => client.start({ ...START, channel: CODE as "sms" }), "channel"],
    ["a brand", (client) => client.start({ ...START, brand: `${CODE}\n` }), "brand"],
    ["a locale", (client) => client.start({ ...START, locale: CODE }), "locale"],
    ["a reference", (client) => client.start({ ...START, clientRef: `${CODE} ` }), "clientRef"],
    ["an unknown field", (client) => client.start({ ...START, code: CODE } as never), "code"],
    ["no request", (client) => client.start(undefined as never), "it"],
    ["a code with letters", (client) => client.check(ID, `${CODE}x`), "code"],
    ["a short code", (client) => client.check(ID, "918"), "code"],
    ["a long code", (client) => client.check(ID, "91827391827"), "code"],
    ["a code as a number", (client) => client.check(ID, 918_273 as never), "code"],
    ["a code with a letter in it", (client) => client.check(ID, `${CODE}a`), "code"],
    ["a channel of a resend", (client) => client.resend(ID, { channel: CODE as "sms" }), "channel"],
  ])("(%s) is not sent, and its field is named without the value", async (_, call, field) => {
    const { client, sent } = createClient([json(201, STATUS)]);
    const error = await errorOf(call(client));
    expect(error).toMatchObject({ code: "invalid_request", retryable: false });
    expect(error.message).toMatch(new RegExp(`^invalid_request: ${field} `));
    expectNoSecrets(error);
    expect(sent).toEqual([]);
  });

  it.each([
    "",
    ".",
    "..",
    "../health",
    "../3.abc",
    "admin/3.abc",
    "x?3.abc",
    "3.",
    "a/b",
    "3.abc?x=1",
    "3.abc#",
    "\ud800",
    `3.${CODE}/check`,
    undefined,
    null,
    7,
  ])("(%j as an id) is not sent and fails as not found", async (id) => {
    const { client, sent } = createClient([json(200, { verified: true })]);
    for (const call of [
      () => client.check(id as string, CODE),
      () => client.resend(id as string),
      () => client.cancel(id as string),
      () => client.get(id as string),
    ]) {
      const error = await errorOf(call());
      expect(error).toMatchObject({ code: "not_found", retryable: false });
      expect(error.message).toMatch(/not the id of a challenge.*nothing was sent/);
      expectNoSecrets(error);
    }
    expect(sent).toEqual([]);
  });
});

describe("options", () => {
  const good = { endpoint: "https://worker.example", key: KEY };

  it.each<[string, object, string]>([
    ["nothing", {}, "endpoint must .*; key must"],
    ["no key", { ...good, key: undefined }, "key must be a proxy key"],
    ["an empty key", { ...good, key: "" }, "key must"],
    ["a key with a line break", { ...good, key: `${KEY}\nx-admin: 1` }, "key must"],
    ["http to a remote host", { ...good, endpoint: "http://worker.example" }, "endpoint must"],
    [
      "an endpoint with a password",
      { ...good, endpoint: `https://u:${KEY}@worker.example` },
      "endpoint must",
    ],
    ["an FTP endpoint", { ...good, endpoint: "ftp://worker.example" }, "endpoint must"],
    ["a timeout of zero", { ...good, timeout: 0 }, "timeout must be .* from 1 to 120000"],
    ["too long a timeout", { ...good, timeout: 120_001 }, "timeout must"],
    ["half a millisecond", { ...good, timeout: 1.5 }, "timeout must"],
    ["a text as fetch", { ...good, fetch: "fetch" }, "fetch must be a function"],
    ["an unknown option", { ...good, token: KEY }, "token is not known here"],
  ])("(%s) are refused when the client is created, without their values", (_, options, message) => {
    try {
      createTwoFactorClient(options as TwoFactorClientOptions);
    } catch (error) {
      expect(isTwoFactorError(error)).toBe(true);
      expect(error).toMatchObject({ code: "invalid_options", retryable: false });
      expect((error as Error).message).toMatch(new RegExp(`^invalid_options: ${message}`));
      expectNoSecrets(error as TwoFactorError);
      return;
    }
    expect.unreachable();
  });

  it.each(["http://localhost:8787", "http://127.0.0.1:8787", "https://worker.example/base"])(
    "may name %s",
    (endpoint) => {
      expect(() => createTwoFactorClient({ ...good, endpoint })).not.toThrow();
    },
  );

  it("are read once, and the client is frozen", async () => {
    const { fetch, sent } = createRecordingFetch(json(200, DETAILS));
    const options = { ...good, fetch };
    const client = createTwoFactorClient(options);
    options.key = "another-key";
    expect(Object.isFrozen(client)).toBe(true);
    await client.get(ID);
    expect(sent[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });
});

async function errorOf(failing: Promise<unknown>): Promise<TwoFactorError> {
  try {
    await failing;
  } catch (error) {
    if (isTwoFactorError(error)) return error;
    throw error;
  }
  throw new Error("expected a TwoFactorError, but nothing was thrown");
}

function expectNoSecrets(error: TwoFactorError): void {
  const said = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join("\n");
  for (const secret of [CODE, NUMBER, KEY]) expect(said).not.toContain(secret);
}

describe("a start, check or resend with an unknown result", () => {
  const health = json(200, { status: "ok", idempotencyKeys: true });
  const broken: Answer = () => {
    throw new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) });
  };
  const retry = { attempts: 3, baseDelay: 0, maxDelay: 0 };
  const KEYED = [
    ["start", json(201, STATUS), STATUS],
    ["check", json(200, { verified: true }), { verified: true }],
    ["resend", json(201, STATUS), STATUS],
  ] as const;
  const keysOf = (sent: readonly { readonly headers: Readonly<Record<string, string>> }[]) =>
    sent.flatMap(({ headers }) => headers["idempotency-key"] ?? []);

  describe.each(KEYED)("the call %s", (call, answer, result) => {
    it.each<[string, Answer]>([
      ["a broken connection", broken],
      ["a 502 of a proxy", text(502, "<html>Bad Gateway</html>")],
      ["a 520 of Cloudflare", text(520, "")],
      ["storage that failed", refusal("challenges-unavailable")],
      ["limits that failed", refusal("limits-unavailable")],
      ["an internal error of the Worker", refusal("internal")],
      ["an answer that does not exist yet", refusal("idempotency-key-in-use", {}, { "retry-after": "1" })],
    ])("is repeated under its key after %s", async (_, failure) => {
      const { client, sent } = createClient([failure, health, failure, health, answer], { retry });
      expect(await CALLS[call]?.(client)).toEqual(result);
      expect(sent.map(({ path }) => path === "/health")).toEqual([false, true, false, true, false]);
      const keys = keysOf(sent);
      expect(keys).toHaveLength(3);
      expect(new Set(keys).size).toBe(1);
      expect(new Set([sent[0], sent[2], sent[4]].map((one) => one?.body)).size).toBe(1);
    });

    it.each<[string, Answer]>([
      ["has an older version", json(200, { status: "ok", twoFactor: true })],
      ["has no /health", text(404, "not here")],
      ["cannot be reached", broken],
    ])("is not repeated with a Worker that %s", async (_, said) => {
      const { client, sent } = createClient([broken, said, answer], { retry });
      await expect(CALLS[call]?.(client)).rejects.toMatchObject({ code: "network" });
      expect(sent).toHaveLength(2);
    });

    it("is repeated up to the limit", async () => {
      const { client, sent } = createClient([broken, health, broken, health, broken, answer], { retry });
      await expect(CALLS[call]?.(client)).rejects.toMatchObject({ code: "network" });
      expect(keysOf(sent)).toHaveLength(3);
    });

    it("is not repeated after a known result, or with repetition turned off", async () => {
      for (const name of ["number-limit", "send-throttled", "send-uncertain", "code-wrong"] as const) {
        const { client, sent } = createClient([refusal(name), health, answer], { retry });
        await CALLS[call]?.(client).catch(() => {});
        expect(sent).toHaveLength(1);
      }
      const { client, sent } = createClient([broken, health, answer]);
      await expect(CALLS[call]?.(client)).rejects.toMatchObject({ code: "network" });
      expect(sent).toHaveLength(1);
    });
  });

  it("has a new key for each call, or the caller's key", async () => {
    const { client, sent } = createClient([json(201, STATUS)]);
    await client.start(START);
    await client.start(START);
    await client.start(START, { idempotencyKey: "form-7" });
    const keys = keysOf(sent);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe('"form-7"');
  });

  it("is refused with an invalid key, and nothing is sent", async () => {
    const { client, sent } = createClient();
    for (const idempotencyKey of ["", 'a"b', "a b", "a,b", "x".repeat(256), "ü"]) {
      const error = await client.start(START, { idempotencyKey }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "invalid_request" });
      expect(String(error)).toContain("idempotencyKey");
    }
    expect(sent).toEqual([]);
  });

  it("is not repeated after its caller aborted", async () => {
    const controller = new AbortController();
    const leaves: Answer = () => {
      controller.abort();
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }),
      });
    };
    const { client, sent } = createClient([leaves, health, json(201, STATUS)], { retry });
    await expect(client.start(START, { signal: controller.signal })).rejects.toBeDefined();
    expect(sent).toHaveLength(1);
  });
});

describe("a look that waits", () => {
  it("sends its time, and gets it in addition to the timeout", async () => {
    vi.useFakeTimers({ now: NOW });
    try {
      const { client, sent } = createClient([hanging], { timeout: 1000 });
      let ended = false;
      const looking = client.get(ID, { wait: 20 }).catch((error: unknown) => {
        ended = true;
        return error;
      });
      await vi.advanceTimersByTimeAsync(20_900);
      expect(ended).toBe(false);
      await vi.advanceTimersByTimeAsync(200);
      expect(await looking).toMatchObject({ code: "timeout" });
      expect(sent[0]?.url).toBe(`https://worker.example/2fa/${ID}?wait=20`);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is refused for a time that the Worker does not accept", async () => {
    const { client, sent } = createClient();
    for (const wait of [-1, 31, 1.5, Number.NaN])
      await expect(client.get(ID, { wait })).rejects.toMatchObject({ code: "invalid_request" });
    expect(sent).toEqual([]);
  });
});
