import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Credentials, createConversionClient } from "../../src/index.ts";
import {
  createSandbox,
  SANDBOX_ACCOUNTS,
  SANDBOX_CREDENTIALS,
  type Sandbox,
  type SandboxFault,
  type SandboxOptions,
} from "../../src/sandbox/index.ts";
import { signParameters } from "../../src/wire/signature.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const SMS = "https://api.nexmo.com/conversions/sms";
const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.twoFactor;
const signatureSecret = SANDBOX_ACCOUNTS.find((one) => one.apiKey === apiKey)?.signatureSecret ?? "";
const BASIC = `Basic ${btoa(`${apiKey}:${apiSecret}`)}`;
const FORM = "application/x-www-form-urlencoded";
const report = { "message-id": "0A0000000123ABCD1", delivered: "true" };
const RECORDED = {
  channel: "sms",
  messageId: "0A0000000123ABCD1",
  delivered: true,
  timestamp: "2026-06-01 12:00:00",
  receivedAt: "2026-06-01T12:00:00.000Z",
  apiKey,
};

type Fields = Readonly<Record<string, string>>;
const transports = {
  query: (fields: Fields, init: RequestInit = {}) =>
    new Request(`${SMS}?${new URLSearchParams(fields)}`, { method: "POST", ...init }),
  form: (fields: Fields, init: RequestInit = {}) =>
    new Request(SMS, { method: "POST", body: new URLSearchParams(fields), ...init }),
  json: (fields: Fields, init: RequestInit = {}) =>
    new Request(SMS, {
      method: "POST",
      body: JSON.stringify(fields),
      ...init,
      headers: { "content-type": "application/json", ...init.headers },
    }),
};
const basic = { headers: { authorization: BASIC } };
const create = (options: SandboxOptions = {}) => createSandbox({ now: () => NOW, ...options });
const signed = async (
  fields: Fields,
  secret = signatureSecret,
  method: Parameters<typeof signParameters>[2] = "sha256",
) => ({
  ...fields,
  sig: await signParameters(Object.entries(fields), secret, method),
});
const names = ["query", "form", "json"] as const;

describe("a good report", () => {
  describe.each(names)("by %s", (transport) => {
    const make = transports[transport];

    it.each<[string, (fields: Fields) => Promise<Request> | Request]>([
      ["basic", (fields) => make(fields, basic)],
      ["query", (fields) => make({ api_key: apiKey, api_secret: apiSecret, ...fields })],
      [
        "signature",
        async (fields) => make(await signed({ api_key: apiKey, timestamp: String(NOW / 1000), ...fields })),
      ],
    ])("with %s authentication gets an empty 200, and is recorded", async (authentication, toRequest) => {
      const sandbox = create();
      const response = await sandbox.fetch(await toRequest(report));
      expect([response.status, await response.text()]).toEqual([200, ""]);
      // The SDKs for Ruby and Python read it without looking whether it is there.
      expect(response.headers.get("content-type")).toBe("text/plain");
      expect(sandbox.reports()).toEqual([{ ...RECORDED, authentication, transport }]);
    });
  });

  it.each(["md5hash", "md5", "sha1", "sha256", "sha512"] as const)(
    "may be signed by %s, at its own timestamp",
    async (method) => {
      const sandbox = create();
      const fields = { ...report, api_key: apiKey, timestamp: "2026-05-01 00:00:00" };
      const response = await sandbox.fetch(transports.form(await signed(fields, signatureSecret, method)));
      expect(response.status).toBe(200);
      expect(sandbox.reports()).toMatchObject([
        { timestamp: "2026-05-01 00:00:00", authentication: "signature" },
      ]);
    },
  );

  it("may be a GET, as old guides have it", async () => {
    const sandbox = create();
    expect((await sandbox.fetch(transports.query(report, { method: "GET", ...basic }))).status).toBe(200);
    expect(sandbox.reports()).toHaveLength(1);
  });

  it("may come to any host, on either channel, split between query and body", async () => {
    const sandbox = create();
    const url = "http://localhost:9/conversions/voice?message-id=x";
    const body = new URLSearchParams({ delivered: "0" });
    expect((await sandbox.fetch(url, { method: "POST", body, ...basic })).status).toBe(200);
    expect(sandbox.reports()).toMatchObject([{ channel: "voice", messageId: "x", delivered: false }]);
  });

  it.each<[string, Parameters<typeof createConversionClient>[0]["credentials"], string]>([
    ["Basic", { apiKey, apiSecret }, "basic"],
    ["query", { apiKey, apiSecret, via: "query" }, "query"],
    ["signature", { apiKey, signatureSecret, signatureMethod: "md5hash" }, "signature"],
  ])("accepts what our own client sends by %s", async (_, credentials, authentication) => {
    const sandbox = createSandbox();
    const client = createConversionClient({
      credentials: credentials ?? SANDBOX_CREDENTIALS.twoFactor,
      fetch: sandbox.fetch,
    });
    const given = { messageId: "号 &=+%", delivered: false, timestamp: "2026-06-01T14:00:00+02:00" };
    expect(await client.voice(given)).toEqual({ status: "recorded", attempts: 1 });
    expect(sandbox.reports()).toMatchObject([
      {
        channel: "voice",
        messageId: "号 &=+%",
        delivered: false,
        timestamp: "2026-06-01 12:00:00",
        authentication,
      },
    ]);
  });
});

