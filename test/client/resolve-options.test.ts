import { describe, expect, it, vi } from "vitest";
import { resolveOptions } from "../../src/client/resolve-options.ts";
import { type ConversionClientOptions, createConversionClient } from "../../src/index.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";
import { createRecordingFetch } from "../support/recording-fetch.ts";

const SECRET = "s3cret-of-the-test";
const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.czNjcmV0";
const direct = { credentials: { apiKey: "key", apiSecret: SECRET } };
const signing = { apiKey: "key", signatureSecret: SECRET, signatureMethod: "sha256" };
const worker = { endpoint: "https://worker.example" };
const ENTRIES = "credentials, baseUrl, endpoint, token, key, timeout, retry, fetch, signal, onAttempt";

const EITHER = "it must hold either credentials (and baseUrl), or endpoint and one of token and key";
const CREDENTIALS =
  "credentials must hold either apiSecret (and via), or signatureSecret and signatureMethod";
const URL_RULE = "must be an https URL (http only for localhost) without user, query or fragment";

const resolve = (options: unknown) => resolveOptions(options as ConversionClientOptions);

describe("refused options", () => {
  it.each<[string, unknown, string]>([
    ["neither credentials nor endpoint", {}, EITHER],
    ["undefined for both", { credentials: undefined, endpoint: undefined }, EITHER],
    ["both credentials and endpoint", { ...direct, ...worker, token: TOKEN }, EITHER],
    ["credentials and an endpoint alone", { ...direct, ...worker }, EITHER],
    ["credentials and a token", { ...direct, token: TOKEN }, EITHER],
    ["credentials and a key", { ...direct, key: SECRET }, EITHER],
    ["an endpoint with neither token nor key", worker, EITHER],
    ["an endpoint with both token and key", { ...worker, token: TOKEN, key: SECRET }, EITHER],
    ["an endpoint and a baseUrl", { ...worker, key: SECRET, baseUrl: "https://api.nexmo.com" }, EITHER],
    ["a token without endpoint", { token: TOKEN }, EITHER],
    ["a key without endpoint", { key: SECRET }, EITHER],
    ["a baseUrl alone", { baseUrl: "https://api.nexmo.com" }, EITHER],
    ["an API key alone", { credentials: { apiKey: "key" } }, CREDENTIALS],
    ["both secrets", { credentials: { ...signing, apiSecret: SECRET } }, CREDENTIALS],
    [
      "an API secret with a method",
      { credentials: { ...direct.credentials, signatureMethod: "md5" } },
      CREDENTIALS,
    ],
    [
      "a signature secret without method",
      { credentials: { apiKey: "key", signatureSecret: SECRET } },
      CREDENTIALS,
    ],
    ["a method without secret", { credentials: { apiKey: "key", signatureMethod: "md5" } }, CREDENTIALS],
    ["via without a secret", { credentials: { apiKey: "key", via: "form" } }, CREDENTIALS],
    ["both secrets, with via", { credentials: { ...signing, apiSecret: SECRET, via: "form" } }, CREDENTIALS],
  ])("%s: the message explains the valid combinations", (_, options, message) => {
    expect(() => resolve(options)).toThrow(
      expect.objectContaining({ code: "invalid_options", message: `invalid_options: ${message}` }),
    );
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a string", SECRET],
    ["a function", () => SECRET],
  ])("%s instead of options", (_, options) => {
    expect(() => resolve(options)).toThrow(`invalid_options: it must be an object of ${ENTRIES}, got `);
  });

  it.each<[string, object, string]>([
    [
      "credentials",
      { credentials: SECRET },
      "must be an object of apiKey, apiSecret, via, signatureSecret, signatureMethod, got a string of 18 characters",
    ],
    [
      "credentials",
      { credentials: null },
      "must be an object of apiKey, apiSecret, via, signatureSecret, signatureMethod, got nothing",
    ],
    ["credentials.apiKey", { credentials: { apiSecret: SECRET } }, "got nothing"],
    [
      "credentials.apiKey",
      { credentials: { apiKey: "", apiSecret: SECRET } },
      "got a string of 0 characters",
    ],
    [
      "credentials.apiKey",
      { credentials: { apiKey: "a:b", apiSecret: SECRET } },
      "no colon, no control characters, got a string of 3 characters",
    ],
    [
      "credentials.apiKey",
      { credentials: { apiKey: "a\nb", apiSecret: SECRET } },
      "no colon, no control characters, got a string of 3 characters",
    ],
    [
      "credentials.apiKey",
      { credentials: { apiKey: "k".repeat(201), apiSecret: SECRET } },
      "must be 1 to 200 characters",
    ],
    ["credentials.apiKey", { credentials: { apiKey: 4711, apiSecret: SECRET } }, "got number"],
    [
      "credentials.apiSecret",
      { credentials: { apiKey: "key", apiSecret: `${SECRET}\r\n` } },
      "no control characters, got a string of 20 characters",
    ],
    [
      "credentials.apiSecret",
      { credentials: { apiKey: "key", apiSecret: "" } },
      "must be 1 to 200 characters",
    ],
    [
      "credentials.apiSecret",
      { credentials: { apiKey: "key", apiSecret: SECRET.repeat(12) } },
      "got a string of 216 characters",
    ],
    ["credentials.apiSecret", { credentials: { apiKey: "key", apiSecret: [SECRET] } }, "got object"],
    [
      "credentials.via",
      { credentials: { ...direct.credentials, via: "body" } },
      "must be one of basic, basic-query, query, form, got a string of 4 characters",
    ],
    ...[
      { ...signing, via: "basic" },
      { ...signing, via: "basic-query" },
      { ...direct.credentials, via: "form" },
    ].map((credentials): [string, object, string] => [
      "credentials.via",
      { credentials },
      "must be basic, basic-query or query beside apiSecret, form or query beside signatureSecret",
    ]),
    [
      "credentials.signatureSecret",
      { credentials: { ...signing, signatureSecret: `${SECRET}\0` } },
      "no control characters",
    ],
    [
      "credentials.signatureMethod",
      { credentials: { ...signing, signatureMethod: "SHA256" } },
      "must be one of md5hash, md5, sha1, sha256, sha512, got a string of 6 characters",
    ],
    [
      "credentials.apiSecrets",
      { credentials: { ...direct.credentials, apiSecrets: SECRET } },
      "is not known here",
    ],
    ["token", { ...worker, token: SECRET }, "must be a report token (a JWT), got a string of 18 characters"],
    ["token", { ...worker, token: `${TOKEN}\n` }, "must be a report token (a JWT)"],
    ["token", { ...worker, token: `${TOKEN}.${TOKEN}` }, "must be a report token (a JWT)"],
    ["token", { ...worker, token: `Bearer ${TOKEN}` }, "must be a report token (a JWT)"],
    ["token", { ...worker, token: null }, "must be a report token (a JWT), got nothing"],
    ["key", { ...worker, key: "" }, "must be a proxy key, got a string of 0 characters"],
    ["key", { ...worker, key: `${SECRET} ` }, "must be a proxy key, got a string of 19 characters"],
    ["key", { ...worker, key: `${SECRET}\r\nx: y` }, "must be a proxy key"],
    ["key", { ...worker, key: "k".repeat(201) }, "must be a proxy key, got a string of 201 characters"],
    ["timeout", { ...direct, timeout: 0 }, "must be a whole number from 1 to 120000, got number"],
    ["timeout", { ...direct, timeout: 120_001 }, "must be a whole number from 1 to 120000, got number"],
    ["timeout", { ...direct, timeout: 1.5 }, "must be a whole number from 1 to 120000, got number"],
    ["timeout", { ...direct, timeout: Number.POSITIVE_INFINITY }, "must be a whole number"],
    ["timeout", { ...direct, timeout: Number.NaN }, "must be a whole number"],
    ["timeout", { ...direct, timeout: "1000" }, "got a string of 4 characters"],
    ["timeout", { ...direct, timeout: null }, "got nothing"],
    ["retry", { ...direct, retry: true }, "must be false or an object, got boolean"],
    ["retry", { ...direct, retry: 3 }, "must be false or an object, got number"],
    ["retry", { ...direct, retry: SECRET }, "must be false or an object, got a string of 18 characters"],
    ["retry", { ...direct, retry: null }, "must be false or an object, got nothing"],
    ["retry", { ...direct, retry: [] }, "must be false or an object, got object"],
    ["retry", { ...direct, retry: new Date() }, "must be false or an object, got object"],
    ["retry", { ...direct, retry: new Map() }, "must be false or an object, got object"],
    ["retry", { ...direct, retry: () => 3 }, "must be false or an object, got function"],
    [
      "retry.attempts",
      { ...direct, retry: { attempts: null } },
      "must be a whole number from 1 to 10, got nothing",
    ],
    [
      "retry.attempts",
      { ...direct, retry: { attempts: 0 } },
      "must be a whole number from 1 to 10, got number",
    ],
    [
      "retry.attempts",
      { ...direct, retry: { attempts: 11 } },
      "must be a whole number from 1 to 10, got number",
    ],
    [
      "retry.baseDelay",
      { ...direct, retry: { baseDelay: -1 } },
      "must be a whole number from 0 to 60000, got number",
    ],
    [
      "retry.baseDelay",
      { ...direct, retry: { baseDelay: 60_001 } },
      "must be a whole number from 0 to 60000, got number",
    ],
    [
      "retry.maxDelay",
      { ...direct, retry: { maxDelay: 300_001 } },
      "must be a whole number from 0 to 300000, got number",
    ],
    ["retry.retries", { ...direct, retry: { retries: 3 } }, "is not known here"],
    ["fetch", { ...direct, fetch: SECRET }, "must be a function, got a string of 18 characters"],
    ["signal", { ...direct, signal: { aborted: false } }, "must be an AbortSignal, got object"],
    ["signal", { ...direct, signal: new AbortController() }, "must be an AbortSignal, got object"],
    ["onAttempt", { ...direct, onAttempt: {} }, "must be a function, got object"],
    ["apiSecret", { apiSecret: SECRET }, "is not known here"],
    ["secret", { ...direct, secret: SECRET }, "is not known here"],
    ["timeOut", { ...direct, timeOut: 5 }, "is not known here"],
    ["foo", { ...direct, foo: SECRET, bar: SECRET }, "foo is not known here, nor is bar"],
    ["foo", { ...direct, foo: 1, bar: 2, baz: 3 }, "foo is not known here, nor is bar, nor is baz"],
    [
      "credentials.foo",
      { credentials: { foo: SECRET, ...direct.credentials, bar: SECRET } },
      "credentials.foo is not known here, nor is bar",
    ],
    [
      "retry.foo",
      { ...direct, retry: { foo: 1, attempts: 2, bar: 3 } },
      "retry.foo is not known here, nor is bar",
    ],
  ])("%s is named with its rule: %j", async (field, options, fault) => {
    const error = await conversionErrorOf(() => createConversionClient(options as ConversionClientOptions));
    const named = error.message.replace("invalid_options: ", "").split("; ");
    expect(error).toMatchObject({ code: "invalid_options", attempts: 0, retryable: false });
    expect(named).toContainEqual(
      expect.stringMatching(new RegExp(`^${field.replace(".", "\\.")} (must be|is not)`)),
    );
    expect(error.message).toContain(fault);
    expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(/s3cret|czNjcmV0/);
  });

  it.each([
    "http://api.nexmo.com",
    "http://worker.example",
    "http://localhost.example",
    "http://notlocalhost",
    "http://127.0.0.1.example",
    "http://128.0.0.1",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://[::2]",
    "http://[fe80::1]",
    "https://s3cret@api.nexmo.com",
    "https://key:s3cret@api.nexmo.com",
    "http://localhost@worker.example",
    "https://api.nexmo.com?api_secret=s3cret",
    "https://api.nexmo.com/?",
    "https://api.nexmo.com#s3cret",
    "https://api.nexmo.com/#",
    "ftp://localhost",
    "ws://localhost",
    "file:///s3cret",
    "data:text/plain,s3cret",
    "javascript:s3cret",
    "blob:https://api.nexmo.com/s3cret",
    "//api.nexmo.com",
    "/conversions",
    "api.nexmo.com",
    "localhost:8787",
    "https://",
    "https://a b",
    "",
  ])("%j is not accepted as baseUrl or endpoint, which receive secrets", async (url) => {
    for (const [field, options] of [
      ["baseUrl", { ...direct, baseUrl: url }],
      ["endpoint", { endpoint: url, key: SECRET }],
    ] as const) {
      const error = await conversionErrorOf(() => resolve(options));
      expect(error.message).toBe(
        `invalid_options: ${field} ${URL_RULE}, got a string of ${url.length} characters`,
      );
    }
  });

  it("a URL object, because only texts are accepted", () => {
    expect(() => resolve({ ...direct, baseUrl: new URL("https://api.nexmo.com") })).toThrow(
      `baseUrl ${URL_RULE}, got object`,
    );
  });

  it("several at once are all named", async () => {
    const error = await conversionErrorOf(() =>
      resolve({
        credentials: { apiKey: "a:b" },
        baseUrl: "http://x",
        timeout: 0,
        retry: { attempts: 0 },
        key: "?",
      }),
    );
    expect(
      error.message
        .replace("invalid_options: ", "")
        .split("; ")
        .map((one) => one.split(" ")[0]),
    ).toEqual(["credentials.apiKey", "baseUrl", "key", "timeout", "retry.attempts"]);
  });
});

