// The options that the handler takes, and its refusals of all others.

import { describe, expect, it } from "vitest";
import { type ConversionHandlerOptions, createConversionHandler } from "../../../adapters/http/index.ts";
import { resolveHandlerOptions } from "../../../adapters/http/options.ts";
import { conversionErrorOf } from "../../support/conversion-error.ts";

const key = "k".repeat(32);
const credentials = { apiKey: "abcd1234", apiSecret: "S3CRET-VALUE" };
const signature = { apiKey: "abcd1234", signatureSecret: "S3CRET-VALUE", signatureMethod: "md5" };
const other = { apiKey: "efgh5678", apiSecret: "S3CRET-VALUE" };
const shop = { name: "shop", key };
const admin = { name: "ops", key: "o".repeat(32) };
const minimal: ConversionHandlerOptions = { credentials: { "2fa": credentials }, proxyKeys: [shop] };

/** The fields that are refused, from the error's message. */
async function refused(options: unknown) {
  const error = await conversionErrorOf(() => createConversionHandler(options as ConversionHandlerOptions));
  expect(error).toMatchObject({ code: "invalid_options", attempts: 0, retryable: false });
  const [head = "", list = ""] = error.message.split(/: (.*)/s);
  expect(head).toBe("invalid_options, nothing is served");
  return {
    message: error.message,
    fields: list.split("; ").map((fault) => fault.split(" ")[0] ?? ""),
    everything: [error.message, error.stack, JSON.stringify(error), String(error.cause)].join("\n"),
  };
}

