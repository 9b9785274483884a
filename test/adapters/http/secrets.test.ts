// Canaries in every setting, and the search for them in all that leaves: answers, console, requests to Vonage.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker, { type Env } from "../../../adapters/cloudflare/index.ts";
import { type ConversionHandlerOptions, createConversionHandler } from "../../../adapters/http/index.ts";
import { createSandbox } from "../../../src/sandbox/index.ts";
import { mintReportToken } from "../../../src/token/index.ts";
import {
  CANARIES,
  CANARY_ACCOUNTS,
  CANARY_ADMIN,
  CANARY_CALLERS,
  CANARY_OPTIONS,
  CANARY_TOKEN_SECRETS,
  findLeaks,
  textOf,
} from "../../support/canaries.ts";
import { eventually } from "../../support/eventually.ts";
import { createInProcessLedger } from "../../support/in-process-ledger.ts";
import { basic, bearer, FORM, get, ORIGIN, post, postJson } from "../../support/proxy.ts";
import {
  type Answer,
  createRecordingFetch,
  hanging,
  type SentRequest,
} from "../../support/recording-fetch.ts";

const { shop, mail } = CANARY_CALLERS;
const messageId = "canary-message-id-0A0000000123ABCD1";
const REPORT = { "message-id": messageId, delivered: "true" };
const twoFactor = { apiKey: CANARIES["2FA API key"], apiSecret: CANARIES["2FA API secret"] };
const [newer, older] = CANARY_TOKEN_SECRETS;
const token = await mintReportToken({ messageId, channel: "sms" }, { secret: newer });
const olderToken = await mintReportToken({ messageId, channel: "sms", traffic: "other" }, { secret: older });
const strayToken = await mintReportToken({ messageId: "stray", channel: "sms" }, { secret: newer });
/** Texts that no log may hold, beside the settings. */
const OF_THE_CALLER = { messageId, token, olderToken, strayToken };

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  for (const method of ["log", "error", "warn", "info", "debug", "trace"] as const)
    vi.spyOn(console, method).mockImplementation((...parts) => lines.push(parts.join(" ")));
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((chunk) => lines.push(String(chunk)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Sends it, and searches everything. Gives the status and what went to Vonage's place. */
async function examine(
  request: Request,
  options: Partial<ConversionHandlerOptions> = {},
  ...answers: readonly Answer[]
) {
  const sandbox = createSandbox({ accounts: CANARY_ACCOUNTS });
  const upstream = createRecordingFetch(...(answers.length > 0 ? answers : [fromSandbox(sandbox.fetch)]));
  const handle = createConversionHandler({
    ...CANARY_OPTIONS,
    allowedOrigins: [ORIGIN],
    fetch: upstream.fetch,
    ...options,
  });
  const response = await handle(request);
  const text = await textOf(response);
  expect(findLeaks(text)).toEqual([]);
  expect(findLeaks(text, { token, olderToken, strayToken })).toEqual([]);
  expect(lines).toHaveLength(1);
  expect(findLeaks(lines.join("\n"))).toEqual([]);
  expect(findLeaks(lines.join("\n"), OF_THE_CALLER)).toEqual([]);
  return { status: response.status, sent: upstream.sent };
}

const fromSandbox =
  (fetch: typeof globalThis.fetch): Answer =>
  ({ url, method, headers, body, signal }) =>
    fetch(url, { method, headers, body, signal });
const written = ({ url, headers, body }: SentRequest) => `${url} ${headers.authorization ?? ""} ${body}`;

it.each(Object.entries(CANARIES))("the search finds the %s wherever it may hide", (name, secret) => {
  for (const text of [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ secret }).toString(),
    JSON.stringify({ deep: [secret] }),
    basic("user", secret).authorization,
    basic("a-user", secret).authorization,
    basic("any-user", `${secret}!`).authorization,
    Buffer.from(`{"secret":"${secret}"}`).toString("base64url"),
  ])
    expect(findLeaks(`… ${text} …`)).toEqual([name]);
  expect(findLeaks("…")).toEqual([]);
});

