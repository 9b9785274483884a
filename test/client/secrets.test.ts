// Canary secrets are planted wherever possible. Everything that the caller gets is searched for them.

import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type AttemptEvent,
  type ConversionClientOptions,
  type ConversionError,
  type ConversionReport,
  createConversionClient,
} from "../../src/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import { mintReportToken, verifyReportToken } from "../../src/token/index.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";
import { type Answer, createRecordingFetch, hanging, type SentRequest } from "../support/recording-fetch.ts";

const CANARIES = {
  apiKey: "cAnary1-key",
  apiSecret: "cAnary2 s&cret/+ü",
  signatureSecret: "cAnary3 sign&ture/+ü",
  token: "eyJjQW5hcnk0.cAnary4payload.cAnary4signature",
  key: "cAnary5-proxy-key",
  messageId: "cAnary6 message/+&ü",
  response: "cAnary7 from upstream",
  failure: "cAnary8 in a fetch error",
  abort: "cAnary9 in an abort reason",
};
const { apiKey, apiSecret, signatureSecret, token, key, messageId } = CANARIES;
const report: ConversionReport = { messageId, delivered: true };

/** The spellings of a secret. Base64 has three, one for each start offset in a longer text. */
function spellingsOf(canary: string): string[] {
  const query = new URLSearchParams({ q: canary }).toString().slice(2);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.from(" ".repeat(offset) + canary);
    const whole = [0, 2, 3][offset] ?? 0;
    // The last group may contain bits of the text that follows.
    return (["base64", "base64url"] as const).map((encoding) =>
      encoded.toString(encoding).replace(/=+$/, "").slice(whole, -3),
    );
  });
  const hex = Buffer.from(canary).toString("hex");
  const escaped = JSON.stringify(canary).slice(1, -1);
  return [canary, escaped, encodeURIComponent(canary), encodeURI(canary), query, hex, ...base64];
}
// A JWT's parts may leak one by one.
const SPELLINGS = [...Object.values(CANARIES), ...token.split(".")].flatMap(spellingsOf);
const leaksIn = (text: string) =>
  SPELLINGS.filter((spelling) => text.toLowerCase().includes(spelling.toLowerCase()));

/** Everything that a logger, a console or an error tracker could print of a value. */
function renderingsOf(value: unknown): string {
  const error = value instanceof Error ? [value.message, value.stack, String(value), value.cause] : [];
  return [
    ...error,
    JSON.stringify(value),
    JSON.stringify(value, Object.getOwnPropertyNames(value)),
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
    ...Reflect.ownKeys(Object(value)).map((name) => String(Reflect.get(Object(value), name))),
  ].join("\n");
}

const modes: [string, ConversionClientOptions][] = [
  ["API key and secret in the header", { credentials: { apiKey, apiSecret } }],
  ["API key and secret in the query", { credentials: { apiKey, apiSecret, via: "query" } }],
  ["a signature", { credentials: { apiKey, signatureSecret, signatureMethod: "sha256" } }],
  ["an MD5 signature", { credentials: { apiKey, signatureSecret, signatureMethod: "md5hash" } }],
  ["a token", { endpoint: "https://worker.example", token }],
  ["a key", { endpoint: "https://worker.example", key }],
];

/** A fetch error that contains all it knows, in every possible place. */
function poisoned({ url, body, headers }: SentRequest): Error {
  const everything = `${CANARIES.failure} ${url} ${body} ${JSON.stringify(headers)} ${Object.values(CANARIES).join(" ")}`;
  const cause = Object.assign(new Error(everything), { code: everything, errno: everything, hostname: url });
  const error = Object.assign(new TypeError(`fetch failed: ${everything}`, { cause }), {
    code: `ERR_${everything}`,
    request: { url, body, headers },
    response: everything,
  });
  error.name = everything;
  error.stack = `${everything}\n    at ${everything}`;
  return error;
}

const speaking =
  (status: number): Answer =>
  (sent) => {
    const { name: _, message } = poisoned(sent);
    const plain = encodeURIComponent(message);
    return new Response(status === 204 ? null : `{"status":"${message}","detail":"${plain}"}`, {
      status,
      statusText: plain,
      headers: {
        location: `https://evil.example/?${plain}`,
        "retry-after": plain,
        "x-echo": plain,
        "set-cookie": plain,
      },
    });
  };

const ends: [string, Answer | readonly Answer[], object?][] = [
  ...[200, 202].map((status): [string, Answer] => [`status ${status}`, speaking(status)]),
  ...[204, 302, 400, 401, 402, 403, 404, 409, 415, 420, 422, 423, 429, 503].map(
    (status): [string, Answer] => [`status ${status} with a talkative body and headers`, speaking(status)],
  ),
  ["a fetch that rejects with a revealing error", (sent) => Promise.reject(poisoned(sent))],
  ["a fetch that rejects with a string", (sent) => Promise.reject(poisoned(sent).message)],
  [
    "a fetch that rejects with an AggregateError",
    (sent) => Promise.reject(new AggregateError([poisoned(sent)], sent.url)),
  ],
  ["a fetch that returns no Response", (sent) => poisoned(sent) as unknown as Response],
  [
    "a body that ends with a revealing error",
    (sent) =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(poisoned(sent)) }), {
        status: 503,
      }),
  ],
  ["no answer in time", hanging],
  ["an abort with a talkative reason", hanging, { abort: true }],
  [
    "a failure, a redirect and a refusal in turn",
    [(sent) => Promise.reject(poisoned(sent)), speaking(503), speaking(401)],
  ],
];