describe("a caller", () => {
  const fresh = { ...report, api_key: apiKey, timestamp: String(NOW / 1000) };
  const stale = String(NOW / 1000 - 301);
  const early = String(NOW / 1000 + 301);
  it.each<[string, (make: (typeof transports)["form"]) => Promise<Request> | Request]>([
    ["without credentials", (make) => make(report)],
    [
      "with a wrong secret",
      (make) => make(report, { headers: { authorization: `Basic ${btoa(`${apiKey}:x`)}` } }),
    ],
    [
      "with an unknown key",
      (make) => make(report, { headers: { authorization: `Basic ${btoa(`x:${apiSecret}`)}` } }),
    ],
    [
      "with another account's secret",
      (make) => make({ ...report, api_key: apiKey, api_secret: SANDBOX_CREDENTIALS.other.apiSecret }),
    ],
    ["with another scheme", (make) => make(report, { headers: { authorization: `Bearer ${apiSecret}` } })],
    ["with a broken Basic header", (make) => make(report, { headers: { authorization: "Basic %%%" } })],
    [
      "with a Basic header without a colon",
      (make) => make(report, { headers: { authorization: `Basic ${btoa(apiKey)}` } }),
    ],
    [
      "with a wrong header beside right parameters",
      (make) =>
        make(
          { ...report, api_key: apiKey, api_secret: apiSecret },
          { headers: { authorization: "Basic eDp4" } },
        ),
    ],
    ["with a key alone", (make) => make({ ...report, api_key: apiKey })],
    ["with a secret alone", (make) => make({ ...report, api_secret: apiSecret })],
    [
      "with the signature secret as API secret",
      (make) => make({ ...report, api_key: apiKey, api_secret: signatureSecret }),
    ],
    ["with a signature by the API secret", async (make) => make(await signed(fresh, apiSecret))],
    [
      "with a signature over something else",
      async (make) => make({ ...(await signed(fresh)), delivered: "false" }),
    ],
    [
      "with a signature over no timestamp",
      async (make) => make(await signed({ ...report, api_key: apiKey })),
    ],
    [
      "with a signature over no timestamp, and a timestamp beside it",
      async (make) => make({ ...(await signed({ ...report, api_key: apiKey })), timestamp: fresh.timestamp }),
    ],
    [
      "with a signature of five minutes ago",
      async (make) => make(await signed({ ...fresh, timestamp: stale })),
    ],
    ["with a signature of the future", async (make) => make(await signed({ ...fresh, timestamp: early }))],
  ])("answers a request with %s 401 and records nothing", async (_, toRequest) => {
    const sandbox = create();
    for (const transport of names) {
      const response = await sandbox.fetch(await toRequest(transports[transport]));
      expect([transport, response.status]).toEqual([transport, 401]);
    }
    expect(sandbox.reports()).toEqual([]);
  });

  it("without access to the Conversion API gets Vonage's HTML page: 402", async () => {
    const sandbox = create();
    const { apiKey: key, apiSecret: secret } = SANDBOX_CREDENTIALS.notEnabled;
    const request = () => transports.form({ ...report, api_key: key, api_secret: secret });
    const response = await sandbox.fetch(request());
    expect(response.status).toBe(402);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(await response.text()).toContain("Bad Account Credentials");
    expect(sandbox.reports()).toEqual([]);

    sandbox.enable(key, true);
    expect((await sandbox.fetch(request())).status).toBe(200);
    sandbox.enable(key, false);
    expect((await sandbox.fetch(request())).status).toBe(402);
    expect(sandbox.reports()).toHaveLength(1);
  });

  describe("of an account that insists on the query", () => {
    const own = { apiKey, apiSecret, signatureSecret, enabled: true, queryOnly: true };
    const signing = { apiKey, signatureSecret, signatureMethod: "sha256" } as const;

    it.each<[Credentials, number]>([
      [{ apiKey, apiSecret }, 422],
      [{ apiKey, apiSecret, via: "basic-query" }, 200],
      [{ apiKey, apiSecret, via: "query" }, 200],
      // A body that is not read names no account either.
      [signing, 401],
      [{ ...signing, via: "query" }, 200],
    ])("gets by %j: %i", async (credentials, status) => {
      const sandbox = createSandbox({ accounts: [own] });
      const client = createConversionClient({ credentials, fetch: sandbox.fetch });
      const result = await client.sms({ messageId: "x", delivered: true }).catch((error) => error);
      expect(result.status).toBe(status === 200 ? "recorded" : status);
      expect(sandbox.reports().map(({ transport }) => transport)).toEqual(status === 200 ? ["query"] : []);
    });

    it("can be set and unset for an account", async () => {
      const sandbox = create();
      sandbox.insistOnQuery(apiKey, true);
      expect((await sandbox.fetch(transports.form(report, basic))).status).toBe(422);
      expect((await sandbox.fetch(transports.json(report, basic))).status).toBe(422);
      expect((await sandbox.fetch(transports.query(report, basic))).status).toBe(200);
      sandbox.insistOnQuery(apiKey, false);
      expect((await sandbox.fetch(transports.form(report, basic))).status).toBe(200);
      sandbox.insistOnQuery(apiKey, true);
      sandbox.reset();
      expect((await sandbox.fetch(transports.form(report, basic))).status).toBe(200);
      expect(() => sandbox.insistOnQuery("nobody", true)).toThrow("no account has this apiKey");
      expect(() => sandbox.insistOnQuery(apiKey, "yes" as never)).toThrow("queryOnly must be true or false");
    });
  });

  it("that names an account of the test's own is known, and no other", async () => {
    const own = { apiKey: "own", apiSecret: "secret", signatureSecret: "signature", enabled: true };
    const sandbox = create({ accounts: [own] });
    expect(
      (await sandbox.fetch(transports.form({ ...report, api_key: "own", api_secret: "secret" }))).status,
    ).toBe(200);
    expect((await sandbox.fetch(transports.form(report, basic))).status).toBe(401);
  });
});