describe("no secret leaves with what the handler answers by itself", () => {
  const limited = { limit: async () => ({ success: false }) };
  const wrongKey = `${shop.key}x`;
  it.each<[number, string, () => Request, Partial<ConversionHandlerOptions>?]>([
    [200, "a key as Bearer", () => post(REPORT, bearer(shop.key))],
    [200, "a key as Basic", () => post(REPORT, basic(shop.name, shop.key))],
    [200, "JSON", () => post(REPORT, { ...bearer(mail.key), accept: "application/json" })],
    [200, "a token in the form", () => post({ ...REPORT, token })],
    [200, "a token as Bearer", () => post(REPORT, bearer(olderToken))],
    [400, "a token in the query", () => post(REPORT, {}, `/conversions/sms?token=${token}`)],
    [200, "a key in the form", () => post({ ...REPORT, api_key: shop.name, api_secret: shop.key })],
    [200, "a key in JSON", () => postJson({ ...REPORT, api_key: shop.name, api_secret: shop.key })],
    [
      200,
      "a key in the query",
      () => post(REPORT, {}, `/conversions/sms?api_key=shop&api_secret=${shop.key}`),
    ],
    [200, "health", () => get("/health")],
    [204, "a preflight", () => get("/conversions/sms", "OPTIONS", { origin: ORIGIN })],
    [
      400,
      "a token that is repeated",
      () => post({ ...REPORT, token }, {}, `/conversions/sms?token=${token}`),
    ],
    [
      400,
      "secrets in the wrong parameters",
      () => post({ delivered: shop.key, timestamp: token, "x-key": mail.key }, bearer(shop.key)),
    ],
    [400, "secrets as names", () => post({ ...REPORT, [token]: "1", [newer.secret]: "2" }, bearer(shop.key))],
    [
      400,
      "broken JSON",
      () => post(`{"token":"${token}",`, { "content-type": "application/json", ...bearer(shop.key) }),
    ],
    [
      400,
      "a body that is not UTF-8",
      () => post(Buffer.from(`token=${token}\xff`, "latin1"), { "content-type": FORM }),
    ],
    [401, "a key with a letter too many", () => post({ ...REPORT, api_key: wrongKey }, bearer(wrongKey))],
    [401, "another name's key", () => post(REPORT, basic(mail.name, shop.key))],
    [401, "a token cut short", () => post({ ...REPORT, token: token.slice(0, -3) })],
    [
      401,
      "Vonage's own secrets",
      () => post(REPORT, basic(CANARIES["2FA API key"], CANARIES["2FA API secret"])),
    ],
    [401, "a token secret for a key", () => post({ ...REPORT, api_key: "new", api_secret: newer.secret })],
    [
      401,
      "a token and a stale sig",
      () => post({ ...REPORT, timestamp: "1500000000", api_key: "shop", sig: "0".repeat(32) }),
    ],
    [403, "a token for another message", () => post({ ...REPORT, token: strayToken })],
    [404, "secrets in the path", () => post(REPORT, bearer(shop.key), `/${shop.key}/${token}/${messageId}`)],
    [
      405,
      "GET with secrets in the query",
      () => get(`/conversions/sms?message-id=${messageId}&token=${token}&api_secret=${shop.key}`),
    ],
    [
      501,
      "a message that cannot be tracked",
      () => post({ messageId, channel: "sms" }, bearer(shop.key), "/messages"),
    ],
    [501, "counts that there are not", () => get("/stats", "GET", bearer(CANARY_ADMIN.key))],
    [
      501,
      "a report that cannot be sent again",
      () => get(`/reports/sms/${messageId}/retry`, "POST", bearer(CANARY_ADMIN.key)),
    ],
    [
      401,
      "keys and tokens in the operator's URL",
      () => get(`/reports?state=${shop.key}&cursor=${token}&${CANARY_ADMIN.key}=1`),
    ],
    [401, "a proxy key for an admin key", () => get("/stats", "GET", bearer(shop.key))],
    [401, "an admin key for a proxy key", () => post(REPORT, bearer(CANARY_ADMIN.key))],
    [401, "an admin key with a letter too many", () => get("/stats", "GET", bearer(`${CANARY_ADMIN.key}x`))],
    [405, "a method for a path of secrets", () => get(`/reports/sms/${messageId}/retry?key=${shop.key}`)],
    [413, "a body too large", () => post({ ...REPORT, token, pad: shop.key.repeat(300) })],
    [415, "a body of another type", () => post(token, { ...bearer(shop.key), "content-type": "text/plain" })],
    [429, "a limited key", () => post(REPORT, bearer(shop.key)), { rateLimits: { key: limited } }],
    [429, "a limited token", () => post({ ...REPORT, token }), { rateLimits: { token: limited } }],
    [429, "a limited stranger", () => post(REPORT, bearer(wrongKey)), { rateLimits: { anonymous: limited } }],
    [
      503,
      "traffic without credentials",
      () => post(REPORT, bearer(olderToken)),
      { credentials: { "2fa": twoFactor }, proxyKeys: [shop] },
    ],
  ])("%i to %s", async (expected, _, request, options) => {
    expect((await examine(request(), options)).status).toBe(expected);
  });
});

