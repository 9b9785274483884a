// The Worker's environment: what it is read as, and what is said when it is incomplete.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker, { type Env } from "../../../adapters/cloudflare/index.ts";
import { createSandbox, SANDBOX_APPLICATION, SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { someOf } from "../../support/property-seed.ts";
import {
  basic,
  bearer,
  get,
  mint,
  ORIGIN,
  post,
  REPORT,
  readJson,
  TOKEN_SECRET,
} from "../../support/proxy.ts";
import { createRecordingFetch } from "../../support/recording-fetch.ts";

const { twoFactor, other } = SANDBOX_CREDENTIALS;
const signatureSecret = [...twoFactor.apiSecret].reverse().join("");
const key = (letter: string) => letter.repeat(32);

const SET_2FA = { VONAGE_2FA_API_KEY: twoFactor.apiKey, VONAGE_2FA_API_SECRET: twoFactor.apiSecret };
const SET_OTHER = { VONAGE_OTHER_API_KEY: other.apiKey, VONAGE_OTHER_API_SECRET: other.apiSecret };
const SHOP = { PROXY_KEYS_2FA: `shop:${key("s")}` };
const TOKENS = { TOKEN_SECRETS: `${TOKEN_SECRET.kid}:${TOKEN_SECRET.secret}` };
const ADMIN = { ADMIN_KEYS: `ops:${key("o")}` };
/** As far as /health has to do with it. */
const LEDGER: NonNullable<Env["LEDGER"]> = { idFromName: (name) => name, get: () => ({}) };
const NO_CALLER = "PROXY_KEYS_2FA or TOKEN_SECRETS";
/** The workflow, complete. */
const TWO_FACTOR = {
  LEDGER,
  CHALLENGES: LEDGER,
  SEND_LIMITS: LEDGER,
  TWO_FACTOR_SECRETS: `c1:${key("c")}`,
  TWO_FACTOR_BRAND: "Acme",
  TWO_FACTOR_COUNTRIES: "GB US -RU",
  SMS_FROM: "Acme",
  SHORT_CODE_COUNTRIES: "US,CA",
  VOICE_APPLICATION_ID: SANDBOX_APPLICATION.applicationId,
  VOICE_PRIVATE_KEY: SANDBOX_APPLICATION.privateKey,
  VOICE_FROM: "447400123456",
  WEBHOOK_SIGNATURE_SECRET: "webhook secret",
} satisfies Env;

const waitUntil = vi.fn();
const call = (request: Request, env: Env) => worker.fetch(request, env, { waitUntil });

let sandbox = createSandbox();
let sent: ReturnType<typeof createRecordingFetch>["sent"] = [];
const lines: string[] = [];
beforeEach(() => {
  sandbox = createSandbox();
  const upstream = createRecordingFetch(({ url, ...init }) => sandbox.fetch(url, init));
  sent = upstream.sent;
  vi.stubGlobal("fetch", upstream.fetch);
  for (const method of ["log", "error"] as const)
    vi.spyOn(console, method).mockImplementation((line) => lines.push(`${method} ${line}`));
});
afterEach(() => {
  lines.length = 0;
  waitUntil.mockReset();
});

describe("a setting that is not text", () => {
  const complete = { ...SET_2FA, ...SHOP };
  const read = async (env: object) => {
    const response = await call(get("/health"), env as Env);
    const { missing, invalid } = await readJson(response);
    return { status: response.status, missing, invalid };
  };

  it.each([0, false, 300, ["300"], {}])("%j is named, and nothing is served", async (value) => {
    expect(await read({ ...complete, UPSTREAM_TIMEOUT_MS: value })).toEqual({
      status: 503,
      missing: [],
      invalid: [{ name: "UPSTREAM_TIMEOUT_MS", detail: "must be text" }],
    });
  });

  it("is named with this fault alone, even if its set lacks others", async () => {
    const env = { ...SHOP, VONAGE_2FA_API_KEY: 12345678, VONAGE_2FA_SIGNATURE_METHOD: "sha3" };
    const { missing, invalid } = await read(env);
    expect(missing).toEqual(["VONAGE_2FA_SIGNATURE_SECRET"]);
    expect(invalid?.filter(({ name }) => name === "VONAGE_2FA_API_KEY")).toEqual([
      { name: "VONAGE_2FA_API_KEY", detail: "must be text" },
    ]);
  });

  it.each(["", null, undefined])("%j is no setting at all", async (value) => {
    const nothing = { UPSTREAM_TIMEOUT_MS: value, RATE_LIMIT_KEY: value, TOKEN_AUDIENCE: value };
    expect((await read({ ...complete, ...nothing })).status).toBe(200);
  });

  it("is named also where it is not a rate limit", async () => {
    expect((await read({ ...complete, RATE_LIMIT_KEY: "on" })).invalid?.map(({ name }) => name)).toEqual([
      "RATE_LIMIT_KEY",
    ]);
  });

  it.each([
    ["BRAKE_TOKEN", "RATE_LIMIT_TOKEN"],
    ["BRAKE_KEY", "RATE_LIMIT_KEY"],
    ["BRAKE_ANONYMOUS", "RATE_LIMIT_ANONYMOUS"],
  ])("%s is the former name of %s: /health and doctor refuse it and name the new one", async (name, now) => {
    const env = { ...complete, [name]: { limit: async () => ({ success: true }) } } as Env;
    for (const request of [get("/health"), post({}, bearer(key("o")), "/doctor")]) {
      const response = await call(request, env);
      expect(response.status).toBe(503);
      const body = await readJson(response);
      expect(body).toMatchObject({
        missing: [],
        invalid: [{ name, detail: `is now called ${now}; rename the binding` }],
      });
      expect(body).not.toHaveProperty("notes");
    }
  });
});

describe("an incomplete environment", () => {
  it.each<[string, Env, string[], string[]?]>([
    ["nothing", {}, ["VONAGE_2FA_API_KEY", "VONAGE_2FA_API_SECRET", NO_CALLER]],
    [
      "empty strings",
      { VONAGE_2FA_API_KEY: "", TOKEN_SECRETS: "", PROXY_KEYS_2FA: " \n, " },
      ["VONAGE_2FA_API_KEY", "VONAGE_2FA_API_SECRET", NO_CALLER],
    ],
    ["no callers", SET_2FA, [NO_CALLER]],
    ["no credentials", { ...SHOP, ...TOKENS }, ["VONAGE_2FA_API_KEY", "VONAGE_2FA_API_SECRET"]],
    ["no API key", { VONAGE_2FA_API_SECRET: "x" }, ["VONAGE_2FA_API_KEY", NO_CALLER]],
    ["no API secret", { VONAGE_2FA_API_KEY: "x" }, ["VONAGE_2FA_API_SECRET", NO_CALLER]],
    [
      "no API secret for either traffic",
      { ...SHOP, VONAGE_2FA_API_KEY: "x", VONAGE_OTHER_API_KEY: "y" },
      ["VONAGE_2FA_API_SECRET", "VONAGE_OTHER_API_SECRET"],
    ],
    [
      "no API key for either traffic",
      { ...SHOP, VONAGE_2FA_API_SECRET: "x", VONAGE_OTHER_API_SECRET: "y" },
      ["VONAGE_2FA_API_KEY", "VONAGE_OTHER_API_KEY"],
    ],
    [
      "one set complete, the other half",
      { ...SET_2FA, ...SHOP, VONAGE_OTHER_API_KEY: "y" },
      ["VONAGE_OTHER_API_SECRET"],
    ],
    [
      "a signature secret without method",
      { ...SHOP, VONAGE_2FA_API_KEY: "x", VONAGE_2FA_SIGNATURE_SECRET: "y" },
      ["VONAGE_2FA_SIGNATURE_METHOD"],
    ],
    [
      "a signature method alone",
      { VONAGE_2FA_SIGNATURE_METHOD: "md5" },
      ["VONAGE_2FA_API_KEY", "VONAGE_2FA_SIGNATURE_SECRET", NO_CALLER],
    ],
    [
      "a signature method alone, among proxy keys",
      { ...SHOP, VONAGE_2FA_SIGNATURE_METHOD: "md5" },
      ["VONAGE_2FA_API_KEY", "VONAGE_2FA_SIGNATURE_SECRET"],
    ],
    [
      "a wrong signature method alone",
      { ...SHOP, VONAGE_2FA_SIGNATURE_METHOD: "sha3" },
      ["VONAGE_2FA_API_KEY", "VONAGE_2FA_SIGNATURE_SECRET"],
      ["VONAGE_2FA_SIGNATURE_METHOD"],
    ],
    [
      "a signature secret alone",
      { ...SHOP, VONAGE_2FA_SIGNATURE_SECRET: "x" },
      ["VONAGE_2FA_API_KEY", "VONAGE_2FA_SIGNATURE_METHOD"],
    ],
    [
      "a signature method alone for either traffic",
      { ...TOKENS, VONAGE_2FA_SIGNATURE_METHOD: "md5", VONAGE_OTHER_SIGNATURE_METHOD: "md5" },
      [
        "VONAGE_2FA_API_KEY",
        "VONAGE_2FA_SIGNATURE_SECRET",
        "VONAGE_OTHER_API_KEY",
        "VONAGE_OTHER_SIGNATURE_SECRET",
      ],
    ],
    [
      "a wrong API key without secret",
      { ...SHOP, VONAGE_2FA_API_KEY: "a:b" },
      ["VONAGE_2FA_API_SECRET"],
      ["VONAGE_2FA_API_KEY"],
    ],
    [
      "a signature method without secret",
      { ...SHOP, VONAGE_2FA_API_KEY: "x", VONAGE_2FA_SIGNATURE_METHOD: "md5" },
      ["VONAGE_2FA_SIGNATURE_SECRET"],
    ],
    [
      "the same for other traffic",
      { ...SET_2FA, ...SHOP, VONAGE_OTHER_API_KEY: "x", VONAGE_OTHER_SIGNATURE_SECRET: "y" },
      ["VONAGE_OTHER_SIGNATURE_METHOD"],
    ],
    [
      "proxy keys for other traffic without its credentials",
      { ...SET_2FA, PROXY_KEYS_OTHER: `mail:${key("m")}` },
      ["VONAGE_OTHER_API_KEY", "VONAGE_OTHER_API_SECRET"],
    ],
    [
      "proxy keys for 2FA without its credentials",
      { ...SET_OTHER, ...SHOP },
      ["VONAGE_2FA_API_KEY", "VONAGE_2FA_API_SECRET"],
    ],
    [
      "proxy keys for other traffic, and no credentials at all",
      { PROXY_KEYS_OTHER: `mail:${key("m")}` },
      ["VONAGE_2FA_API_KEY", "VONAGE_2FA_API_SECRET", "VONAGE_OTHER_API_KEY", "VONAGE_OTHER_API_SECRET"],
    ],
    [
      "secrets of both kinds",
      { ...SET_2FA, ...SHOP, VONAGE_2FA_SIGNATURE_SECRET: "x", VONAGE_2FA_SIGNATURE_METHOD: "md5" },
      [],
      ["VONAGE_2FA_API_SECRET"],
    ],
    [
      "a method beside an API secret",
      { ...SET_2FA, ...SHOP, VONAGE_2FA_SIGNATURE_METHOD: "md5" },
      [],
      ["VONAGE_2FA_API_SECRET"],
    ],
    [
      "one API key for both traffics",
      { ...SET_2FA, ...SET_OTHER, ...SHOP, VONAGE_OTHER_API_KEY: twoFactor.apiKey },
      [],
      ["VONAGE_OTHER_API_KEY"],
    ],
    ["a proxy key without a name", { ...SET_2FA, PROXY_KEYS_2FA: key("a") }, [], ["PROXY_KEYS_2FA"]],
    [
      "a short proxy key among good ones",
      { ...SET_2FA, PROXY_KEYS_2FA: `a:${key("a")},b:short` },
      [],
      ["PROXY_KEYS_2FA"],
    ],
    [
      "a short proxy key for other traffic",
      { ...SET_2FA, ...SET_OTHER, ...SHOP, PROXY_KEYS_OTHER: "b:short" },
      [],
      ["PROXY_KEYS_OTHER"],
    ],
    [
      "a proxy key's name given for both traffics",
      { ...SET_2FA, ...SET_OTHER, ...SHOP, PROXY_KEYS_OTHER: `shop:${key("o")}` },
      [],
      ["PROXY_KEYS_OTHER"],
    ],
    ["an admin key without a name", { ...SET_2FA, ...SHOP, ADMIN_KEYS: key("a") }, [], ["ADMIN_KEYS"]],
    [
      "an admin key that is a proxy key too",
      { ...SET_2FA, ...SHOP, ADMIN_KEYS: `ops:${key("s")}` },
      [],
      ["ADMIN_KEYS"],
    ],
    [
      "an admin key that is a proxy key of other traffic",
      {
        ...SET_2FA,
        ...SET_OTHER,
        ...SHOP,
        PROXY_KEYS_OTHER: `mail:${key("m")}`,
        ADMIN_KEYS: `ops:${key("m")}`,
      },
      [],
      ["ADMIN_KEYS"],
    ],
    ["admin keys and no callers", { ...SET_2FA, ...ADMIN }, [NO_CALLER]],
    ["a token secret without a kid", { ...SET_2FA, TOKEN_SECRETS: key("a") }, [], ["TOKEN_SECRETS"]],
    ["a repeated kid", { ...SET_2FA, TOKEN_SECRETS: `a:${key("a")} a:${key("b")}` }, [], ["TOKEN_SECRETS"]],
    [
      "much missing and much wrong",
      {
        VONAGE_2FA_API_KEY: "a:b",
        VONAGE_OTHER_API_SECRET: "x",
        PROXY_KEYS_2FA: "a",
        PROXY_KEYS_OTHER: "b",
        TOKEN_SECRETS: "c",
        ALLOWED_ORIGINS: "d",
        VONAGE_BASE_URL: "e",
        UPSTREAM_TIMEOUT_MS: "f",
        ADMIN_KEYS: "g",
        LEDGER_SHARDS: "h",
        LEDGER_RETENTION_HOURS: "i",
        LEDGER_MAX_MB: "j",
        REPORT_BUDGET_MS: "k",
      },
      ["VONAGE_2FA_API_SECRET", "VONAGE_OTHER_API_KEY"],
      [
        "ADMIN_KEYS",
        "ALLOWED_ORIGINS",
        "LEDGER_MAX_MB",
        "LEDGER_RETENTION_HOURS",
        "LEDGER_SHARDS",
        "PROXY_KEYS_2FA",
        "PROXY_KEYS_OTHER",
        "REPORT_BUDGET_MS",
        "TOKEN_SECRETS",
        "UPSTREAM_TIMEOUT_MS",
        "VONAGE_2FA_API_KEY",
        "VONAGE_BASE_URL",
      ],
    ],
  ])(
    "%s: 503 on every route, with all that is missing or wrong, by name",
    async (_, env, missing, invalid = []) => {
      const requests = [
        get("/health"),
        post(REPORT, bearer(key("s"))),
        post(REPORT, {}, "/conversions/voice"),
        post({ messageId: "a", channel: "sms" }, bearer(key("s")), "/messages"),
        get("/stats", "GET", bearer(key("o"))),
        get("/x", "PUT"),
      ];
      for (const request of requests) {
        const response = await call(request, env);
        expect(response.status).toBe(503);
        expect(response.headers.get("content-type")).toBe("application/problem+json");
        expect(response.headers.get("cache-control")).toBe("no-store");
        const body = await readJson(response);
        expect(body.type).toBe("urn:problem:vonage-conversion:not-configured");
        expect([...(body.missing ?? [])].sort()).toEqual([...missing].sort());
        expect([...new Set(body.invalid?.map(({ name }) => name))].sort()).toEqual(invalid);
        for (const name of [...missing, ...invalid]) {
          expect(body.detail).toContain(name);
          expect(lines.at(-1)).toContain(name);
        }
        const named = /^Missing or wrong: (.*)\.$/.exec(body.detail ?? "")?.[1]?.split(", ") ?? [];
        expect(named.sort()).toEqual([...missing, ...invalid].sort());
        expect(lines.at(-1)).toMatch(/^error \{"level":"error",.*"route":null,.*"outcome":"not-configured"/);
      }
      expect(lines).toHaveLength(requests.length);
      expect(sent).toEqual([]);
    },
  );
});

describe("an incomplete Worker", () => {
  const routes: [string, (headers: Record<string, string>) => Request][] = [
    ["health", (headers) => get("/health", "GET", headers)],
    ["a report", (headers) => post(REPORT, { ...bearer(key("s")), ...headers })],
    ["a tracked message", (headers) => post({}, { ...bearer(key("s")), ...headers }, "/messages")],
    ["the operator", (headers) => get("/reports?state=dead", "GET", { ...bearer(key("o")), ...headers })],
    ["a path that is not there", (headers) => get("/n0where", "GET", headers)],
    ["a method that is not allowed", (headers) => get("/conversions/sms", "DELETE", headers)],
  ];
  const preflight = (origin: string) =>
    get("/conversions/sms", "OPTIONS", { origin, "access-control-request-method": "POST" });
  const b = "https://b.example";

  it.each<[string, Env, string, string | null]>([
    ["an allowed page", { ALLOWED_ORIGINS: ORIGIN }, ORIGIN, ORIGIN],
    ["the second of two allowed pages", { ALLOWED_ORIGINS: `${ORIGIN}, ${b}` }, b, b],
    ["any page, where all are allowed", { ALLOWED_ORIGINS: "*" }, b, b],
    ["an allowed page beside a wrong origin", { ALLOWED_ORIGINS: `${ORIGIN} shop.example/` }, ORIGIN, ORIGIN],
    ["a foreign page", { ALLOWED_ORIGINS: ORIGIN }, b, null],
    ["any page, where none is allowed", {}, ORIGIN, null],
  ])("lets %s read what is missing, or not", async (_, env, origin, expected) => {
    for (const [, request] of routes) {
      const { status, headers } = await call(request({ origin }), env);
      expect([status, headers.get("access-control-allow-origin")]).toEqual([503, expected]);
      expect(headers.get("access-control-expose-headers")).toBe(
        env.ALLOWED_ORIGINS ? "Retry-After,WWW-Authenticate,X-Request-Id" : null,
      );
    }
    const { status, headers } = await call(preflight(origin), env);
    expect([status, headers.get("access-control-allow-origin")]).toEqual([
      env.ALLOWED_ORIGINS ? 204 : 503,
      expected,
    ]);
  });

  it.each(routes)("logs no path, and no route, for %s", async (_, request) => {
    await call(request({}), { ALLOWED_ORIGINS: ORIGIN });
    expect(lines).toEqual([expect.stringContaining('"route":null')]);
    expect(lines.join()).not.toMatch(/n0where|health|conversions\/sms|messages|reports/);
  });

  it.each<[string, Env, Record<string, number>]>([
    [
      "names, keys and kids",
      {
        ...SET_2FA,
        ...SET_OTHER,
        PROXY_KEYS_2FA: `a:${key("a")},b:${key("b")},a:${key("c")},b:${key("a")}`,
        PROXY_KEYS_OTHER: `a:${key("d")}`,
        ADMIN_KEYS: `a:${key("h")} b:${key("h")} a:${key("i")}`,
        TOKEN_SECRETS: `k:${key("e")} k:${key("f")} k:${key("g")}`,
      },
      // The names of the third and the fourth, and the fourth's key; one name; a name and a key; two kids.
      { PROXY_KEYS_2FA: 3, PROXY_KEYS_OTHER: 1, ADMIN_KEYS: 2, TOKEN_SECRETS: 2 },
    ],
    [
      "a whole list",
      { ...SET_2FA, ...SET_OTHER, ...SHOP, PROXY_KEYS_OTHER: SHOP.PROXY_KEYS_2FA },
      { PROXY_KEYS_OTHER: 2 },
    ],
  ])("reports each of the %s given more than once, and names the setting once", async (_, env, counts) => {
    const { missing, invalid = [], detail } = await readJson(await call(get("/health"), env));
    expect(missing).toEqual([]);
    expect(new Set(invalid.map((one) => one.detail))).toEqual(new Set(["is given more than once"]));
    const names = Object.keys(counts);
    expect(
      Object.fromEntries(names.map((name) => [name, invalid.filter((one) => one.name === name).length])),
    ).toEqual(counts);
    expect(detail).toBe(`Missing or wrong: ${names.join(", ")}.`);
  });

  it.each<[keyof Env, unknown, string]>([
    ["VONAGE_2FA_API_KEY", "a:b", "must be 1 to 200 characters, no colon, no control characters"],
    ["VONAGE_2FA_API_SECRET", "s".repeat(201), "must be 1 to 200 characters, no control characters"],
    ["PROXY_KEYS_2FA", `shop:${"s".repeat(31)}`, "must be 32 to 200 letters, digits, _, ~ or -"],
    ["PROXY_KEYS_2FA", `s.hop:${key("s")}`, "must be 1 to 40 letters, digits, _ or -"],
    ["TOKEN_SECRETS", `k:${"s".repeat(31)}`, "must be 32 to 200 characters, no control characters"],
    ["TOKEN_AUDIENCE", "a".repeat(201), "must be 1 to 200 characters"],
    ["ALLOWED_ORIGINS", "shop.example", 'must be an origin such as https://shop.example, or "*"'],
    [
      "VONAGE_BASE_URL",
      "http://api.nexmo.com",
      "must be an https URL (http only for localhost) without user, query or fragment",
    ],
    ["UPSTREAM_TIMEOUT_MS", "30001", "must be a whole number from 1 to 30000"],
    ["RATE_LIMIT_KEY", { limit: 5 }, "must be an object with limit()"],
    ["ADMIN_KEYS", `ops:${"o".repeat(31)}`, "must be 32 to 200 letters, digits, _, ~ or -"],
    ["ADMIN_KEYS", `o.p:${key("o")}`, "must be 1 to 40 letters, digits, _ or -"],
    [
      "ADMIN_KEYS",
      `ops:${key("s")}`,
      "must differ from every proxy key: a key for reporting must not open the ledger",
    ],
    ["LEDGER", {}, "must be a Durable Object namespace"],
    ["LEDGER_SHARDS", "0", "must be whole numbers from 1 to 1024"],
    ["LEDGER_SHARDS", "1,2,3,4,5", "must be the number of shards, then at most 3 former"],
    [
      "LEDGER_RETENTION_HOURS",
      "721",
      "must be a whole number from 25 to 720: longer than a report token lives",
    ],
    [
      "LEDGER_RETENTION_HOURS",
      "24",
      "must be a whole number from 25 to 720: longer than a report token lives",
    ],
    ["LEDGER_MAX_MB", "9001", "must be a whole number from 1 to 9000"],
    ["REPORT_BUDGET_MS", "30001", "must be a whole number from 1 to 30000"],
  ])("tells the rule for %s, and not even the length of what was given", async (name, value, rule) => {
    const env = { ...SET_2FA, ...SHOP, [name]: value } as Env;
    const { invalid } = await readJson(await call(get("/health"), env));
    expect(invalid).toEqual([{ name, detail: rule }]);
  });
});

const NUMBERS = ["many", "1.5", "-1", "1000000"];
/** Settings of the workflow with values that are wrong. */
const WRONG_TWO_FACTOR = {
  TWO_FACTOR_SECRETS: ["kid", "kid:short", `:${key("a")}`, `a:${key("a")} a:${key("b")}`, " , "],
  TWO_FACTOR_BRAND: ["  ", "with\nline", "x".repeat(31)],
  TWO_FACTOR_COUNTRIES: ["gb", "GBR", "-GB", "GB;US", "+44", " , "],
  TWO_FACTOR_CODE_LENGTH: ["3", "11", ...NUMBERS],
  TWO_FACTOR_ATTEMPTS: ["0", "11", ...NUMBERS],
  TWO_FACTOR_LIFETIME_S: ["29", "3601", ...NUMBERS],
  TWO_FACTOR_COOLDOWN_S: ["4", "601", ...NUMBERS],
  TWO_FACTOR_MESSAGES: ["0", "11", ...NUMBERS],
  TWO_FACTOR_NUMBER_TYPES: [
    "mobile",
    "sms",
    "sms=",
    "sms=MOBILE",
    "fax=mobile",
    "sms=mobile,landline",
    "sms=mobile+",
  ],
  TWO_FACTOR_DEFAULT_COUNTRY: ["UK", "XX", "gb", "001", "GB US", "constructor"],
  TWO_FACTOR_LIMITS: ["number", "number=5", "number=0/3600", "number=5/0", "planet=5/3600", "total=5/86401"],
  SMS_FROM: [
    "much too long a name",
    "1234567890123456",
    "Bäcker",
    "+4520123456",
    "004520123456",
    "020123456",
    "45 20 12 34",
    "Shop US=+12015550100",
    "Shop US=012015550100",
    "Shop US=",
    "Shop US=much too long a name",
    "Shop UK=Acme",
    "Shop us=12015550100",
    "Shop XX=Acme US=12015550100",
    "US=12015550100 US=12015550101",
    "+45 US=12015550100",
  ],
  SMS_CALLBACK_URL: ["http://shop.example/receipts", "shop.example", "https://a:b@shop.example/"],
  SHORT_CODE_COUNTRIES: ["GB", "US;CA", "us"],
  VOICE_APPLICATION_ID: ["my-application", `${key("a")}`],
  VOICE_PRIVATE_KEY: ["something else", "-----BEGIN PUBLIC KEY-----"],
  VOICE_FROM: ["+447400123456", "Acme"],
  VONAGE_REST_BASE_URL: ["http://rest.nexmo.com", "rest.nexmo.com"],
  TWO_FACTOR_TEXTS: [
    "{code}",
    "[]",
    "null",
    '"{code}"',
    '{"en": "no code"}',
    '{"en": "{code} {name}"}',
    '{"EN": "{code}"}',
    '{"XX": "{code}"}',
    '{"UK": "{code}"}',
    '{"XX:en": "{code}"}',
    '{"en": {"text": "{code}", "contentId": ""}}',
    '{"en": 1}',
  ],
  SMS_REGISTRATIONS: ["IN", "IN=", "=1/2", "XX=1/2", "IN=1/2", "IN=1 IN=2", "IN=1/2/3"],
  WEBHOOK_SIGNATURE_SECRET: ["with a line\n", "x".repeat(201)],
  WEBHOOK_SIGNATURE_METHOD: ["sha3", "SHA256"],
  WEBHOOK_UNSIGNED: ["yes", "accept"],
  CHALLENGES: [{}, "yes", 4],
  SEND_LIMITS: [{}, "yes", 4],
} satisfies Partial<Record<keyof Env, unknown[]>>;

/** Insight, complete. */
const INSIGHT = {
  INSIGHT: LEDGER,
  INSIGHT_WEBHOOK_URL: "https://hooks.acme.com/alarms",
  INSIGHT_WEBHOOK_SECRET: `whsec_${btoa(key("w"))}`,
} satisfies Env;

/** Settings of Insight with values that are wrong. */
const WRONG_INSIGHT = {
  INSIGHT: [{}, "yes", 4],
  INSIGHT_WEBHOOK_URL: [
    "http://hooks.acme.com/",
    "hooks.acme.com",
    "https://me:secret@hooks.acme.com/",
    "https://hooks.acme.com/#alarms",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://0x7f000001/",
    "https://017700000001/",
    "https://2130706433/",
    "https://127.1/",
    "https://10.0.0.1:8443/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[fd00:ec2::254]/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://intranet/",
    `https://hooks.acme.com/${"x".repeat(2000)}`,
  ],
  INSIGHT_WEBHOOK_SECRET: [
    "secret",
    "whsec_",
    "whsec_!!!!",
    `whsec_${btoa("x".repeat(23))}`,
    `whsec_${btoa("x".repeat(65))}`,
    Array(4)
      .fill(`whsec_${btoa(key("w"))}`)
      .join(" "),
    " , ",
  ],
  INSIGHT_PAUSE: ["on", "PUMPING", "true"],
  INSIGHT_PAUSE_NEVER: ["gb", "GBR", "123", "1234567", "GB;US", " , ", Array(301).fill("GB").join(" ")],
  INSIGHT_INTERVAL_S: ["4", "301", "1.5", "often"],
  INSIGHT_DAILY_SPEND: ["0", "-5", "much", "10000001", "1e9"],
} satisfies Partial<Record<keyof Env, unknown[]>>;

/** Every setting with values that are wrong. A setting that is not here does not compile. */
const WRONG: Record<keyof Env, unknown[]> = {
  ...WRONG_TWO_FACTOR,
  ...WRONG_INSIGHT,
  VONAGE_2FA_API_KEY: ["with:colon", "with\nline"],
  VONAGE_2FA_API_SECRET: ["with a line\n", "x".repeat(201)],
  VONAGE_2FA_SIGNATURE_SECRET: ["with a line\n"],
  VONAGE_2FA_SIGNATURE_METHOD: ["sha3", "MD5"],
  VONAGE_2FA_VIA: ["header", "BASIC", "form"],
  VONAGE_OTHER_API_KEY: ["with:colon"],
  VONAGE_OTHER_API_SECRET: ["with a line\n"],
  VONAGE_OTHER_SIGNATURE_SECRET: ["with a line\n"],
  VONAGE_OTHER_SIGNATURE_METHOD: ["sha3"],
  VONAGE_OTHER_VIA: ["basic query", "form"],
  PROXY_KEYS_2FA: ["shop", "shop:", `:${key("a")}`, `sh.op:${key("a")}`, `shop:${key("ä")}`],
  PROXY_KEYS_OTHER: ["shop", `a:${key("a")},a:${key("b")}`, `a:${key("a")},b:${key("a")}`],
  TOKEN_SECRETS: ["kid", "kid:short", `:${key("a")}`],
  TOKEN_AUDIENCE: ["with\nline", "x".repeat(201)],
  ALLOWED_ORIGINS: ["my-shop.example", "https://shop.example/", `${ORIGIN} https://b.example/path`],
  VONAGE_BASE_URL: ["http://api.nexmo.com", "api.nexmo.com", "https://a:b@api.nexmo.com"],
  UPSTREAM_TIMEOUT_MS: ["0", "30001", "4s", "1.5", " "],
  ADMIN_KEYS: [
    "ops",
    "ops:",
    `:${key("a")}`,
    `o.ps:${key("a")}`,
    `a:${key("a")},b:${key("a")}`,
    `a:${key("s")}`,
  ],
  LEDGER: [{}, "yes", 4, null, "", { idFromName: "shard" }],
  LEDGER_SHARDS: ["0", "1025", "4.5", "-4", "four", "16,0", "16;4", " , ", "1 2 3 4 5"],
  LEDGER_RETENTION_HOURS: ["0", "1", "24", "721", "1.5", "2d", " "],
  LEDGER_JURISDICTION: ["EU", "eu west", "x".repeat(40), "eu"],
  LEDGER_MAX_MB: ["0", "9001", "0.5", "1GB"],
  REPORT_BUDGET_MS: ["0", "30001", "2s", "1.5"],
  RATE_LIMIT_TOKEN: [{}, "yes"],
  RATE_LIMIT_KEY: [{ limit: 5 }],
  RATE_LIMIT_ANONYMOUS: [() => {}],
};

describe("a setting that is wrong", () => {
  it.each(Object.entries(WRONG).flatMap(([name, values]) => values.map((value) => [name, value] as const)))(
    "%s as %j is named, alone, with the rule and without the value",
    async (name, value) => {
      const signed = /^VONAGE.*SIGNATURE/.test(name);
      const set = name.includes("OTHER") ? "OTHER" : "2FA";
      const env = {
        ...(signed
          ? {
              ...(set === "OTHER" ? SET_2FA : SET_OTHER),
              [`VONAGE_${set}_API_KEY`]: "abcd1234",
              [`VONAGE_${set}_SIGNATURE_SECRET`]: signatureSecret,
              [`VONAGE_${set}_SIGNATURE_METHOD`]: "md5",
            }
          : { ...SET_2FA, ...SET_OTHER }),
        ...SHOP,
        ...(name in WRONG_TWO_FACTOR && TWO_FACTOR),
        ...(name in WRONG_INSIGHT && INSIGHT),
        [name]: value,
      } as Env;
      const response = await call(get("/health"), env);
      expect(response.status).toBe(503);
      const { missing, invalid = [], detail = "" } = await readJson(response);
      expect(missing).toEqual([]);
      expect([...new Set(invalid.map((one) => one.name))]).toEqual([name]);
      expect(detail).toContain(name);
      const told = invalid.map((one) => one.detail).join();
      expect(told.length).toBeGreaterThan(10);
      if (typeof value === "string" && value.length > 8) expect(told + lines.join()).not.toContain(value);
    },
  );
});

describe("a setting that could be read, and could never work", () => {
  const told = async (name: keyof Env, value: string) => {
    const env = { ...SET_2FA, ...SHOP, ...(name in WRONG_TWO_FACTOR && TWO_FACTOR), [name]: value };
    const { missing = [], invalid = [] } = await readJson(await call(get("/health"), env as Env));
    expect(missing).toEqual([]);
    expect([...new Set(invalid.map((one) => one.name))]).toEqual(invalid.length === 0 ? [] : [name]);
    return invalid.map(({ detail }) => detail).join("; ");
  };

  it.each([
    ["UK", /^must not name UK, .*did you mean GB\?$/],
    ["* -UK", /^must not name UK, .*did you mean GB\?$/],
    ["XX", /^must not name XX, which is not the ISO 3166/],
    ["GB,US -EN", /^must not name EN, .*did you mean GB\?$/],
    ["gb", /^must not name gb, .*did you mean GB\?$/],
    ["* -ru", /^must not name ru, .*did you mean RU\?$/],
    ["USA", /^must not name USA, which is not the ISO 3166/],
    ["AQ", /^must not name AQ, which is not .* country with telephone numbers$/],
    ["UK XX", /UK.*; must not name XX/],
    ["GB US -GB", /^must not both serve and refuse GB$/],
    ["-RU -KP", /^must name a country to serve, or \*$/],
  ])("TWO_FACTOR_COUNTRIES=%s", async (value, expected) => {
    expect(await told("TWO_FACTOR_COUNTRIES", value)).toMatch(expected);
  });

  it.each(["GB", "*", "* -RU -KP", "GB GB,US", "GB US -RU", "XK AC TA", "* GB"])(
    "TWO_FACTOR_COUNTRIES=%s is right",
    async (value) => {
      expect(await told("TWO_FACTOR_COUNTRIES", value)).toBe("");
    },
  );

  it.each([
    ["+4520123456", /without \+/],
    ["+12015550100", /digits/],
    ["020 7946 01", /without \+ and spaces/],
    ["(201)555", /digits only/],
    ["447-400", /digits only/],
    ["004520123456", /^must not begin with 0: write the country code first/],
    ["07400123456", /^must not begin with 0/],
  ])("SMS_FROM=%s", async (value, expected) => {
    expect(await told("SMS_FROM", value)).toMatch(expected);
  });

  it.each(["4520123456", "12345", "Acme", "ACME 2FA", "24/7", "7-Eleven", "O2"])(
    "SMS_FROM=%s is right",
    async (value) => {
      expect(await told("SMS_FROM", value)).toBe("");
    },
  );

  it.each([
    ["https://*.shop.example", /^must not contain a wildcard/],
    ["https://shop.example https://*", /^must not contain a wildcard/],
    ["*://shop.example", /^must be an origin/],
    ["capacitor://*", /^must not contain a wildcard/],
    ["https://shop.example/", /^must end after the host, without a slash/],
    ["https://shop.example/path", /^must end after the host/],
    ["https://shop.example?a=b", /^must end after the host/],
    ["capacitor://localhost/", /^must end after the host/],
    ["https://Shop.example", /^must be in lower case/],
    ["HTTPS://shop.example", /^must be in lower case/],
    ["Capacitor://localhost", /^must be in lower case/],
    ["https://shop.example:443", /without the default port/],
    ["http://shop.example:80", /without the default port/],
    ["https://b\u00fccher.example", /punycode/],
    ["file://", /^must be an origin that browsers send: pages of this scheme send null/],
    ["null", /^must be an origin such as/],
    ["shop.example", /^must be an origin such as/],
    ["localhost:3000", /^must be an origin such as/],
    ["https://", /^must name a host/],
    ["https://a:b@shop.example", /^must be an origin such as/],
  ])("ALLOWED_ORIGINS=%s", async (value, expected) => {
    expect(await told("ALLOWED_ORIGINS", value)).toMatch(expected);
  });

  it.each([
    "https://shop.example",
    "http://localhost:5173",
    "http://192.168.1.20:8100",
    "https://xn--bcher-kva.example",
    "https://shop.example:8443",
    "http://[::1]:3000",
    "capacitor://localhost",
    "ionic://localhost",
    "tauri://localhost",
    "http://tauri.localhost",
    "app://shop.example",
    "app://-",
    "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
    "moz-extension://6c1b1f7b-5a3e-4b3c-9f0f-0a1b2c3d4e5f",
    "safari-web-extension://6c1b1f7b-5a3e-4b3c-9f0f-0a1b2c3d4e5f",
    "vscode-webview://1a2b3c",
    "*",
  ])("ALLOWED_ORIGINS=%s is right, and its pages may read the answers", async (origin) => {
    expect(await told("ALLOWED_ORIGINS", origin)).toBe("");
    const page = origin === "*" ? "https://any.example" : origin;
    const env = { ...SET_2FA, ...SHOP, ALLOWED_ORIGINS: origin };
    const { headers } = await call(get("/health", "GET", { origin: page }), env);
    expect(headers.get("access-control-allow-origin")).toBe(page);
  });
});

/** Every setting with a value that is right, save the two that exclude others. */
const COMPLETE = {
  ...SET_2FA,
  VONAGE_OTHER_API_KEY: other.apiKey,
  VONAGE_OTHER_SIGNATURE_SECRET: signatureSecret,
  VONAGE_OTHER_SIGNATURE_METHOD: "sha256",
  ...SHOP,
  PROXY_KEYS_OTHER: `mail:${key("m")}`,
  ...TOKENS,
  ...ADMIN,
  ALLOWED_ORIGINS: ORIGIN,
  LEDGER_SHARDS: "16,4",
  ...TWO_FACTOR,
  ...INSIGHT,
  SMS_CALLBACK_URL: "https://shop.example/receipts",
  WEBHOOK_SIGNATURE_METHOD: "sha256",
} satisfies Env;

const { VOICE_APPLICATION_ID, VOICE_PRIVATE_KEY, VOICE_FROM, ...WITHOUT_CALLS } = COMPLETE;
const { SHORT_CODE_COUNTRIES: _, ...TEXTS_ONLY } = WITHOUT_CALLS;
const { SMS_FROM, SMS_CALLBACK_URL, ...WITHOUT_TEXTS } = TEXTS_ONLY;
const CALLS_ONLY = { ...WITHOUT_TEXTS, VOICE_APPLICATION_ID, VOICE_PRIVATE_KEY, VOICE_FROM };

describe("one fault does not produce another", () => {
  const named = async (env: object) => {
    const { missing = [], invalid = [] } = await readJson(await call(get("/health"), env as Env));
    return [...new Set([...missing, ...invalid.map(({ name }) => name)])].sort();
  };
  /** Values that stand for themselves; what is said of the whole set instead is tried above. */
  const single = Object.entries(WRONG).flatMap(([name, values]) => {
    const ofTheOtherKind = /^VONAGE_(2FA_SIGNATURE|OTHER_API_SECRET)/.test(name);
    const value = values.find((one) => one !== "" && one !== null);
    return ofTheOtherKind ? [] : [[name, value] as const];
  });

  it("the complete environment has none", async () => {
    expect(await named(COMPLETE)).toEqual([]);
  });

  it.each(single)("%s as %j is the one setting that is named", async (name, value) => {
    for (const env of [COMPLETE, TEXTS_ONLY, CALLS_ONLY]) {
      const isWanted = !/^(SMS|SHORT|VOICE)_/.test(name) || name in env;
      if (isWanted) expect(await named({ ...env, [name]: value })).toEqual([name]);
    }
  });

  it("of any two, these two are named", { timeout: 60_000 }, async () => {
    expect(single.length).toBeGreaterThan(40);
    const pairs = single.flatMap((one, at) => single.slice(at + 1).map((another) => [one, another] as const));
    for (const [[one, value], [another, its]] of someOf(pairs)) {
      expect(await named({ ...COMPLETE, [one]: value, [another]: its })).toEqual([one, another].sort());
    }
  });

  it.each([
    ["VONAGE_2FA_API_KEY", ["VONAGE_2FA_API_KEY"]],
    ["VONAGE_2FA_API_SECRET", ["VONAGE_2FA_API_SECRET"]],
    ["VONAGE_OTHER_API_KEY", ["VONAGE_OTHER_API_KEY"]],
    ["VONAGE_OTHER_SIGNATURE_SECRET", ["VONAGE_OTHER_SIGNATURE_SECRET"]],
    ["VONAGE_OTHER_SIGNATURE_METHOD", ["VONAGE_OTHER_SIGNATURE_METHOD"]],
    ["TWO_FACTOR_SECRETS", ["TWO_FACTOR_SECRETS"]],
    ["TWO_FACTOR_BRAND", ["TWO_FACTOR_BRAND"]],
    ["TWO_FACTOR_COUNTRIES", ["TWO_FACTOR_COUNTRIES"]],
    ["VOICE_APPLICATION_ID", ["VOICE_APPLICATION_ID"]],
    ["VOICE_PRIVATE_KEY", ["VOICE_PRIVATE_KEY"]],
    ["VOICE_FROM", ["VOICE_FROM"]],
    ["WEBHOOK_SIGNATURE_SECRET", ["WEBHOOK_SIGNATURE_SECRET"]],
    ["CHALLENGES", ["CHALLENGES"]],
    ["SEND_LIMITS", ["SEND_LIMITS"]],
    ["LEDGER", ["LEDGER"]],
  ])("%s left out is the one setting that is named", async (name, expected) => {
    expect(await named({ ...COMPLETE, [name]: undefined })).toEqual(expected);
  });

  it.each<[string, Env, string[]]>([
    [
      "secrets of both kinds",
      { VONAGE_2FA_SIGNATURE_SECRET: "x", VONAGE_2FA_SIGNATURE_METHOD: "md5" },
      ["VONAGE_2FA_API_SECRET"],
    ],
    ["a method beside an API secret", { VONAGE_2FA_SIGNATURE_METHOD: "md5" }, ["VONAGE_2FA_API_SECRET"]],
    [
      "a signature secret beside an API secret",
      { VONAGE_2FA_SIGNATURE_SECRET: "x" },
      ["VONAGE_2FA_API_SECRET"],
    ],
    [
      "secrets of both kinds for other traffic",
      { VONAGE_OTHER_API_SECRET: "x" },
      ["VONAGE_OTHER_API_SECRET"],
    ],
    ["one API key for both", { VONAGE_OTHER_API_KEY: twoFactor.apiKey }, ["VONAGE_OTHER_API_KEY"]],
  ])("%s: nothing is said of senders that are there", async (_, env, expected) => {
    for (const base of [COMPLETE, TEXTS_ONLY, CALLS_ONLY])
      expect(await named({ ...base, ...env })).toEqual(expected);
  });
});

describe("Insight", () => {
  const read = async (env: Env) => {
    const { missing, invalid } = await readJson(await call(get("/health"), { ...SET_2FA, ...SHOP, ...env }));
    return { missing, invalid };
  };
  const { INSIGHT_WEBHOOK_URL, INSIGHT_WEBHOOK_SECRET } = INSIGHT;

  it("needs nothing, and everything of it may be set", async () => {
    const all = {
      INSIGHT_PAUSE: "pumping",
      INSIGHT_PAUSE_NEVER: "GB,US 23410",
      INSIGHT_DAILY_SPEND: "12.5",
      INSIGHT_INTERVAL_S: "5",
    };
    expect(await read({})).toEqual({ missing: undefined, invalid: undefined });
    expect(await read({ ...INSIGHT, ...all })).toEqual({ missing: undefined, invalid: undefined });
    expect(await read({ INSIGHT_PAUSE: "off", INSIGHT_PAUSE_NEVER: "GB" })).toEqual({
      missing: undefined,
      invalid: undefined,
    });
  });

  it.each<[string, Env, string[]]>([
    ["a webhook without its secret", { INSIGHT: LEDGER, INSIGHT_WEBHOOK_URL }, ["INSIGHT_WEBHOOK_SECRET"]],
    ["a secret without a webhook", { INSIGHT: LEDGER, INSIGHT_WEBHOOK_SECRET }, ["INSIGHT_WEBHOOK_URL"]],
    ["a webhook without the object", { INSIGHT_WEBHOOK_URL, INSIGHT_WEBHOOK_SECRET }, ["INSIGHT"]],
    ["a pause without the object", { INSIGHT_PAUSE: "pumping" }, ["INSIGHT"]],
    ["a spend without the object", { INSIGHT_DAILY_SPEND: "5" }, ["INSIGHT"]],
  ])("of %s, what is missing is named", async (_, env, missing) => {
    expect(await read(env)).toEqual({ missing, invalid: [] });
  });
});

describe("the workflow", () => {
  const health = async (env: Env) => readJson(await call(get("/health"), { ...SET_2FA, ...SHOP, ...env }));

  it("is off where nothing of it is set, and on where all of it is", async () => {
    expect(await health({})).toMatchObject({ status: "ok", twoFactor: false });
    expect(await health(TWO_FACTOR)).toMatchObject({ status: "ok", twoFactor: true });
  });

  it("half set up is not served: everything that is missing is named at once", async () => {
    const { missing, invalid } = await health({ TWO_FACTOR_BRAND: "Acme" });
    expect([...(missing ?? [])].sort()).toEqual([
      "CHALLENGES",
      "LEDGER",
      "SEND_LIMITS",
      "SMS_FROM or VOICE_FROM",
      "TWO_FACTOR_COUNTRIES",
      "TWO_FACTOR_SECRETS",
    ]);
    expect(invalid).toEqual([]);
  });

  it.each(["VOICE_APPLICATION_ID", "VOICE_PRIVATE_KEY", "VOICE_FROM"] as const)(
    "makes no calls without %s, and says so",
    async (name) => {
      const { [name]: _, ...env } = TWO_FACTOR;
      expect(await health(env)).toMatchObject({ missing: [name], invalid: [] });
    },
  );

  it("needs the account of 2FA traffic", async () => {
    const env = { ...SET_OTHER, ...TOKENS, ...TWO_FACTOR };
    const { missing } = await readJson(await call(get("/health"), env));
    expect(missing).toEqual(["VONAGE_2FA_API_KEY"]);
  });
});

/** Values that wrangler.toml's [vars] may hold beside text. */
const NO_TEXT: readonly unknown[] = [4000, true, ["https://shop.example"], { shop: key("s") }, [], {}];

describe("a variable that is no text", () => {
  const texts = Object.keys(WRONG).filter(
    (name) => !/^(RATE_LIMIT_|LEDGER$|CHALLENGES$|SEND_LIMITS$|INSIGHT$)/.test(name),
  );

  it.each(texts)("%s is named as such for any value, and nothing is thrown", async (name) => {
    for (const value of NO_TEXT) {
      const others = {
        ...(name in WRONG_TWO_FACTOR && TWO_FACTOR),
        ...(name in WRONG_INSIGHT && INSIGHT),
      };
      const env = { ...SET_2FA, ...SET_OTHER, ...SHOP, ...TOKENS, ...others, [name]: value } as Env;
      for (const request of [get("/health"), post(REPORT, bearer(key("s")))]) {
        const response = await call(request, env);
        expect(response.status).toBe(503);
        const { missing, invalid = [], detail } = await readJson(response);
        expect(missing).toEqual([]);
        expect(invalid).toContainEqual({ name, detail: "must be text" });
        expect(new Set(invalid.map((one) => one.name))).toEqual(new Set([name]));
        expect(detail).toBe(`Missing or wrong: ${name}.`);
      }
    }
    expect(lines.join()).not.toContain(key("s"));
    expect(sent).toEqual([]);
  });

  it("is named beside all else that is missing or wrong", async () => {
    const env = {
      VONAGE_2FA_API_SECRET: "x",
      UPSTREAM_TIMEOUT_MS: 4000,
      TOKEN_SECRETS: "k",
    } as unknown as Env;
    const { missing, invalid } = await readJson(await call(get("/health"), env));
    expect(missing).toEqual(["VONAGE_2FA_API_KEY"]);
    expect(invalid).toContainEqual({ name: "UPSTREAM_TIMEOUT_MS", detail: "must be text" });
    expect(invalid?.map((one) => one.name)).toContain("TOKEN_SECRETS");
  });
});

describe("a complete environment", () => {
  const full: Env = { ...SET_2FA, ...SET_OTHER, ...SHOP, ...TOKENS, PROXY_KEYS_OTHER: `mail:${key("m")}` };
  const withSignature = (method: string): Env => ({
    VONAGE_2FA_API_KEY: twoFactor.apiKey,
    VONAGE_2FA_SIGNATURE_SECRET: signatureSecret,
    VONAGE_2FA_SIGNATURE_METHOD: method,
    ...SHOP,
  });

  it.each<[string, Env, unknown]>([
    [
      "everything",
      { ...full, ...ADMIN, LEDGER },
      { traffic: ["2fa", "other"], callers: ["token", "key"], ledger: { shards: 4 } },
    ],
    ["2FA and a proxy key", { ...SET_2FA, ...SHOP }, { traffic: ["2fa"], callers: ["key"] }],
    ["2FA and tokens", { ...SET_2FA, ...TOKENS }, { traffic: ["2fa"], callers: ["token"] }],
    [
      "other traffic alone",
      { ...SET_OTHER, PROXY_KEYS_OTHER: `mail:${key("m")}` },
      { traffic: ["other"], callers: ["key"] },
    ],
    ["a signature", withSignature("md5hash"), { traffic: ["2fa"], callers: ["key"] }],
    [
      "optional settings left empty",
      {
        ...SET_2FA,
        ...SHOP,
        ALLOWED_ORIGINS: "",
        VONAGE_BASE_URL: "",
        TOKEN_AUDIENCE: "",
        UPSTREAM_TIMEOUT_MS: "",
        ADMIN_KEYS: "",
        LEDGER_SHARDS: "",
        LEDGER_RETENTION_HOURS: "",
        LEDGER_MAX_MB: "",
        REPORT_BUDGET_MS: "",
        LEDGER,
      },
      { traffic: ["2fa"], callers: ["key"], ledger: { shards: 4 } },
    ],
    ...(
      [
        ["1", 1],
        ["1024", 1024],
        ["16,4", 16],
        ["4, 16\n2", 4],
        ["2 1 3 1024,", 2],
      ] as const
    ).map(([text, shards]): [string, Env, unknown] => [
      `LEDGER_SHARDS of ${JSON.stringify(text)}`,
      { ...SET_2FA, ...SHOP, LEDGER, LEDGER_SHARDS: text },
      { traffic: ["2fa"], callers: ["key"], ledger: { shards } },
    ]),
    [
      "settings of a ledger that is not bound",
      { ...SET_2FA, ...SHOP, ...ADMIN, LEDGER_SHARDS: "16,4", LEDGER_MAX_MB: "1" },
      { traffic: ["2fa"], callers: ["key"] },
    ],
  ])("%s: /health is ok", async (_, env, expected) => {
    const response = await call(get("/health"), env);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "ok",
      ledger: false,
      twoFactor: false,
      idempotencyKeys: false,
      ...(expected as object),
    });
    expect(lines).toEqual([expect.stringMatching(/^log \{"level":"info",.*"route":"\/health","status":200/)]);
  });

  it("bindings that are none of ours are nothing to it", async () => {
    const bindings = { KV: { get: () => {} }, LIMIT: 5, FLAGS: ["a"], ORIGINS: {}, NOTHING: null };
    const response = await call(get("/health"), { ...SET_2FA, ...SHOP, ...bindings } as Env);
    const health = {
      status: "ok",
      traffic: ["2fa"],
      callers: ["key"],
      ledger: false,
      twoFactor: false,
      idempotencyKeys: false,
    };
    expect(await response.json()).toEqual(health);
  });

  it("a token for traffic without credentials is logged as the operator's to act on", async () => {
    const response = await call(post(REPORT, bearer(await mint({ traffic: "other" }))), {
      ...SET_2FA,
      ...TOKENS,
    });
    expect(response.status).toBe(503);
    expect(lines).toEqual([
      expect.stringMatching(
        /^error \{"level":"error",.*"hint":"other: set VONAGE_OTHER_API_KEY and its secret/,
      ),
    ]);
    expect(sent).toEqual([]);
  });

  it("a report goes out with its traffic's credentials, and waitUntil has the work", async () => {
    await call(post(REPORT, basic("shop", key("s"))), full);
    await call(post(REPORT, basic("mail", key("m"))), full);
    await call(post({ ...REPORT, token: await mint({ traffic: "other" }) }), full);
    expect(sandbox.reports().map(({ apiKey }) => apiKey)).toEqual([
      twoFactor.apiKey,
      other.apiKey,
      other.apiKey,
    ]);
    expect(waitUntil.mock.calls.length).toBeGreaterThanOrEqual(3);
    expect(lines[0]).toMatch(/^log \{.*"outcome":"recorded".*"caller":"key:shop"/);
    expect(sent[0]?.url).toBe("https://api.nexmo.com/conversions/sms");
  });

  it.each(["md5hash", "md5", "sha1", "sha256", "sha512"])("a report is signed by %s", async (method) => {
    expect((await call(post(REPORT, bearer(key("s"))), withSignature(method))).status).toBe(200);
    expect(sandbox.reports()).toMatchObject([{ authentication: "signature", apiKey: twoFactor.apiKey }]);
  });

  it.each<[Env, object]>([
    [{}, { authentication: "basic", transport: "form" }],
    [{ VONAGE_2FA_VIA: "basic" }, { authentication: "basic", transport: "form" }],
    [{ VONAGE_2FA_VIA: "basic-query" }, { authentication: "basic", transport: "query" }],
    [{ VONAGE_2FA_VIA: "query" }, { authentication: "query", transport: "query" }],
    [withSignature("sha256"), { authentication: "signature", transport: "form" }],
    [
      { ...withSignature("md5"), VONAGE_2FA_VIA: "form" },
      { authentication: "signature", transport: "form" },
    ],
    [
      { ...withSignature("md5"), VONAGE_2FA_VIA: "query" },
      { authentication: "signature", transport: "query" },
    ],
  ])("a report of its traffic goes out the way that the settings say: %j", async (via, recorded) => {
    const env: Env = via.VONAGE_2FA_API_KEY ? via : { ...full, ...via };
    expect((await call(post(REPORT, bearer(key("s"))), env)).status).toBe(200);
    expect(sandbox.reports()).toMatchObject([recorded]);
    expect(sandbox.reports()[0]?.timestamp).toMatch(/^2\d{3}-/);
    if (env.VONAGE_OTHER_API_KEY === undefined) return;
    expect((await call(post(REPORT, bearer(key("m"))), env)).status).toBe(200);
    expect(sandbox.reports()[1]).toMatchObject({ authentication: "basic", transport: "form" });
  });

  it.each<[Env, string]>([
    [{ VONAGE_2FA_VIA: "form" }, "VONAGE_2FA_VIA"],
    [{ ...withSignature("md5"), VONAGE_2FA_VIA: "basic-query" }, "VONAGE_2FA_VIA"],
    [{ VONAGE_OTHER_VIA: "form" }, "VONAGE_OTHER_VIA"],
  ])("a way that does not fit the kind of secret is named alone: %j", async (via, name) => {
    const env: Env = via.VONAGE_2FA_API_KEY ? via : { ...full, ...via };
    const { missing, invalid } = await readJson(await call(get("/health"), env));
    expect([missing, invalid?.map((one) => one.name)]).toEqual([[], [name]]);
    expect(invalid?.[0]?.detail).toContain("basic-query or query beside apiSecret");
  });

  it.each([",", "\n", " ", ", ", "\r\n", "\n  ", " ,\t,"])(
    "lists may be separated by %j",
    async (separator) => {
      const join = (...items: string[]) => items.join(separator) + separator;
      const env: Env = {
        ...SET_2FA,
        PROXY_KEYS_2FA: join(`a:${key("a")}`, `b:${key("b")}`),
        TOKEN_SECRETS: join(`new:${key("n")}`, `k1:${TOKEN_SECRET.secret}`),
        ADMIN_KEYS: join(`ops:${key("o")}`, `boss:${key("p")}`),
        ALLOWED_ORIGINS: join("https://a.example", ORIGIN),
      };
      for (const letter of "op") {
        const response = await call(get("/doctor", "POST", bearer(key(letter))), env);
        expect(response.status).toBe(200);
      }
      for (const credentials of [basic("a", key("a")), basic("b", key("b")), bearer(await mint())]) {
        const response = await call(post(REPORT, { ...credentials, origin: ORIGIN }), env);
        expect(response.status).toBe(200);
        expect(response.headers.get("access-control-allow-origin")).toBe(ORIGIN);
      }
    },
  );

  it("a token secret may hold colons", async () => {
    const secret = { kid: "k1", secret: `a:b:${key("c")}` };
    const env = { ...SET_2FA, TOKEN_SECRETS: `k1:${secret.secret}` };
    expect((await call(post(REPORT, bearer(await mint({}, { secret }))), env)).status).toBe(200);
  });

  it("TOKEN_AUDIENCE, VONAGE_BASE_URL and UPSTREAM_TIMEOUT_MS are heeded", async () => {
    const env: Env = {
      ...SET_2FA,
      ...TOKENS,
      TOKEN_AUDIENCE: "shop",
      VONAGE_BASE_URL: "http://localhost:9/vonage",
      UPSTREAM_TIMEOUT_MS: "50",
    };
    expect((await call(post(REPORT, bearer(await mint())), env)).status).toBe(401);
    vi.stubGlobal("fetch", createRecordingFetch(() => new Promise(() => {})).fetch);
    const { status } = await call(post(REPORT, bearer(await mint({}, { audience: "shop" }))), env);
    expect(status).toBe(504);
    const upstream = createRecordingFetch(200);
    vi.stubGlobal("fetch", upstream.fetch);
    await call(post(REPORT, bearer(await mint({}, { audience: "shop" }))), env);
    expect(upstream.sent[0]?.url).toBe("http://localhost:9/vonage/conversions/sms");
  });

  it.each<[keyof Env, () => Request | Promise<Request>, string]>([
    ["RATE_LIMIT_TOKEN", async () => post(REPORT, bearer(await mint())), `sms:${REPORT["message-id"]}`],
    ["RATE_LIMIT_KEY", () => post(REPORT, bearer(key("s"))), "shop"],
    ["RATE_LIMIT_ANONYMOUS", () => post(REPORT, { "cf-connecting-ip": "192.0.2.7" }), "192.0.2.7"],
    ["RATE_LIMIT_ANONYMOUS", () => post(REPORT, { "x-forwarded-for": "192.0.2.7" }), "unknown"],
  ])("%s limits requests", async (name, request, expected) => {
    const limit = vi.fn(async (_: { key: string }) => ({ success: false }));
    const response = await call(await request(), { ...full, [name]: { limit } });
    expect(response.status).toBe(429);
    expect(limit.mock.calls).toEqual([[{ key: expected }]]);
    expect(sent).toEqual([]);
  });

  it("an environment that is put right works at once", async () => {
    expect((await call(get("/health"), SET_2FA)).status).toBe(503);
    expect((await call(get("/health"), { ...SET_2FA, ...SHOP })).status).toBe(200);
  });
});

describe("the cron trigger", () => {
  const nudgedBy = async (env: Env) => {
    const nudged: unknown[] = [];
    const get = (id: string) => ({ nudge: async (fixed: unknown) => nudged.push([id, fixed]) });
    await worker.scheduled({}, { ...env, LEDGER: { idFromName: (name) => name, get } });
    return nudged;
  };

  it("wakes every shard, also those of former layouts, and names no key as fixed", async () => {
    const env = { ...SET_2FA, ...SHOP };
    expect(await nudgedBy({ ...env, LEDGER_SHARDS: "2" })).toEqual([
      ["shard-0", []],
      ["shard-1", []],
    ]);
    expect(await nudgedBy({ ...env, LEDGER_SHARDS: "1,3" })).toHaveLength(3);
  });

  it("does nothing without a ledger, or while a setting is missing", async () => {
    await expect(worker.scheduled({}, { ...SET_2FA, ...SHOP })).resolves.toBeUndefined();
    expect(await nudgedBy(SET_2FA)).toEqual([]);
  });
});
