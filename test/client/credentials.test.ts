// The exact bytes on the wire for each kind of credentials.

import { createHash, createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type ConversionClientOptions,
  type ConversionReport,
  type Credentials,
  createConversionClient,
  type SignatureMethod,
} from "../../src/index.ts";
import { createSandbox, SANDBOX_ACCOUNTS } from "../../src/sandbox/index.ts";
import { type Answer, createRecordingFetch } from "../support/recording-fetch.ts";
import { settle } from "../support/unhandled-rejections.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const ANY = { accept: "*/*" };
const FORM = { ...ANY, "content-type": "application/x-www-form-urlencoded" };
const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln";
const SECRET = { apiKey: "abcd1234", apiSecret: "ü: s&e=c+r?t" };
const BASIC = `Basic ${Buffer.from("abcd1234:ü: s&e=c+r?t").toString("base64")}`;
const report: ConversionReport = { messageId: "0A0000000123ABCD1", delivered: true, timestamp: NOW };
const REPORT_FORM = "message-id=0A0000000123ABCD1&delivered=true&timestamp=2026-06-01+12%3A00%3A00";

const directly = {
  method: "POST",
  url: "https://api.nexmo.com/conversions/sms",
  redirect: "manual",
  keepalive: false,
};
const toWorker = { ...directly, url: "https://worker.example/vonage/conversions/sms" };
const worker = { endpoint: "https://worker.example/vonage/" };

/** The request of one report, without its signal. */
async function send(
  options: ConversionClientOptions,
  given: ConversionReport,
  channel: "sms" | "voice" = "sms",
) {
  const { fetch, sent } = createRecordingFetch(200);
  await createConversionClient({ ...options, fetch })[channel](given);
  return sent.map(({ signal: _, path: __, ...request }) => request);
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW + 500, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a report on the wire", () => {
  it.each<[string, ConversionClientOptions, object]>([
    [
      "a form beside a Basic header, for API key and secret",
      { credentials: SECRET },
      { ...directly, headers: { ...FORM, authorization: BASIC }, body: REPORT_FORM },
    ],
    [
      "the same with via basic",
      { credentials: { ...SECRET, via: "basic" } },
      { ...directly, headers: { ...FORM, authorization: BASIC }, body: REPORT_FORM },
    ],
    [
      "a query string without header and body, with via query",
      { credentials: { ...SECRET, via: "query" } },
      {
        ...directly,
        url: `https://api.nexmo.com/conversions/sms?api_key=abcd1234&api_secret=%C3%BC%3A+s%26e%3Dc%2Br%3Ft&${REPORT_FORM}`,
        headers: ANY,
        body: "",
      },
    ],
    [
      "a query string beside a Basic header, with via basic-query",
      { credentials: { ...SECRET, via: "basic-query" } },
      {
        ...directly,
        url: `https://api.nexmo.com/conversions/sms?${REPORT_FORM}`,
        headers: { ...ANY, authorization: BASIC },
        body: "",
      },
    ],
    [
      "a form beside a Bearer header that accepts JSON, for a key",
      { ...worker, key: "proxy-key" },
      {
        ...toWorker,
        headers: { ...FORM, authorization: "Bearer proxy-key", accept: "application/json" },
        body: REPORT_FORM,
      },
    ],
    [
      "a form alone with keepalive, for a token",
      { ...worker, token: TOKEN },
      {
        ...toWorker,
        keepalive: true,
        headers: FORM,
        body: `${REPORT_FORM}&token=${TOKEN}`,
      },
    ],
  ])("sends the credentials as %s", async (_, options, expected) => {
    expect(await send(options, report)).toEqual([expected]);
  });

  it.each<SignatureMethod>(["md5hash", "md5", "sha1", "sha256", "sha512"])(
    "signed by %s is a form with the key and the signature, and without a secret",
    async (signatureMethod) => {
      const signatureSecret = "signature secret ü";
      const sign = (text: string) =>
        signatureMethod === "md5hash"
          ? createHash("md5")
              .update(text + signatureSecret)
              .digest("hex")
          : createHmac(signatureMethod, signatureSecret).update(text).digest("hex");
      const options = { credentials: { apiKey: "abcd1234", signatureSecret, signatureMethod } };
      const sig = sign(
        "&api_key=abcd1234&delivered=true&message-id=0A0000000123ABCD1&timestamp=2026-06-01 12:00:00",
      );
      expect(await send(options, report)).toEqual([
        {
          ...directly,
          headers: FORM,
          body: `api_key=abcd1234&${REPORT_FORM}&sig=${sig}`,
        },
      ]);

      // With `via: "query"` the URL has the same.
      const query = { credentials: { ...options.credentials, via: "query" as const } };
      const url = `${directly.url}?api_key=abcd1234&${REPORT_FORM}&sig=${sig}`;
      expect(await send(query, report)).toEqual([{ ...directly, url, headers: ANY, body: "" }]);

      // Without a timestamp it is signed at the instant of the call. & and = are signed as _.
      const lateSig = sign(
        "&api_key=abcd1234&delivered=false&message-id=a_b_c&timestamp=2026-06-01 12:00:00",
      );
      expect(await send(options, { messageId: "a&b=c", delivered: false })).toMatchObject([
        {
          body: `api_key=abcd1234&message-id=a%26b%3Dc&delivered=false&timestamp=2026-06-01+12%3A00%3A00&sig=${lateSig}`,
        },
      ]);
    },
  );

  describe("retried after long waits", () => {
    const { apiKey = "", signatureSecret = "" } = SANDBOX_ACCOUNTS[0] ?? {};
    /** A Retry-After beyond our longest wait, and beyond the age of signatures that Vonage accepts. */
    const later: Answer = () => new Response(null, { status: 429, headers: { "retry-after": "3600" } });

    /** Makes three requests, five minutes apart, the last one to the sandbox. */
    async function sendThrice(known: Credentials, given: ConversionReport) {
      vi.useFakeTimers({ now: NOW + 500, toFake: ["Date", "setTimeout", "clearTimeout"] });
      const sandbox = createSandbox();
      const fromSandbox: Answer = ({ url, method, headers, body }) =>
        sandbox.fetch(url, { method, headers, body });
      const { fetch, sent } = createRecordingFetch(later, later, fromSandbox);
      const { sms } = createConversionClient({
        credentials: known,
        retry: { maxDelay: 300_000 },
        fetch,
      });
      const result = sms(given);
      for (let attempt = 1; attempt <= 3; attempt++) {
        // Signing takes real time, which the fake clock does not advance.
        while (sent.length < attempt) await settle();
        for (let turn = 0; turn < 5; turn++) await settle();
        if (attempt < 3) await vi.advanceTimersByTimeAsync(300_000);
      }
      expect(await result).toEqual({ status: "recorded", attempts: 3 });
      return {
        recorded: sandbox.reports(),
        sent: sent.map(({ url, body }) =>
          Object.fromEntries(new URLSearchParams(body || new URL(url).search)),
        ),
      };
    }

    const { apiSecret = "" } = SANDBOX_ACCOUNTS[0] ?? {};
    it.each<Credentials>([
      { apiKey, apiSecret },
      { apiKey, apiSecret, via: "basic-query" },
      { apiKey, apiSecret, via: "query" },
      { apiKey, signatureSecret, signatureMethod: "md5hash" },
      { apiKey, signatureSecret, signatureMethod: "sha256" },
      { apiKey, signatureSecret, signatureMethod: "sha256", via: "query" },
    ])("has the instant of the call in every request: %j", async (known) => {
      const { sent, recorded } = await sendThrice(known, { messageId: "x", delivered: true });
      expect(sent.map(({ timestamp }) => timestamp)).toEqual(Array(3).fill("2026-06-01 12:00:00"));
      expect(new Set(sent.map(({ sig }) => sig)).size).toBe(1);
      expect(recorded).toMatchObject([{ timestamp: "2026-06-01 12:00:00" }]);
    });

    it("has the instant at which the user acted, if that is known", async () => {
      const { sent } = await sendThrice(
        { apiKey, signatureSecret, signatureMethod: "sha256" },
        { ...report, timestamp: NOW - 7000 },
      );
      expect(sent.map(({ timestamp }) => timestamp)).toEqual(Array(3).fill("2026-06-01 11:59:53"));
    });
  });

  it.each<[string, ConversionClientOptions, string]>([
    ["to Vonage", { credentials: SECRET }, "message-id=x&delivered=false&timestamp=2026-06-01+12%3A00%3A00"],
    // The Worker uses the time of arrival, because its clock is more reliable than those of pages.
    ["to the Worker with a key", { ...worker, key: "proxy-key" }, "message-id=x&delivered=false"],
    [
      "to the Worker with a token",
      { ...worker, token: TOKEN },
      `message-id=x&delivered=false&token=${TOKEN}`,
    ],
  ])("has the instant of the call as default timestamp for Vonage only: %s", async (_, options, body) => {
    expect(await send(options, { messageId: "x", delivered: false })).toMatchObject([{ body }]);
  });

  it("escapes special characters of forms", async () => {
    const messageId = "a b&c=d+e%f/号😀\uFEFF";
    const [request] = await send({ ...worker, key: "proxy-key" }, { messageId, delivered: true });
    expect(request?.body).toBe(
      "message-id=a+b%26c%3Dd%2Be%25f%2F%E5%8F%B7%F0%9F%98%80%EF%BB%BF&delivered=true",
    );
  });

  it.each<[string, ConversionClientOptions, string]>([
    ["Vonage", { credentials: SECRET }, "https://api.nexmo.com/conversions/voice"],
    [
      "another base URL",
      { credentials: SECRET, baseUrl: "http://localhost:1/a/" },
      "http://localhost:1/a/conversions/voice",
    ],
    ["the Worker", { ...worker, key: "k" }, "https://worker.example/vonage/conversions/voice"],
  ])("goes to the path of its channel at %s", async (_, options, url) => {
    expect(await send(options, report, "voice")).toMatchObject([{ url }]);
  });

  it("with a token triggers no preflight: simple method, type and headers, and no stream", async () => {
    const [request] = await send({ ...worker, token: TOKEN }, report);
    // The Fetch standard's CORS-safelisted request headers and content types.
    const safe = ["accept", "accept-language", "content-language", "content-type"];
    expect(Object.keys(request?.headers ?? {}).filter((name) => !safe.includes(name))).toEqual([]);
    expect(request?.headers["content-type"]?.split(";")[0]).toBe("application/x-www-form-urlencoded");
    expect(request?.method).toBe("POST");
  });

  it('has no message id and no secret in its URL without via: "query"', async () => {
    const { signatureSecret, ...signed } = {
      apiKey: "abcd1234",
      signatureSecret: "s",
      signatureMethod: "md5" as const,
    };
    for (const options of [
      { credentials: SECRET },
      { credentials: { ...signed, signatureSecret } },
      { ...worker, token: TOKEN },
      { ...worker, key: "proxy-key" },
    ]) {
      const [request] = await send(options, report);
      expect(new URL(request?.url ?? "").search).toBe("");
    }
  });

  it("never contains the signature secret", async () => {
    const credentials = {
      apiKey: "k",
      signatureSecret: "signature-s3cret",
      signatureMethod: "sha512" as const,
    };
    expect(JSON.stringify(await send({ credentials }, report))).not.toContain("s3cret");
  });
});