describe("no secret leaves with what the handler makes of Vonage's answer", () => {
  const echo =
    (status: number): Answer =>
    (sent) => {
      const text = written(sent);
      const headers = {
        location: `https://elsewhere.example/?${text}`,
        "retry-after": status === 429 ? "0" : text,
        "www-authenticate": text,
        "x-request-id": text,
        "set-cookie": text,
        "x-echo": text,
      };
      const bodiless = [204, 205, 304].includes(status);
      return new Response(bodiless ? null : text, { status, headers, statusText: text });
    };
  const quoting = (sent: SentRequest) =>
    Object.assign(new TypeError(written(sent), { cause: new Error(written(sent)) }), {
      code: written(sent),
      name: written(sent),
      request: sent,
    });
  const rejecting: Answer = (sent) => Promise.reject(quoting(sent));
  const throwing: Answer = (sent) => {
    throw quoting(sent);
  };
  const breaking: Answer = (sent) =>
    new Response(new ReadableStream({ start: (controller) => controller.error(quoting(sent)) }), {
      status: 500,
    });
  const statuses = [
    200, 201, 202, 204, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 409, 418, 420, 422, 423,
  ];
  const answers: [string, Answer][] = [
    ...[...statuses, 408, 425, 429, 500, 503, 504, 599].map((status): [string, Answer] => [
      `${status}, echoing the request`,
      echo(status),
    ]),
    ["an error quoting the request", rejecting],
    ["an error thrown at once, quoting the request", throwing],
    ["an error that is only text", (sent) => Promise.reject(written(sent))],
    ["a body that breaks off with a quotation", breaking],
    ["no answer", hanging],
  ];
  const byQuery = {
    credentials: { ...CANARY_OPTIONS.credentials, "2fa": { ...twoFactor, via: "query" as const } },
  };
  const cases: [string, () => Request, Partial<ConversionHandlerOptions>, string[]][] = [
    ["Basic", () => post({ ...REPORT, token }), {}, ["2FA API key", "2FA API secret"]],
    ["query", () => post(REPORT, bearer(shop.key)), byQuery, ["2FA API key", "2FA API secret"]],
    ["signature", () => post(REPORT, basic(mail.name, mail.key)), {}, ["other API key"]],
  ];

  describe.each(cases)("with credentials as %s", (_, request, options, needed) => {
    it.each(answers)("no secret leaves after %s", async (_, answer) => {
      const timeout = answer === hanging ? 30 : 4000;
      const { sent } = await examine(request(), { timeout, ...options }, answer);
      expect(sent.length).toBeGreaterThan(0);
      for (const one of sent) {
        // Else the echo would prove nothing. And nothing of the caller's goes to Vonage but the report.
        const all = written(one) + JSON.stringify(one.headers);
        expect(findLeaks(all).sort()).toEqual([...needed].sort());
        expect(findLeaks(all, { token, olderToken, strayToken })).toEqual([]);
      }
    });
  });
});

