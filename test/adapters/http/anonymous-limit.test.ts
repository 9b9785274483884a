// The rate limit by address: every answer without credentials counts, and an IPv6 /64 counts as one address.

import { describe, expect, it, vi } from "vitest";
import worker, { type Env } from "../../../adapters/cloudflare/index.ts";
import { bearer, createProxy, FORM, get, post, problemOf, REPORT, SHOP } from "../../support/proxy.ts";

const ADDRESS = { clientAddress: "192.0.2.7" };
const ORIGIN = "https://shop.example";
const BY_SHOP = bearer(SHOP.key);

function createLimited(allowed = Number.POSITIVE_INFINITY, options: Parameters<typeof createProxy>[0] = {}) {
  const keys: string[] = [];
  const limit = async ({ key }: { key: string }) => ({ success: keys.push(key) <= allowed });
  const proxy = createProxy({ rateLimits: { anonymous: { limit } }, allowedOrigins: [ORIGIN], ...options });
  return { ...proxy, keys };
}

const WITHOUT_CREDENTIALS: readonly (readonly [string, () => Request, number])[] = [
  ["GET /health", () => get("/health"), 200],
  ["HEAD /health", () => get("/health", "HEAD"), 200],
  ["an unknown path", () => get("/wp-login.php"), 404],
  ["the root", () => get("/"), 404],
  ["another method", () => get("/conversions/sms", "PUT"), 405],
  ["another method of /health", () => post({}, {}, "/health"), 405],
  [
    "a preflight",
    () =>
      new Request("https://worker.example/conversions/sms", {
        method: "OPTIONS",
        headers: { origin: ORIGIN, "access-control-request-method": "POST" },
      }),
    204,
  ],
  [
    "a body that is too large",
    () =>
      new Request("https://worker.example/conversions/sms", {
        method: "POST",
        headers: { "content-type": FORM },
        body: "a".repeat(9000),
      }),
    413,
  ],
  [
    "a body of another type",
    () =>
      new Request("https://worker.example/conversions/sms", {
        method: "POST",
        body: "<a/>",
        headers: { "content-type": "text/xml" },
      }),
    415,
  ],
  ["a token in the URL", () => post(REPORT, {}, "/conversions/sms?token=a.b.c"), 400],
  ["no credentials", () => post(REPORT), 401],
  ["wrong credentials", () => post(REPORT, bearer("wrong")), 401],
  ["a message, where there is no ledger", () => post({}, {}, "/messages"), 501],
  ["a code, where none are sent", () => post({}, {}, "/2fa"), 501],
];

describe("an address without credentials", () => {
  it.each(WITHOUT_CREDENTIALS)(
    "is counted once, and stopped above the limit: %s",
    async (_, request, status) => {
      const { handle, keys } = createLimited(2);
      for (const expected of [status, status, 429, 429]) {
        const response = await handle(request(), ADDRESS);
        expect(response.status).toBe(expected);
        if (expected !== 429) continue;
        expect(response.headers.get("retry-after")).toBe("10");
        if (request().method !== "HEAD") expect(await problemOf(response)).toBe("too-many-requests");
      }
      expect(keys).toEqual(Array.from({ length: 4 }, () => ADDRESS.clientAddress));
    },
  );

  it.each(WITHOUT_CREDENTIALS)(
    "is answered as ever where there are no limits: %s",
    async (_, request, status) => {
      const { handle } = createProxy({ allowedOrigins: [ORIGIN] });
      for (let call = 0; call < 3; call++) expect((await handle(request(), ADDRESS)).status).toBe(status);
    },
  );

  it("is not counted when it is authenticated", async () => {
    const { handle, keys } = createLimited(0);
    expect((await handle(post(REPORT, BY_SHOP), ADDRESS)).status).toBe(200);
    expect((await handle(post({ ...REPORT, delivered: "perhaps" }, BY_SHOP), ADDRESS)).status).toBe(400);
    expect(keys).toEqual([]);
  });

  it("that is not known is not counted for what anybody may ask: one caller could take it from all", async () => {
    const { handle, keys } = createLimited(0);
    expect((await handle(get("/health"))).status).toBe(200);
    expect((await handle(get("/nothing"))).status).toBe(404);
    expect(keys).toEqual([]);
    expect((await handle(post(REPORT))).status).toBe(429);
    expect(keys).toEqual(["unknown"]);
  });

  it("is stopped also while settings are missing", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    vi.spyOn(console, "log").mockImplementation(() => {});
    let calls = 0;
    const env: Env = { RATE_LIMIT_ANONYMOUS: { limit: async () => ({ success: ++calls <= 1 }) } };
    const call = () =>
      worker.fetch(
        new Request("https://worker.example/health", { headers: { "cf-connecting-ip": "192.0.2.7" } }),
        env,
        { waitUntil: () => {} },
      );
    const first = await call();
    expect(first.status).toBe(503);
    expect(Object.keys(JSON.parse(await first.text()))).not.toContain("rateLimits");
    expect((await call()).status).toBe(429);
    vi.restoreAllMocks();
  });
});

describe("one subscriber's addresses", () => {
  it.each([
    [
      "any of a /64",
      ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:DB8:1:2:0:0:0:9"],
      "2001:db8:1:2::/64",
    ],
    ["IPv4 in any spelling", ["192.0.2.7", "::ffff:192.0.2.7", "::ffff:c000:207"], "192.0.2.7"],
    ["what is no address", ["", "unknown", "192.0.2.7, 10.0.0.1", "x".repeat(500)], "unknown"],
  ])("count as one: %s", async (_, addresses, key) => {
    const { handle, keys } = createLimited();
    for (const clientAddress of addresses) await handle(post(REPORT), { clientAddress });
    expect(keys).toEqual(addresses.map(() => key));
  });

  it("cannot make more guesses by going through a /64", async () => {
    const { handle, keys } = createLimited(50);
    const statuses: number[] = [];
    for (let host = 1; host <= 400; host++) {
      const context = { clientAddress: `2001:db8:0:42::${host.toString(16)}` };
      statuses.push((await handle(post(REPORT, bearer(`guess-${host}`)), context)).status);
    }
    expect(new Set(keys).size).toBe(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(350);
  });
});