describe("a request that is not exactly right", () => {
  const bad: [string, () => Request, string][] = [
    ["no message id", () => transports.form({ delivered: "true" }, basic), "message-id must be"],
    [
      "a blank message id",
      () => transports.form({ ...report, "message-id": " " }, basic),
      "message-id must be",
    ],
    ["no outcome", () => transports.form({ "message-id": "x" }, basic), "delivered must be"],
    ["delivered yes", () => transports.form({ ...report, delivered: "yes" }, basic), "delivered must be"],
    [
      "an ISO timestamp",
      () => transports.form({ ...report, timestamp: "2026-06-01T12:00:00Z" }, basic),
      "timestamp must be",
    ],
    [
      "a timestamp far ahead",
      () => transports.form({ ...report, timestamp: "2026-06-01 12:05:01" }, basic),
      "timestamp must be",
    ],
    [
      "an unknown parameter",
      () => transports.form({ ...report, colour: "red" }, basic),
      "colour is not known",
    ],
    [
      "the DLR's spelling",
      () => transports.form({ ...report, messageId: "x" }, basic),
      "the API spells it message-id",
    ],
    [
      "a token, which is the Worker's",
      () => transports.form({ ...report, token: "a.b.c" }, basic),
      "token is not known",
    ],
    [
      "a repeated parameter",
      () =>
        new Request(`${SMS}?delivered=true`, { method: "POST", body: new URLSearchParams(report), ...basic }),
      "delivered is given more than once",
    ],
    [
      "a broken escape",
      () => new Request(`${SMS}?message-id=%zz&delivered=1`, { method: "POST", ...basic }),
      "message-id is not valid percent-encoded",
    ],
    [
      "a nested JSON body",
      () => transports.json(report, { ...basic, body: '{"message-id":{"a":1},"delivered":true}' }),
      "message-id must be a string",
    ],
    [
      "a message id that is a number",
      () => transports.json(report, { ...basic, body: '{"message-id":4711,"delivered":true}' }),
      "message-id must be a string",
    ],
    [
      "a body of another type",
      () =>
        new Request(SMS, {
          method: "POST",
          body: "x",
          headers: { authorization: BASIC, "content-type": "text/plain" },
        }),
      "unsupported_type",
    ],
    [
      "a body over 8 KiB",
      () => transports.form({ ...report, "message-id": "x".repeat(8192) }, basic),
      "too_large",
    ],
    [
      "a body that is not UTF-8",
      () =>
        new Request(SMS, {
          method: "POST",
          body: new Uint8Array([0xff]),
          headers: { authorization: BASIC, "content-type": FORM },
        }),
      "malformed",
    ],
  ];

  it.each(bad)(
    "refuses a report with %s, gives the reason, and records nothing",
    async (_, toRequest, reason) => {
      const sandbox = create();
      const response = await sandbox.fetch(toRequest());
      expect(response.status).toBe(422);
      expect(await response.text()).toContain(reason);
      expect(sandbox.reports()).toEqual([]);
    },
  );

  it.each([420, 422, 423] as const)(
    "is refused with status %d where the references have it so",
    async (rejectionStatus) => {
      const sandbox = create({ rejectionStatus });
      expect((await sandbox.fetch(transports.form({}, basic))).status).toBe(rejectionStatus);
      expect(
        (await sandbox.fetch(transports.json({}, { ...basic, headers: { "content-type": "text/plain" } })))
          .status,
      ).toBe(rejectionStatus);
    },
  );

  it.each([
    ["another path", "GET", "/", 404],
    ["another channel", "POST", "/conversions/fax", 404],
    ["a path below", "POST", "/conversions/sms/x", 404],
    ["a path in another case", "POST", "/Conversions/SMS", 404],
    ["PUT", "PUT", "/conversions/sms", 405],
    ["DELETE", "DELETE", "/conversions/voice", 405],
    ["a preflight, which is not granted", "OPTIONS", "/conversions/sms", 405],
  ])("is not there: %s", async (_, method, path, status) => {
    const response = await create().fetch(`https://api.nexmo.com${path}`, { method, ...basic });
    expect(response.status).toBe(status);
    expect(response.headers.get("allow")).toBe(status === 405 ? "GET, POST" : null);
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
  });
});