describe("no secret leaves with what an incomplete Worker answers", () => {
  const complete = {
    VONAGE_2FA_API_KEY: CANARIES["2FA API key"],
    VONAGE_2FA_API_SECRET: CANARIES["2FA API secret"],
    VONAGE_OTHER_API_KEY: CANARIES["other API key"],
    VONAGE_OTHER_SIGNATURE_SECRET: CANARIES["other signature secret"],
    VONAGE_OTHER_SIGNATURE_METHOD: "md5",
    PROXY_KEYS_2FA: `shop:${shop.key}`,
    PROXY_KEYS_OTHER: `mail:${mail.key}`,
    ADMIN_KEYS: `ops:${CANARY_ADMIN.key}`,
    TOKEN_SECRETS: "new:canary-token-secret-0123456789-0123456789",
  };
  const tokenSecret = complete.TOKEN_SECRETS.slice("new:".length);
  const secrets = { ...CANARIES, tokenSecret };
  const faults: Record<string, Env> = {
    ...Object.fromEntries(
      Object.keys(complete)
        .filter((name) => !/PROXY|TOKEN|ADMIN/.test(name))
        .map((name) => [`without ${name}`, { ...complete, [name]: "" }]),
    ),
    ...Object.fromEntries(
      Object.entries(complete).map(([name, value]) => [
        `with ${name} broken`,
        { ...complete, [name]: `${value}:\0\n` },
      ]),
    ),
    "with secrets in the wrong settings": {
      ...complete,
      ALLOWED_ORIGINS: shop.key,
      VONAGE_BASE_URL: CANARIES["2FA API secret"],
      UPSTREAM_TIMEOUT_MS: mail.key,
      TOKEN_AUDIENCE: `${CANARIES["first token secret"]}\n`,
      LEDGER_SHARDS: CANARY_ADMIN.key,
      LEDGER_MAX_MB: CANARIES["2FA API secret"],
      VONAGE_OTHER_SIGNATURE_METHOD: CANARIES["other signature secret"],
    },
    "with names and secrets mixed up": {
      ...complete,
      PROXY_KEYS_2FA: `${shop.key}:shop`,
      PROXY_KEYS_OTHER: mail.key,
      TOKEN_SECRETS: `${tokenSecret}:new`,
    },
    "with secrets that are no text": {
      ...complete,
      ...({
        VONAGE_2FA_API_SECRET: [CANARIES["2FA API secret"]],
        PROXY_KEYS_2FA: { shop: shop.key },
        PROXY_KEYS_OTHER: [mail.key],
        ADMIN_KEYS: [CANARY_ADMIN.key],
        LEDGER: CANARY_ADMIN,
        TOKEN_SECRETS: { new: tokenSecret },
      } as object),
    },
    "with everything twice": {
      ...complete,
      VONAGE_OTHER_API_KEY: complete.VONAGE_2FA_API_KEY,
      PROXY_KEYS_OTHER: complete.PROXY_KEYS_2FA,
      ADMIN_KEYS: complete.PROXY_KEYS_2FA,
      TOKEN_SECRETS: `${complete.TOKEN_SECRETS},${complete.TOKEN_SECRETS}`,
    },
  };

  it.each(Object.entries(faults))("no secret leaves with a wrong setting: %s", async (_, env) => {
    for (const request of [
      get("/health"),
      post({ ...REPORT, token }, bearer(shop.key)),
      get(`/reports/sms/${messageId}/retry`, "POST", bearer(CANARY_ADMIN.key)),
      get(`/${shop.key}/${token}/${messageId}`),
    ]) {
      const response = await worker.fetch(request, env, { waitUntil: () => {} });
      expect(response.status).toBe(503);
      expect(findLeaks((await textOf(response)) + lines.join("\n"), secrets)).toEqual([]);
      expect(findLeaks(lines.join("\n"), OF_THE_CALLER)).toEqual([]);
    }
    expect(lines).toHaveLength(4);
  });

  it("and none with what a complete one says of itself", async () => {
    const response = await worker.fetch(get("/health"), complete, { waitUntil: () => {} });
    expect(response.status).toBe(200);
    expect(findLeaks((await textOf(response)) + lines.join("\n"), secrets)).toEqual([]);
  });
});