describe("good options", () => {
  it("are completed with the documented defaults", () => {
    expect(resolveHandlerOptions(minimal)).toEqual({
      credentials: { "2fa": credentials },
      proxyKeys: [{ ...shop, traffic: "2fa" }],
      adminKeys: [],
      tokenSecrets: [],
      tokenAudience: "vonage-conversion",
      allowedOrigins: [],
      baseUrl: "https://api.nexmo.com",
      timeout: 4000,
      fetch: expect.any(Function),
      now: expect.any(Function),
      rateLimits: {},
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ["tokens alone", { proxyKeys: [], tokenSecrets: [{ kid: "a", secret: "ü".repeat(32) }] }],
    ["other traffic alone", { credentials: { other }, proxyKeys: [{ ...shop, traffic: "other" }] }],
    ["both traffics", { credentials: { "2fa": signature, other } }],
    ["credentials in the query", { credentials: { "2fa": { ...credentials, via: "query" } } }],
    ["the longest key", { proxyKeys: [{ name: "n".repeat(40), key: "~_-a".repeat(50) }] }],
    ["admin keys", { adminKeys: [admin, { name: "shop", key: "b".repeat(200) }] }],
    ["plain http to localhost", { baseUrl: "http://localhost:8080" }],
    ["plain http to 127.0.0.1", { baseUrl: "http://127.0.0.1:8080/" }],
    ["plain http to ::1", { baseUrl: "http://[::1]:8080" }],
    ["a base URL with a path", { baseUrl: "https://proxy.example/vonage/" }],
    ["the shortest timeout", { timeout: 1 }],
    ["the longest timeout", { timeout: 30_000 }],
    ["origins", { allowedOrigins: ["https://shop.example", "http://localhost:5173", "*"] }],
    ["one rate limit", { rateLimits: { token: { limit: async () => ({ success: true }) }, key: undefined } }],
    ["an audience", { tokenAudience: "shop and co." }],
  ])("%s will do", (_, options) => {
    expect(() =>
      createConversionHandler({ ...minimal, ...options } as ConversionHandlerOptions),
    ).not.toThrow();
  });
});

describe("bad options", () => {
  it.each<[string, unknown, string[]]>([
    ["none", undefined, ["it", "credentials.2fa", "proxyKeys"]],
    ["null", null, ["it", "credentials.2fa", "proxyKeys"]],
    ["an empty object", {}, ["credentials", "credentials.2fa", "proxyKeys"]],
    ["no callers", { credentials: minimal.credentials }, ["proxyKeys"]],
    ["empty lists of callers", { ...minimal, proxyKeys: [], tokenSecrets: [] }, ["proxyKeys"]],
    ["no credentials", { ...minimal, credentials: {} }, ["credentials.2fa", "credentials.2fa"]],
    [
      "the same API key for both traffics",
      { ...minimal, credentials: { "2fa": credentials, other: { ...other, apiKey: credentials.apiKey } } },
      ["credentials.other.apiKey"],
    ],
    [
      "the same API key by secret and by signature",
      { ...minimal, credentials: { "2fa": signature, other: { ...other, apiKey: signature.apiKey } } },
      ["credentials.other.apiKey"],
    ],
    [
      "a proxy key for traffic without credentials",
      { ...minimal, proxyKeys: [shop, { name: "b", key: "b".repeat(32), traffic: "other" }] },
      ["credentials.other"],
    ],
    [
      "a proxy key for 2FA with other credentials only",
      { ...minimal, credentials: { other } },
      ["credentials.2fa"],
    ],
    [
      "an API key without secret",
      { ...minimal, credentials: { "2fa": { apiKey: "a" } } },
      ["credentials.2fa"],
    ],
    [
      "secrets of both kinds",
      { ...minimal, credentials: { "2fa": { ...credentials, ...signature } } },
      ["credentials.2fa"],
    ],
    [
      "a signature secret without method",
      { ...minimal, credentials: { "2fa": { apiKey: "a", signatureSecret: "b" } } },
      ["credentials.2fa"],
    ],
    [
      "a signature in the header",
      { ...minimal, credentials: { "2fa": { ...signature, via: "basic" } } },
      ["credentials.2fa.via"],
    ],
    [
      "an unknown signature method",
      { ...minimal, credentials: { "2fa": { ...signature, signatureMethod: "sha3" } } },
      ["credentials.2fa.signatureMethod"],
    ],
    [
      "an API key with a colon",
      { ...minimal, credentials: { "2fa": { ...credentials, apiKey: "a:b" } } },
      ["credentials.2fa.apiKey"],
    ],
    [
      "a secret with a line break",
      { ...minimal, credentials: { "2fa": { ...credentials, apiSecret: "a\n" } } },
      ["credentials.2fa.apiSecret"],
    ],
    ["a short proxy key", { ...minimal, proxyKeys: [{ ...shop, key: "k".repeat(31) }] }, ["proxyKeys.0.key"]],
    ["a long proxy key", { ...minimal, proxyKeys: [{ ...shop, key: "k".repeat(201) }] }, ["proxyKeys.0.key"]],
    [
      "a proxy key that could be taken for a token",
      { ...minimal, proxyKeys: [{ ...shop, key: `${key}.a.b` }] },
      ["proxyKeys.0.key"],
    ],
    ["a name with a colon", { ...minimal, proxyKeys: [{ ...shop, name: "a:b" }] }, ["proxyKeys.0.name"]],
    ["an empty name", { ...minimal, proxyKeys: [{ ...shop, name: "" }] }, ["proxyKeys.0.name"]],
    ["unknown traffic", { ...minimal, proxyKeys: [{ ...shop, traffic: "ads" }] }, ["proxyKeys.0.traffic"]],
    [
      "a repeated name",
      { ...minimal, proxyKeys: [shop, { name: "shop", key: "b".repeat(32) }] },
      ["proxyKeys.1.name"],
    ],
    ["a repeated key", { ...minimal, proxyKeys: [shop, { name: "b", key }] }, ["proxyKeys.1.key"]],
    [
      "a short admin key",
      { ...minimal, adminKeys: [{ ...admin, key: "o".repeat(31) }] },
      ["adminKeys.0.key"],
    ],
    [
      "a long admin key",
      { ...minimal, adminKeys: [{ ...admin, key: "o".repeat(201) }] },
      ["adminKeys.0.key"],
    ],
    [
      "an admin key that could be taken for a token",
      { ...minimal, adminKeys: [{ ...admin, key: `${admin.key}.a.b` }] },
      ["adminKeys.0.key"],
    ],
    [
      "an admin's name with a space",
      { ...minimal, adminKeys: [{ ...admin, name: "o p" }] },
      ["adminKeys.0.name"],
    ],
    [
      "an admin key with traffic",
      { ...minimal, adminKeys: [{ ...admin, traffic: "2fa" }] },
      ["adminKeys.0.traffic"],
    ],
    ["an admin key without key", { ...minimal, adminKeys: [{ name: "ops" }] }, ["adminKeys.0.key"]],
    [
      "a repeated admin name, and a repeated admin key",
      { ...minimal, adminKeys: [admin, { name: "ops", key: "p".repeat(32) }, { ...admin, name: "b" }] },
      ["adminKeys.1.name", "adminKeys.2.key"],
    ],
    [
      "an admin key that is a proxy key too",
      { ...minimal, adminKeys: [admin, { name: "boss", key }] },
      ["adminKeys.1.key"],
    ],
    [
      "an admin key that is a proxy key of other traffic",
      {
        ...minimal,
        credentials: { "2fa": credentials, other },
        proxyKeys: [shop, { ...admin, traffic: "other" }],
        adminKeys: [admin],
      },
      ["adminKeys.0.key"],
    ],
    ["admin keys alone", { credentials: minimal.credentials, adminKeys: [admin] }, ["proxyKeys"]],
    ["admin keys that are no list", { ...minimal, adminKeys: admin }, ["adminKeys"]],
    [
      "a repeated kid",
      { ...minimal, tokenSecrets: [1, 2].map((n) => ({ kid: "a", secret: `${n}`.repeat(32) })) },
      ["tokenSecrets.1.kid"],
    ],
    [
      "a name and a key, both given thrice",
      { ...minimal, proxyKeys: [shop, shop, shop] },
      ["proxyKeys.1.name", "proxyKeys.2.name", "proxyKeys.1.key", "proxyKeys.2.key"],
    ],
    [
      "two names given twice, one of them for other traffic",
      {
        ...minimal,
        credentials: { "2fa": credentials, other },
        proxyKeys: [
          shop,
          { name: "mail", key: "m".repeat(32) },
          { name: "shop", key: "t".repeat(32), traffic: "other" },
          { name: "mail", key: "n".repeat(32) },
        ],
      },
      ["proxyKeys.2.name", "proxyKeys.3.name"],
    ],
    [
      "two kids given more than once",
      { ...minimal, tokenSecrets: [..."abbaa"].map((kid, at) => ({ kid, secret: `${at}`.repeat(32) })) },
      ["tokenSecrets.2.kid", "tokenSecrets.3.kid", "tokenSecrets.4.kid"],
    ],
    [
      "a short token secret",
      { ...minimal, tokenSecrets: [{ kid: "a", secret: "s".repeat(31) }] },
      ["tokenSecrets.0.secret"],
    ],
    ["a kid with a dot", { ...minimal, tokenSecrets: [{ kid: "a.b", secret: key }] }, ["tokenSecrets.0.kid"]],
    ["an empty audience", { ...minimal, tokenAudience: "" }, ["tokenAudience"]],
    [
      "keys that are no list",
      { ...minimal, proxyKeys: shop, tokenSecrets: "a" },
      ["proxyKeys", "tokenSecrets", "proxyKeys"],
    ],
    ...[
      "https://shop.example/",
      "https://shop.example/path",
      "shop.example",
      "null",
      "HTTPS://shop.example",
      "https://*.shop.example/",
      "",
      7,
    ].map((origin): [string, unknown, string[]] => [
      `the origin ${JSON.stringify(origin)}`,
      { ...minimal, allowedOrigins: ["https://a.example", origin] },
      ["allowedOrigins.1"],
    ]),
    ...[
      "http://api.nexmo.com",
      "http://localhost.evil.example",
      "http://127.0.0.1.evil.example",
      "https://user@api.nexmo.com",
      "https://api.nexmo.com?a=b",
      "https://api.nexmo.com#a",
      "ftp://localhost",
      "api.nexmo.com",
      "",
    ].map((baseUrl): [string, unknown, string[]] => [
      `the base URL ${JSON.stringify(baseUrl)}`,
      { ...minimal, baseUrl },
      ["baseUrl"],
    ]),
    ...[0, -1, 30_001, 1.5, Number.NaN, "4000"].map((timeout): [string, unknown, string[]] => [
      `the timeout ${JSON.stringify(timeout)}`,
      { ...minimal, timeout },
      ["timeout"],
    ]),
    [
      "a fetch, a log and a rate limit that are none",
      { ...minimal, fetch: {}, log: "x", rateLimits: { key: {} } },
      ["fetch", "rateLimits.key", "log"],
    ],
    [
      "unknown names at every level",
      {
        ...minimal,
        retry: 1,
        credentials: { "2fa": { ...credentials, secret: "x" }, ads: other },
        proxyKeys: [{ ...shop, role: "x" }],
        rateLimits: { all: {} },
      },
      ["credentials.2fa.secret", "credentials.ads", "proxyKeys.0.role", "rateLimits.all", "retry"],
    ],
  ])("%s: refused by name", async (_, options, expected) => {
    const { fields } = await refused(options);
    expect([...fields].sort()).toEqual([...expected].sort());
  });

  it("of an earlier version are refused with the name of today, and nothing else is said of them", async () => {
    const { message, everything } = await refused({ ...minimal, brakes: { key: { limit: "S3CRET-VALUE" } } });
    expect(message).toMatch(/: brakes is now called rateLimits$/);
    expect(everything).not.toContain("S3CRET");
  });

  it("are named where they are unknown, all of them, at every level", async () => {
    const { message } = await refused({
      ...minimal,
      retry: 1,
      keepalive: 2,
      signal: 3,
      credentials: { "2fa": { ...credentials, secret: "x", key: "y" }, ads: other, news: other },
      proxyKeys: [{ ...shop, role: "x", owner: "y" }],
    });
    expect(message.split(/: (.*)/s)[1]?.split("; ")).toEqual([
      "credentials.2fa.secret is not known here, nor is key",
      "credentials.ads is not known here, nor is news",
      "proxyKeys.0.role is not known here, nor is owner",
      "retry is not known here, nor is keepalive, nor is signal",
    ]);
  });

  it("are all listed at once, by field, with what is accepted and none of the values", async () => {
    const { message, fields, everything } = await refused({
      credentials: {
        "2fa": { apiKey: "S3CRET:VALUE", apiSecret: "S3CRET\nVALUE" },
        other: { apiKey: "S3CRET:VALUE", signatureSecret: "S3CRET-VALUE", signatureMethod: "S3CRET-VALUE" },
      },
      proxyKeys: [
        { name: "S3CRET VALUE", key: "S3CRET-VALUE" },
        { name: "S3CRET VALUE", key: "S3CRET-VALUE" },
      ],
      adminKeys: [{ name: "S3CRET VALUE", key: "S3CRET-VALUE" }],
      tokenSecrets: [{ kid: "S3CRET VALUE", secret: "S3CRET-VALUE" }],
      tokenAudience: "S3CRET\nVALUE",
      allowedOrigins: ["S3CRET-VALUE"],
      baseUrl: "http://S3CRET-VALUE.example",
      timeout: "S3CRET-VALUE",
    });
    expect(new Set(fields)).toEqual(
      new Set([
        "credentials.2fa.apiKey",
        "credentials.2fa.apiSecret",
        "credentials.other.apiKey",
        "credentials.other.signatureMethod",
        "proxyKeys.0.name",
        "proxyKeys.0.key",
        "proxyKeys.1.name",
        "proxyKeys.1.key",
        "adminKeys.0.name",
        "adminKeys.0.key",
        "tokenSecrets.0.kid",
        "tokenSecrets.0.secret",
        "tokenAudience",
        "allowedOrigins.0",
        "baseUrl",
        "timeout",
      ]),
    );
    for (const hint of [
      "32 to 200",
      "md5hash, md5, sha1, sha256, sha512",
      "http only for localhost",
      "1 to 30000",
    ])
      expect(message).toContain(hint);
    expect(everything).not.toMatch(/S3CRET/i);
  });
});