describe("a fault", () => {
  let sandbox: Sandbox;
  // As clients call it: a URL beside its init, whose signal nothing but the caller holds.
  const send = (init: RequestInit = {}) =>
    sandbox.fetch(SMS, { method: "POST", body: new URLSearchParams(report), ...basic, ...init });
  beforeEach(() => {
    sandbox = create();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each<[SandboxFault, number, Record<string, string>, string]>([
    [{ status: 503 }, 503, {}, ""],
    [{ status: 429, retryAfter: "7", body: "slow down" }, 429, { "retry-after": "7" }, "slow down"],
    [{ status: 302, location: "https://evil.example/" }, 302, { location: "https://evil.example/" }, ""],
    [{ status: 200, body: "null" }, 200, {}, "null"],
    [{ status: 204, body: "left out" }, 204, {}, ""],
    [{ status: 599, body: "é\n" }, 599, {}, "é\n"],
  ])("%j answers so once, and the report is lost", async (fault, status, headers, body) => {
    sandbox.fail(fault);
    const response = await send();
    expect([response.status, await response.text()]).toEqual([status, body]);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    expect(sandbox.reports()).toEqual([]);
    expect((await send()).status).toBe(200);
    expect(sandbox.reports()).toHaveLength(1);
  });

  it("drops the connection as fetch tells of it: a TypeError", async () => {
    sandbox.fail({ drop: true });
    await expect(send()).rejects.toBeInstanceOf(TypeError);
    expect(sandbox.reports()).toEqual([]);
    expect((await send()).status).toBe(200);
  });

  it("hangs until the caller gives up, with the caller's own reason", async () => {
    sandbox.fail({ hang: true, times: 2 });
    const controller = new AbortController();
    const reason = new Error("enough");
    const hung = send({ signal: controller.signal });
    setTimeout(() => controller.abort(reason), 10);
    await expect(hung).rejects.toBe(reason);
    await expect(send({ signal: AbortSignal.timeout(10) })).rejects.toMatchObject({ name: "TimeoutError" });
    expect(sandbox.reports()).toEqual([]);
  });

  it("hangs for no longer than ten minutes", async () => {
    vi.useFakeTimers();
    sandbox.fail({ hang: true });
    const ended = vi.fn();
    const hung = send().catch(ended);
    await vi.advanceTimersByTimeAsync(599_999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await hung;
    expect(ended).toHaveBeenCalledWith(expect.any(TypeError));
  });

  it.each<[SandboxFault, number, number]>([
    [{ latency: 500 }, 200, 1],
    [{ latency: 500, status: 503 }, 503, 0],
    [{ latency: 500, status: 503, recorded: true }, 503, 1],
  ])("%j delays its answer", async (fault, status, recorded) => {
    vi.useFakeTimers();
    sandbox.fail(fault);
    const ended = vi.fn();
    const sent = send().then((response) => ended(response.status));
    await vi.advanceTimersByTimeAsync(499);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await sent;
    expect(ended).toHaveBeenCalledWith(status);
    expect(sandbox.reports()).toHaveLength(recorded);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that delays ends at once when the caller gives up", async () => {
    vi.useFakeTimers();
    sandbox.fail({ latency: 60_000 });
    const controller = new AbortController();
    const sent = send({ signal: controller.signal });
    const ended = expect(sent).rejects.toMatchObject({ name: "AbortError" });
    await vi.advanceTimersByTimeAsync(100);
    controller.abort();
    await ended;
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<[SandboxFault]>([[{ status: 503, recorded: true }], [{ drop: true, recorded: true }]])(
    "%j loses the answer only: the report is recorded",
    async (fault) => {
      sandbox.fail(fault);
      await send().catch(() => {});
      expect(sandbox.reports()).toHaveLength(1);
    },
  );

  it("a fault that records still does not record an invalid report", async () => {
    sandbox.fail({ status: 503, recorded: true });
    await sandbox.fetch(transports.form({ ...report, delivered: "yes" }, basic));
    expect(sandbox.reports()).toEqual([]);
  });

  it("strikes as often as it says, and others after it, in order", async () => {
    sandbox.fail({ status: 503, times: 2 });
    sandbox.fail({ status: 429 });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await send()).status);
    expect(statuses).toEqual([503, 503, 429, 200]);
  });

  it("strikes its channel only", async () => {
    sandbox.fail({ status: 503, channel: "voice" });
    const voice = () =>
      sandbox.fetch(SMS.replace("sms", "voice"), {
        method: "POST",
        body: new URLSearchParams(report),
        ...basic,
      });
    expect([(await send()).status, (await voice()).status, (await voice()).status]).toEqual([200, 503, 200]);
  });

  it("a fault strikes no request outside the API", async () => {
    sandbox.fail({ status: 503 });
    await sandbox.fetch("https://api.nexmo.com/");
    await sandbox.fetch("https://api.nexmo.com/sandbox/faults");
    expect((await send()).status).toBe(503);
  });

  it.each<[string, object]>([
    ["it must have exactly one of status, drop and hang", {}],
    ["it must have exactly one of status, drop and hang", { status: 503, drop: true }],
    ["it must have exactly one of status, drop and hang", { drop: true, hang: true }],
    ["it must have exactly one of status, drop and hang", { latency: 0 }],
    ["status must be a whole number from 200 to 599", { status: 199 }],
    ["status must be a whole number from 200 to 599", { status: 600 }],
    ["times must be a whole number from 1 to 1000000", { status: 503, times: 0 }],
    ["latency must be a whole number from 0 to 60000", { latency: 60_001 }],
    ["channel must be one of sms, voice", { status: 503, channel: "fax" }],
    ["retryAfter must be up to 100 characters", { status: 503, retryAfter: "1\r\nx: y" }],
    ["location must be up to 1000 characters", { status: 302, location: "" }],
    ["drop must be true or false", { drop: 1 }],
    ["seconds is not known here", { status: 503, seconds: 1 }],
  ])("is refused: %s: %j", async (message, fault) => {
    const error = await conversionErrorOf(() => sandbox.fail(fault as SandboxFault));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(message) });
    expect((await send()).status).toBe(200);
  });
});

describe("a limit", () => {
  let now: number;
  let sandbox: Sandbox;
  const { twoFactor, other } = SANDBOX_CREDENTIALS;
  const send = (credentials: { apiKey: string; apiSecret: string } = twoFactor, fields: Fields = report) =>
    sandbox.fetch(
      transports.form({ ...fields, api_key: credentials.apiKey, api_secret: credentials.apiSecret }),
    );
  const statuses = async (count: number, ...given: Parameters<typeof send>) => {
    const all: number[] = [];
    for (let i = 0; i < count; i++) all.push((await send(...given)).status);
    return all;
  };
  beforeEach(() => {
    now = NOW;
    sandbox = createSandbox({ now: () => now });
  });

  it("the rate limit passes one second's worth, answers the rest 429, and does not record it", async () => {
    sandbox.limit(30);
    expect(await statuses(32)).toEqual([...Array(30).fill(200), 429, 429]);
    const response = await send();
    expect([response.headers.get("retry-after"), await response.text()]).toEqual([null, "Too Many Requests"]);
    expect(sandbox.reports()).toHaveLength(30);
  });

  it("the rate limit sends Retry-After if one is set", async () => {
    sandbox.limit(1, "7");
    expect((await send()).headers.has("retry-after")).toBe(false);
    expect((await send()).headers.get("retry-after")).toBe("7");
  });

  it("makes room continuously, to the millisecond", async () => {
    sandbox.limit(4);
    await statuses(4);
    now += 249;
    expect(await statuses(1)).toEqual([429]);
    now += 1;
    expect(await statuses(2)).toEqual([200, 429]);
    now += 500;
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  it("the rate limit saves at most one second's worth, even after a long pause", async () => {
    sandbox.limit(2);
    await statuses(2);
    now += 3_600_000;
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  it("is the sustained rate: a minute of too much lets a minute's worth through", async () => {
    sandbox.limit(30);
    for (const end = NOW + 60_000; now < end; now += 19) await send();
    // The first second's worth, and 30 for each of the 60 seconds up to the last request, at 59.983 s.
    expect(sandbox.reports()).toHaveLength(30 + Math.floor(30 * 59.983));
  });

  it("lets everything through that keeps to it", async () => {
    sandbox.limit(30);
    for (let i = 0; i < 300; i++) {
      now = NOW + Math.ceil((i * 1000) / 30);
      expect((await send()).status).toBe(200);
    }
  });

  it("makes no room twice when requests are read in another order than they came in", async () => {
    sandbox.limit(1);
    await send();
    for (const at of [999, 0, 999, 0, 999]) {
      now = NOW + at;
      expect((await send()).status).toBe(429);
    }
  });

  it("is an account's own, on both channels together", async () => {
    sandbox.limit(1);
    await send();
    const voice = transports.form({ ...report, api_key: apiKey, api_secret: apiSecret });
    expect((await sandbox.fetch(new Request(SMS.replace("sms", "voice"), voice))).status).toBe(429);
    expect((await send(other)).status).toBe(200);
  });

  it("the rate limit counts requests refused for another reason, but not unauthenticated ones", async () => {
    sandbox.limit(2);
    expect(await statuses(3, { apiKey, apiSecret: "wrong" })).toEqual([401, 401, 401]);
    expect(await statuses(3, twoFactor, { delivered: "true" })).toEqual([422, 422, 429]);
    expect(await statuses(3, SANDBOX_CREDENTIALS.notEnabled)).toEqual([402, 402, 429]);
  });

  it("the rate limit counts a request that a fault strikes, and the fault decides the answer", async () => {
    sandbox.limit(1);
    sandbox.fail({ status: 503, times: 2, recorded: true });
    expect(await statuses(3)).toEqual([503, 503, 429]);
    expect(sandbox.reports()).toHaveLength(1);
  });

  it("does not count the control panel", async () => {
    sandbox.limit(1);
    await sandbox.fetch("https://api.nexmo.com/sandbox/reports");
    expect((await send()).status).toBe(200);
  });

  it.each<[string, (sandbox: Sandbox) => void]>([
    ["is lifted by null", (one) => one.limit(null)],
    ["is lifted by a reset", (one) => one.reset()],
  ])("a limit %s", async (_, lift) => {
    sandbox.limit(1);
    expect(await statuses(2)).toEqual([200, 429]);
    lift(sandbox);
    expect(await statuses(40)).toEqual(Array(40).fill(200));
  });

  it("the rate limit starts afresh when it is set again", async () => {
    sandbox.limit(1, "7");
    await send();
    sandbox.limit(2);
    expect(await statuses(3)).toEqual([200, 200, 429]);
    expect((await send()).headers.has("retry-after")).toBe(false);
  });

  it.each<[string, unknown, unknown]>([
    ["perSecond must be a whole number from 1 to 1000000, or null for no limit, got number", 0, undefined],
    ["perSecond must be a whole number from 1 to 1000000, or null", 1_000_001, undefined],
    ["perSecond must be a whole number from 1 to 1000000, or null", 0.5, undefined],
    ["perSecond must be a whole number from 1 to 1000000, or null", "30", undefined],
    ["perSecond must be a whole number from 1 to 1000000, or null", undefined, undefined],
    ["retryAfter must be up to 100 characters", 30, 1],
    ["retryAfter must be up to 100 characters", 30, "1\r\nx: y"],
  ])("is refused, and the one in force stays: %s: %j, %j", async (message, perSecond, retryAfter) => {
    sandbox.limit(1);
    const error = await conversionErrorOf(() => sandbox.limit(perSecond as number, retryAfter as string));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(message) });
    expect(await statuses(2)).toEqual([200, 429]);
  });
});

describe("a sandbox", () => {
  const send = (sandbox: Sandbox, id: string) =>
    sandbox.fetch(transports.form({ ...report, "message-id": id }, basic));

  it("lists reports oldest first, in a list of the caller's own, and forgets the oldest past maxReports", async () => {
    const sandbox = create({ maxReports: 2 });
    for (const id of ["a", "b", "c"]) await send(sandbox, id);
    const listed = sandbox.reports();
    expect(listed.map(({ messageId }) => messageId)).toEqual(["b", "c"]);
    await send(sandbox, "d");
    expect(listed.map(({ messageId }) => messageId)).toEqual(["b", "c"]);
    expect(sandbox.reports().map(({ messageId }) => messageId)).toEqual(["c", "d"]);
  });

  it("reset forgets reports and faults, and restores the accounts", async () => {
    const sandbox = create();
    await send(sandbox, "a");
    sandbox.fail({ status: 503, times: 9 });
    sandbox.enable(apiKey, false);
    sandbox.reset();
    expect(sandbox.reports()).toEqual([]);
    expect((await send(sandbox, "b")).status).toBe(200);
  });

  it("shares nothing with another", async () => {
    const [one, two] = [create(), create()];
    one.fail({ status: 503 });
    one.enable(apiKey, false);
    expect((await send(two, "a")).status).toBe(200);
    expect(one.reports()).toEqual([]);
  });

  it("reads its clock for each report", async () => {
    let now = NOW;
    const sandbox = createSandbox({ now: () => now });
    await send(sandbox, "a");
    now += 1500;
    await send(sandbox, "b");
    expect(sandbox.reports().map(({ timestamp, receivedAt }) => [timestamp, receivedAt])).toEqual([
      ["2026-06-01 12:00:00", "2026-06-01T12:00:00.000Z"],
      ["2026-06-01 12:00:01", "2026-06-01T12:00:01.500Z"],
    ]);
  });

  it("starts with accounts whose signature secret is the API secret reversed, one of them not enabled", () => {
    expect(SANDBOX_ACCOUNTS).toHaveLength(3);
    for (const account of SANDBOX_ACCOUNTS) {
      expect(account.signatureSecret).toBe(account.apiSecret.split("").reverse().join(""));
      expect(account.enabled).toBe(account.apiKey !== SANDBOX_CREDENTIALS.notEnabled.apiKey);
    }
  });

  it.each<[string, object]>([
    ["accounts must be a list", { accounts: "own" }],
    [
      "accounts.0.signatureSecret must be 1 to 200 characters",
      { accounts: [{ apiKey: "k", apiSecret: "s", enabled: true }] },
    ],
    [
      "accounts.0.enabled must be true or false",
      { accounts: [{ apiKey: "k", apiSecret: "s", signatureSecret: "s" }] },
    ],
    ["rejectionStatus must be 420, 422 or 423", { rejectionStatus: 400 }],
    ["maxReports must be a whole number from 1 to 1000000", { maxReports: 0 }],
    ["now must be a function", { now: NOW }],
    ["port is not known here", { port: 8787 }],
  ])("is not made with options it does not take: %s", async (message, options) => {
    const error = await conversionErrorOf(() => createSandbox(options));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(message) });
  });

  it("enables no account that it does not have", async () => {
    const error = await conversionErrorOf(() => create().enable("nobody", true));
    expect(error).toMatchObject({ code: "invalid_options", message: "no account has this apiKey" });
  });

  it.each<[string, unknown, unknown]>([
    ["enabled must be true or false (a boolean), got a string of 5 characters", apiKey, "false"],
    ["enabled must be true or false (a boolean), got number", apiKey, 0],
    ["enabled must be true or false (a boolean), got nothing", apiKey, null],
    ["enabled must be true or false (a boolean), got nothing", apiKey, undefined],
    ["apiKey must be 1 to 200 characters, no control characters, got number", 4711, true],
    ["apiKey must be 1 to 200 characters, no control characters, got nothing", undefined, true],
  ])("refuses to enable or disable an account: %s", async (message, key, enabled) => {
    const sandbox = create();
    const error = await conversionErrorOf(() => sandbox.enable(key as string, enabled as boolean));
    expect(error).toMatchObject({ code: "invalid_options", message: `invalid_options: ${message}` });
    expect((await send(sandbox, "a")).status).toBe(200);
  });
});

describe("the control panel", () => {
  let sandbox: Sandbox;
  const call = async (method: string, path: string, body?: string, type = "application/json") => {
    const init = { method, ...(body !== undefined && { body, headers: { "content-type": type } }) };
    const response = await sandbox.fetch(`http://localhost:8788/sandbox/${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const send = () => sandbox.fetch(transports.form(report, basic));
  beforeEach(() => {
    sandbox = create();
  });

  it("the control panel lists its calls, also in its 404", async () => {
    const { status, body } = await call("GET", "");
    expect(status).toBe(200);
    const { calls } = body;
    expect(Object.keys(calls ?? {})).toEqual([
      "GET /sandbox/reports",
      "GET /sandbox/accounts",
      "POST /sandbox/accounts",
      "GET /sandbox/faults",
      "POST /sandbox/faults",
      "POST /sandbox/limit",
      "GET /sandbox/handset",
      "POST /sandbox/handset/reply",
      "POST /sandbox/handset/answer",
      "POST /sandbox/carrier",
      "POST /sandbox/carriers",
      "GET /sandbox/routing",
      "POST /sandbox/webhooks",
      "GET /sandbox/exchanges",
      "POST /sandbox/reset",
    ]);
    for (const [method, path] of [
      ["GET", "nothing"],
      ["DELETE", "reports"],
      ["POST", "reports"],
      ["GET", "reset"],
    ] as const) {
      expect(await call(method, path)).toEqual({ status: 404, body: { error: "unknown call", calls } });
    }
  });

  it("shows the reports", async () => {
    await send();
    expect(await call("GET", "reports")).toEqual({
      status: 200,
      body: { reports: [{ ...RECORDED, authentication: "basic", transport: "form" }] },
    });
  });

  it("shows the accounts without their secrets, and enables and disables them", async () => {
    expect(await call("POST", "accounts", JSON.stringify({ apiKey, enabled: false }))).toMatchObject({
      status: 200,
    });
    expect((await send()).status).toBe(402);
    const shown = await call("GET", "accounts");
    expect(shown.body).toEqual({
      accounts: [
        { apiKey, enabled: false },
        { apiKey: SANDBOX_CREDENTIALS.other.apiKey, enabled: true },
        { apiKey: SANDBOX_CREDENTIALS.notEnabled.apiKey, enabled: false },
      ],
    });
    await call("POST", "accounts", JSON.stringify({ apiKey, enabled: true }));
    expect((await send()).status).toBe(200);
  });

  it("has an account read the query only, and shows it", async () => {
    const body = JSON.stringify({ apiKey, enabled: true, queryOnly: true });
    expect(await call("POST", "accounts", body)).toMatchObject({ status: 200 });
    expect((await send()).status).toBe(422);
    expect(await call("GET", "accounts")).toMatchObject({
      body: { accounts: [{ apiKey, enabled: true, queryOnly: true }, {}, {}] },
    });
  });

  it("adds faults, and shows those still to strike", async () => {
    expect(await call("POST", "faults", '{"status":503,"times":3}')).toEqual({
      status: 200,
      body: { ok: true },
    });
    expect((await send()).status).toBe(503);
    expect((await call("GET", "faults")).body).toMatchObject({ faults: [{ status: 503, times: 2 }] });
  });

  it("sets a limit, and lifts it", async () => {
    expect(await call("POST", "limit", '{"perSecond":1,"retryAfter":"1"}')).toEqual({
      status: 200,
      body: { ok: true },
    });
    await send();
    const refused = await send();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await call("POST", "limit", '{"perSecond":null}')).status).toBe(200);
    expect((await send()).status).toBe(200);
  });

  it("resets, with an empty body too", async () => {
    for (const body of ["{}", ""]) {
      await send();
      sandbox.fail({ status: 503 });
      expect(await call("POST", "reset", body)).toEqual({ status: 200, body: { ok: true } });
      expect([sandbox.reports(), (await call("GET", "faults")).body]).toEqual([[], { faults: [] }]);
    }
  });

  it.each<[string, string, string | undefined, string]>([
    ["no body", "reset", undefined, ""],
    ["a form", "reset", "", FORM],
    ["plain text, which pages of other origins may send", "faults", '{"status":503}', "text/plain"],
    ["a type that ends like JSON", "accounts", "{}", "text/application/json"],
  ])("the control panel refuses bodies that are not declared JSON: %s", async (_, path, body, type) => {
    await send();
    expect(await call("POST", path, body, type)).toEqual({
      status: 415,
      body: { error: "content-type must be application/json" },
    });
    expect(sandbox.reports()).toHaveLength(1);
    expect((await send()).status).toBe(200);
  });

  it.each([
    ["accounts", "{", "one JSON object"],
    ["accounts", "null", "one JSON object"],
    ["accounts", '{"apiKey":"nobody","enabled":true}', "no account has this apiKey"],
    ...['"false"', "0", "null", "[]"].map((enabled): [string, string, string] => [
      "accounts",
      `{"apiKey":"${apiKey}","enabled":${enabled}}`,
      "enabled must be true or false (a boolean), got ",
    ]),
    ["accounts", `{"apiKey":"${apiKey}"}`, "enabled must be true or false (a boolean), got nothing"],
    ["accounts", '{"apiKey":4711,"enabled":false}', "apiKey must be 1 to 200 characters"],
    ["accounts", "{}", "apiKey must be 1 to 200 characters"],
    ["accounts", "[]", "apiKey must be 1 to 200 characters"],
    ["faults", "{", "one JSON object"],
    ["faults", "[]", "status, drop and hang"],
    ["faults", "null", "must be an object of times"],
    ["faults", '{"status":"503"}', "status must be a whole number from 200 to 599"],
    ["faults", '{"status":503,"seconds":1}', "seconds is not known here"],
    ["limit", "null", "one JSON object"],
    ["limit", "{}", "perSecond must be a whole number from 1 to 1000000, or null"],
    ["limit", '{"perSecond":0}', "perSecond must be a whole number from 1 to 1000000, or null"],
    ["limit", '{"perSecond":1,"retryAfter":1}', "retryAfter must be up to 100 characters"],
    ["reset", "{", "one JSON object"],
  ])("the control panel names the fault of a bad body for %s: %s", async (path, body, message) => {
    expect(await call("POST", path, body)).toEqual({
      status: 400,
      body: { error: expect.stringContaining(message) },
    });
    expect((await send()).status).toBe(200);
  });

  it.each([
    ["accounts", JSON.stringify({ apiKey, enabled: false })],
    ["faults", '{"status":503}'],
    ["limit", '{"perSecond":1}'],
    ["reset", "{}"],
  ])("the control panel accepts 8 KiB for %s, and not a byte more", async (path, body) => {
    await send();
    const answer = await call("POST", path, body.padEnd(8193));
    expect(answer).toEqual({ status: 413, body: { error: "the body is larger than 8 KiB" } });
    expect(sandbox.reports()).toHaveLength(1);
    expect((await send()).status).toBe(200);
    // Bytes, not characters.
    expect((await call("POST", path, `"${"ü".repeat(4096)}"`)).status).toBe(413);
    expect((await call("POST", path, body.padEnd(8192))).status).toBe(200);
  });

  it("the control panel refuses a body that is not UTF-8 or breaks off", async () => {
    const bodies = [
      new Blob([new Uint8Array([0x22, 0xff, 0x22])]).stream(),
      new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) }),
    ];
    for (const body of bodies) {
      const headers = { "content-type": "application/json" };
      const init = { method: "POST", headers, body, duplex: "half" };
      expect((await sandbox.fetch("http://localhost:8788/sandbox/reset", init)).status).toBe(400);
    }
  });

  it("the control panel accepts JSON with a charset", async () => {
    expect((await call("POST", "reset", "{}", "application/json; charset=utf-8")).status).toBe(200);
  });
});

describe("a path with empty segments", () => {
  it.each(["//conversions/sms", "/conversions/sms/", "//conversions//sms//"])(
    "is the path without them: %s",
    async (path) => {
      const sandbox = create();
      const body = new URLSearchParams(report);
      const init = { method: "POST", body, ...basic };
      expect((await sandbox.fetch(`https://api.nexmo.com${path}`, init)).status).toBe(200);
      expect(sandbox.reports()).toHaveLength(1);
      const get = await sandbox.fetch(`https://api.nexmo.com${path}`, { method: "PUT" });
      expect([get.status, get.headers.get("allow")]).toEqual([405, "GET, POST"]);
    },
  );

  it.each(["//sms/json", "/sms/json/", "/sc//us/2fa/json", "//v1/calls/"])("is known: %s", async (path) => {
    const response = await create().fetch(`https://rest.nexmo.com${path}`, { method: "PUT" });
    expect(response.status).toBe(405);
  });

  it.each(["//sandbox/reports", "/sandbox//reports/", "/sandbox", "/sandbox/"])(
    "leads to the control panel: %s",
    async (path) => {
      expect((await create().fetch(`https://api.nexmo.com${path}`)).status).toBe(200);
    },
  );

  it.each(["/conversions%2Fsms", "/sandboxes", "/sandbox%2Freports", "/"])(
    "is not made of another one: %s",
    async (path) => {
      expect((await create().fetch(`https://api.nexmo.com${path}`)).status).toBe(404);
    },
  );
});