describe("no secret leaves with what a Worker and its ledger answer, log, store and send", () => {
  const tokenSecret = "canary-token-secret-0123456789-0123456789";
  const env = {
    VONAGE_2FA_API_KEY: CANARIES["2FA API key"],
    VONAGE_2FA_API_SECRET: CANARIES["2FA API secret"],
    VONAGE_OTHER_API_KEY: CANARIES["other API key"],
    VONAGE_OTHER_SIGNATURE_SECRET: CANARIES["other signature secret"],
    VONAGE_OTHER_SIGNATURE_METHOD: "sha256",
    PROXY_KEYS_2FA: `shop:${shop.key}`,
    PROXY_KEYS_OTHER: `mail:${mail.key}`,
    ADMIN_KEYS: `ops:${CANARY_ADMIN.key}`,
    TOKEN_SECRETS: `new:${tokenSecret}`,
    LEDGER_SHARDS: "2",
    REPORT_BUDGET_MS: "40",
    UPSTREAM_TIMEOUT_MS: "80",
  };
  const secrets = { ...CANARIES, tokenSecret };
  const OPS = bearer(CANARY_ADMIN.key);

  const echo =
    (status: number): Answer =>
    (sent) => {
      const headers = { "retry-after": written(sent), "x-echo": written(sent) };
      return new Response(written(sent), { status, headers });
    };
  const statuses = [200, 302, 401, 402, 408, 418, 422, 429, 500, 503];
  const troubles: [string, Answer][] = [
    ...statuses.map((status): [string, Answer] => [`answers ${status}, echoing the request`, echo(status)]),
    ["fails with an error that quotes the request", (sent) => Promise.reject(new TypeError(written(sent)))],
    ["never answers", hanging],
  ];

  it.each(troubles)("Vonage %s", async (_, answer) => {
    const upstream = createRecordingFetch(answer);
    vi.stubGlobal("fetch", upstream.fetch);
    const ledger = createInProcessLedger(env);
    const call = async (request: Request) => {
      const response = await worker.fetch(
        request,
        { ...env, LEDGER: ledger.namespace },
        { waitUntil: () => {} },
      );
      const { status } = response;
      const text = await textOf(response);
      expect(findLeaks(text, secrets)).toEqual([]);
      return { status, text };
    };
    const statuses: number[] = [];
    const run = async (...requests: Request[]) => {
      for (const request of requests) statuses.push((await call(request)).status);
    };
    const byMail = (id: string) =>
      post({ ...REPORT, "message-id": id }, bearer(mail.key), "/conversions/voice");
    const { text } = await call(post({ messageId, channel: "sms" }, bearer(shop.key), "/messages"));
    const given = JSON.parse(text.split("\n").at(-1) ?? "{}").token;
    await run(
      post({ ...REPORT, token: given }),
      post({ ...REPORT, token: given }),
      post({ ...REPORT, delivered: "false" }, bearer(shop.key)),
      ...["a", "b", "c", "d"].map((id) => byMail(`${messageId}-${id}`)),
    );
    const states = ["tracking", "sending", "queued", "recorded", "dead", "unreadable"];
    await run(
      ...states.map((state) => get(`/reports?state=${state}`, "GET", OPS)),
      get(`/reports?state=dead&limit=${shop.key}&cursor=${given}`, "GET", OPS),
      get("/stats", "GET", OPS),
      get("/doctor", "POST", OPS),
      get(`/reports/sms/${messageId}/retry`, "POST", OPS),
      get(`/reports/sms/${encodeURIComponent(shop.key)}/retry`, "POST", OPS),
      get("/stats", "GET", bearer(shop.key)),
    );
    // The alarms as well.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const stored = ledger.dump();
    await ledger.close();

    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect(findLeaks(lines.join("\n"), secrets)).toEqual([]);
    expect(findLeaks(lines.join("\n"), { messageId, given })).toEqual([]);
    expect(lines.filter((line) => !line.startsWith('{"level":'))).toEqual([]);
    expect(stored).toContain(messageId);
    expect(findLeaks(stored, { ...secrets, given })).toEqual([]);
    // Else the echo would prove nothing.
    const sent = upstream.sent.map((one) => written(one) + JSON.stringify(one.headers)).join("\n");
    expect(findLeaks(sent, { ...secrets, given }).sort()).toEqual([
      "2FA API key",
      "2FA API secret",
      "other API key",
    ]);
  });

  it("what a shard does on its own is logged without a word of the messages", async () => {
    const upstream = createRecordingFetch(402, 200);
    vi.stubGlobal("fetch", upstream.fetch);
    const ledger = createInProcessLedger({ ...env, LEDGER_SHARDS: "1" });
    const full = { ...env, LEDGER_SHARDS: "1", LEDGER: ledger.namespace };
    const context = { waitUntil: () => {} };
    await worker.fetch(post(REPORT, bearer(shop.key)), full, context);
    await worker.fetch(get(`/reports/sms/${messageId}/retry`, "POST", OPS), full, context);
    await eventually(() => expect(lines.join()).toContain('"event":"drained"'));
    await ledger.close();
    const deeds = lines.map((line) => JSON.parse(line)).filter(({ event }) => event);
    expect(deeds.map(({ event, level }) => `${level} ${event}`)).toEqual([
      "error breaker-opened",
      "info breaker-closed",
      "info drained",
    ]);
    expect(findLeaks(lines.join("\n"), { ...secrets, messageId })).toEqual([]);
    const known = ["level", "event", "traffic", "reason", "hint", "sent", "ms", "shard", "runbook"];
    for (const deed of deeds) {
      expect(Object.keys(deed).filter((name) => !known.includes(name))).toEqual([]);
      expect(deed.shard).toBe("shard-0");
    }
  });
});