describe("accepted options", () => {
  it.each<[string, ConversionClientOptions, object]>([
    [
      "API key and secret",
      direct as ConversionClientOptions,
      { kind: "account", credentials: direct.credentials },
    ],
    [
      "API key and secret in the header",
      { credentials: { apiKey: "key", apiSecret: SECRET, via: "basic" } },
      { kind: "account", credentials: { ...direct.credentials, via: "basic" } },
    ],
    [
      "API key and secret in the query",
      { credentials: { apiKey: "key", apiSecret: SECRET, via: "query" }, baseUrl: "https://rest.nexmo.com" },
      { kind: "account", credentials: { ...direct.credentials, via: "query" } },
    ],
    ...(["md5hash", "md5", "sha1", "sha256", "sha512"] as const).map(
      (signatureMethod): [string, ConversionClientOptions, object] => {
        const credentials = { apiKey: "key", signatureSecret: SECRET, signatureMethod };
        return [`a signature by ${signatureMethod}`, { credentials }, { kind: "account", credentials }];
      },
    ),
    ["endpoint and token", { ...worker, token: TOKEN }, { kind: "token", token: TOKEN }],
    ["endpoint and key", { ...worker, key: "a_Z-0~9" }, { kind: "key", key: "a_Z-0~9" }],
    [
      "a secret of 200 characters with colons, blanks and other scripts",
      { credentials: { apiKey: "k".repeat(200), apiSecret: `: ü${"s".repeat(197)}` } },
      { kind: "account", credentials: { apiKey: "k".repeat(200), apiSecret: `: ü${"s".repeat(197)}` } },
    ],
  ])("have the identity: %s", (_, options, identity) => {
    expect(resolveOptions(options).identity).toEqual(identity);
    expect(Object.keys(createConversionClient(options))).toEqual(["sms", "voice"]);
  });

  it.each([
    ["https://api.nexmo.com", "https://api.nexmo.com"],
    ["https://api.nexmo.com/", "https://api.nexmo.com"],
    ["https://worker.example/vonage//", "https://worker.example/vonage"],
    ["https://worker.example:8443/a/b", "https://worker.example:8443/a/b"],
    ["HTTPS://WORKER.EXAMPLE", "https://worker.example"],
    ["http://localhost", "http://localhost"],
    ["http://localhost:8787/", "http://localhost:8787"],
    ["http://vonage.localhost:8787", "http://vonage.localhost:8787"],
    ["http://127.0.0.1:8787", "http://127.0.0.1:8787"],
    ["http://127.1.2.3", "http://127.1.2.3"],
    ["http://127.10.200.30", "http://127.10.200.30"],
    ["http://[::1]:8787", "http://[::1]:8787"],
  ])("contain the URL %s", (url, expected) => {
    expect(resolve({ ...direct, baseUrl: url }).baseUrl).toBe(expected);
    expect(resolve({ endpoint: url, key: "k" }).baseUrl).toBe(expected);
  });

  it.each([
    [{}, { timeout: 10_000, retry: { attempts: 3, baseDelay: 250, maxDelay: 10_000 } }],
    [
      { timeout: undefined, retry: undefined },
      { timeout: 10_000, retry: { attempts: 3, baseDelay: 250, maxDelay: 10_000 } },
    ],
    [
      { timeout: 1, retry: false },
      { timeout: 1, retry: { attempts: 1 } },
    ],
    [
      { timeout: 120_000, retry: {} },
      { timeout: 120_000, retry: { attempts: 3, baseDelay: 250, maxDelay: 10_000 } },
    ],
    [
      { retry: { attempts: 1, baseDelay: 0, maxDelay: 0 } },
      { retry: { attempts: 1, baseDelay: 0, maxDelay: 0 } },
    ],
    [
      { retry: { attempts: 10, baseDelay: 60_000, maxDelay: 300_000 } },
      { retry: { attempts: 10, baseDelay: 60_000, maxDelay: 300_000 } },
    ],
    [{ retry: { attempts: 5 } }, { retry: { attempts: 5, baseDelay: 250, maxDelay: 10_000 } }],
  ])("%j are completed with the documented defaults", (given, expected) => {
    expect(resolve({ ...direct, ...given })).toMatchObject({ baseUrl: "https://api.nexmo.com", ...expected });
  });

  it("are copied, so that later changes have no effect", async () => {
    const { fetch, sent } = createRecordingFetch(200);
    const options = {
      credentials: { apiKey: "key", apiSecret: SECRET },
      baseUrl: "https://one.example",
      fetch,
    };
    const client = createConversionClient(options);
    options.credentials.apiSecret = "changed";
    options.baseUrl = "https://two.example";
    await client.sms({ messageId: "x", delivered: true });
    expect(sent).toMatchObject([
      {
        url: "https://one.example/conversions/sms",
        headers: { authorization: `Basic ${btoa(`key:${SECRET}`)}` },
      },
    ]);
    expect(Object.isFrozen(client)).toBe(true);
  });

  it("use the current global fetch by default, without a this, as browsers and workerd require", async () => {
    const { sms } = createConversionClient({ ...worker, key: "k" });
    const { fetch, sent } = createRecordingFetch(200);
    vi.stubGlobal("fetch", function (this: unknown, input: RequestInfo | URL, init?: RequestInit) {
      if (this !== undefined && this !== globalThis) throw new TypeError("Illegal invocation");
      return fetch(input, init);
    });
    await sms({ messageId: "x", delivered: true });
    expect(sent).toHaveLength(1);
  });
});