/** The result of one report, the observer's events, and the sent requests. */
async function run(options: ConversionClientOptions, answers: readonly Answer[], abort = false) {
  const events: AttemptEvent[] = [];
  const { fetch, sent } = createRecordingFetch(...answers);
  const controller = new AbortController();
  const client = createConversionClient({
    ...options,
    fetch: (...request) => {
      if (abort) setTimeout(() => controller.abort(new Error(CANARIES.abort)));
      return fetch(...request);
    },
    timeout: 30,
    retry: { baseDelay: 0, maxDelay: 0 },
    signal: controller.signal,
    onAttempt: (event) => events.push(event),
  });
  const outcome = await client.sms(report).catch((error: unknown) => error);
  return { outcome, events, sent, client };
}

/** Everything that was written to the console. */
const printed: unknown[] = [];
beforeEach(() => {
  printed.length = 0;
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...values) => printed.push(...values));
  }
});
afterEach(() => {
  expect(printed).toEqual([]);
});

describe.each(modes)("with %s", (_, options) => {
  it.each(ends)(
    "nothing is leaked by %s",
    async (__, answers, { abort = false }: { abort?: boolean } = {}) => {
      const { outcome, events, sent, client } = await run(options, [answers].flat(), abort);
      for (const value of [outcome, ...events, client]) expect(leaksIn(renderingsOf(value))).toEqual([]);
      expect(events).toHaveLength(sent.length);
      expect(sent.length).toBeGreaterThan(0);
    },
  );

  it("the search finds the secrets on the wire, and only those that belong there", async () => {
    const { sent } = await run(options, [200]);
    const wire = sent.map(({ url, headers, body }) => `${url}\n${JSON.stringify(headers)}\n${body}`).join();
    expect(leaksIn(wire)).toEqual(expect.arrayContaining([expect.stringMatching(/cAnary6\+message/)]));
    const found = (canary: string) => spellingsOf(canary).some((spelling) => wire.includes(spelling));
    const { credentials } = options;
    expect({
      apiKey: found(apiKey),
      apiSecret: found(apiSecret),
      signatureSecret: found(signatureSecret),
      token: found(token),
      key: found(key),
    }).toEqual({
      apiKey: credentials !== undefined,
      apiSecret: credentials !== undefined && "apiSecret" in credentials,
      signatureSecret: false,
      token: options.token !== undefined,
      key: options.key !== undefined,
    });
  });

  it("nothing is leaked by an invalid report", async () => {
    const { sms } = createConversionClient(options);
    for (const given of [
      { messageId: `${messageId}\n`, delivered: true },
      { messageId, delivered: messageId },
      { messageId, delivered: true, timestamp: `${apiSecret} ${token}` },
      { messageId, delivered: true, channel: apiSecret },
      messageId,
    ]) {
      const error = await conversionErrorOf(() => sms(given as ConversionReport));
      expect([error.code, leaksIn(renderingsOf(error))]).toEqual(["invalid_report", []]);
    }
  });

  it("nothing is leaked by invalid options", async () => {
    for (const wrong of [
      { timeout: apiSecret },
      { baseUrl: `https://${key}:${key}@api.nexmo.com/?api_secret=${encodeURIComponent(apiSecret)}` },
      { endpoint: `http://worker.example/?token=${token}#${key}` },
      { key: `${key}\r\n`, token: `${token}\r\n` },
      { credentials: { apiKey: `${apiKey}:`, apiSecret: `${apiSecret}\n`, via: apiSecret, signatureSecret } },
      { credentials: { apiKey, apiSecret, signatureSecret, signatureMethod: "md5" } },
      { fetch: apiSecret, signal: key, onAttempt: token, retry: signatureSecret },
      { retry: { attempts: apiSecret, baseDelay: key, maxDelay: token } },
    ]) {
      const error = await conversionErrorOf(() =>
        createConversionClient({ ...options, ...wrong } as unknown as ConversionClientOptions),
      );
      expect([error.code, leaksIn(renderingsOf(error))]).toEqual(["invalid_options", []]);
    }
  });
});

describe("beside the client", () => {
  const long = `${apiSecret} `.repeat(3);
  const actions: [string, () => unknown][] = [
    ["a token minted with a secret with a line break", () => mint({ kid: "k", secret: `${long}\n` })],
    ["a token minted with a secret that is too short", () => mint({ kid: "k", secret: apiSecret })],
    ["a token minted with its parts mixed up", () => mint({ kid: long, secret: "" })],
    ["a token minted with a secret in the wrong place", () => mint(long)],
    [
      "a token that does not verify",
      () => verifyReportToken(token, { secrets: [{ kid: "k", secret: long }], messageId }),
    ],
    [
      "a sandbox with invalid accounts",
      () => createSandbox({ accounts: [{ apiKey, apiSecret, signatureSecret: "", enabled: true }] }),
    ],
    ["a sandbox that lacks an account", () => createSandbox().enable(apiKey, true)],
  ];
  it.each(actions)("nothing is leaked by %s", async (_, action) => {
    const error: ConversionError = await conversionErrorOf(action);
    expect(leaksIn(renderingsOf(error))).toEqual([]);
  });
});

function mint(secret: unknown): Promise<string> {
  return mintReportToken(
    { messageId, channel: "sms" },
    { secret: secret as { kid: string; secret: string } },
  );
}
