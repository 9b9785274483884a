// Requests must not depend on replaced global classes, no cache may answer them, and only network failures count as
// such.

import { afterEach, describe, expect, it, vi } from "vitest";
import { healthSchema } from "../../adapters/cli/answers.ts";
import { createRequester } from "../../adapters/cli/request.ts";
import { type ConversionClientOptions, createConversionClient } from "../../src/index.ts";
import { createSandbox, SANDBOX_APPLICATION, SANDBOX_CREDENTIALS } from "../../src/sandbox/index.ts";
import { createTwoFactorClient } from "../../src/two-factor/client/client.ts";
import { isSendError } from "../../src/two-factor/senders/send-error.ts";
import { createShortCodeSender } from "../../src/two-factor/senders/short-code-sender.ts";
import { createSmsSender } from "../../src/two-factor/senders/sms-sender.ts";
import { createVoiceSender } from "../../src/two-factor/senders/voice-sender.ts";
import { FOREIGN_GLOBALS, ForeignAbortController } from "../support/foreign-platform.ts";

const { twoFactor } = SANDBOX_CREDENTIALS;
const report = { messageId: "0A0000000123ABCD1", delivered: true };
const direct = { credentials: twoFactor };
const worker = { endpoint: "https://worker.example" };
const signed = { apiKey: "k", signatureSecret: "s", signatureMethod: "sha256" } as const;
const ID = "0.00000000-0000-4000-8000-000000000000";
const message = {
  to: "12015550123",
  country: "US",
  code: "738291",
  brand: "Acme",
  locale: "en",
  clientRef: "r",
  lifetime: 300,
};
const { applicationId, privateKey } = SANDBOX_APPLICATION;

/** Every kind of request that the library makes. Their answers do not matter here. */
const EVERY_WAY: Record<string, (send: typeof fetch) => unknown> = {
  "a report to Vonage": (fetch) => createConversionClient({ ...direct, fetch }).sms(report),
  "a report to Vonage in the query": (fetch) =>
    createConversionClient({ credentials: { ...twoFactor, via: "query" }, fetch }).sms(report),
  "a signed report": (fetch) => createConversionClient({ credentials: signed, fetch }).voice(report),
  "a report to the Worker with a key": (fetch) =>
    createConversionClient({ ...worker, key: "k", fetch }).sms(report),
  "a report to the Worker with a token": (fetch) =>
    createConversionClient({ ...worker, token: "a.b.c", fetch }).sms(report),
  "a start": (fetch) =>
    createTwoFactorClient({ ...worker, key: "k", fetch }).start({ to: "+12015550123", channel: "sms" }),
  "a check": (fetch) => createTwoFactorClient({ ...worker, key: "k", fetch }).check(ID, "123456"),
  "a resend": (fetch) => createTwoFactorClient({ ...worker, key: "k", fetch }).resend(ID),
  "a cancellation": (fetch) => createTwoFactorClient({ ...worker, key: "k", fetch }).cancel(ID),
  "a look": (fetch) => createTwoFactorClient({ ...worker, key: "k", fetch }).get(ID),
  "a text": (fetch) => createSmsSender({ credentials: twoFactor, from: "Acme", fetch }).send(message),
  "a text from a short code": (fetch) =>
    createShortCodeSender({ credentials: twoFactor, fetch }).send(message),
  "a call": (fetch) =>
    createVoiceSender({ applicationId, privateKey, from: "12015550100", fetch }).send(message),
  "the command line": (fetch) =>
    createRequester({ endpoint: "https://worker.example", key: "k", fetch, timeout: 1000 })(
      { method: "GET", path: "/health" },
      healthSchema,
    ),
  "a webhook of the sandbox": async (fetch) => {
    const sandbox = createSandbox({ webhooks: { inboundSms: "https://shop.example/replies" }, fetch });
    await sandbox.handset(message.to).reply("738291", "12015550100");
    await sandbox.idle();
  },
};

/** The arguments of fetch with its result: a Request, or the error of its rejection. */
async function observe(act: (send: typeof fetch) => unknown) {
  const seen: RequestInit[] = [];
  const requests: Request[] = [];
  const send: typeof fetch = async (input, init) => {
    seen.push(init ?? {});
    requests.push(new Request(input, init));
    return new Response("{}");
  };
  await Promise.resolve(act(send)).catch(() => {});
  return { seen, requests };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each(Object.entries(EVERY_WAY))("the request for %s", (_, act) => {
  it("is never answered by a cache, such as that of Next.js", async () => {
    const { seen, requests } = await observe(act);
    expect(seen.length).toBeGreaterThan(0);
    expect(requests.map(({ cache }) => cache)).toEqual(seen.map(() => "no-store"));
  });

  it("has no cache mode if the platform throws on it, as workerd once did", async () => {
    const { Request: Native } = globalThis;
    vi.stubGlobal(
      "Request",
      class extends Native {
        constructor(input: RequestInfo | URL, init?: RequestInit) {
          if (init?.cache !== undefined) throw new Error("The 'cache' field is not implemented.");
          super(input, init);
        }
      },
    );
    const { seen, requests } = await observe(act);
    // The command line runs on Node only.
    if (_ === "the command line") return;
    expect(requests.length).toBeGreaterThan(0);
    expect(seen.filter((init) => "cache" in init)).toEqual([]);
    expect(seen.filter(({ signal }) => !signal)).toEqual([]);
  });

  it("is sent even if AbortController and Blob are replaced, as in jsdom", async () => {
    const { requests: usual } = await observe(act);
    for (const [name, value] of Object.entries(FOREIGN_GLOBALS)) vi.stubGlobal(name, value);
    const { requests } = await observe(act);
    if (_ === "the command line") return;
    expect(requests).toHaveLength(usual.length);
    expect(requests.length).toBeGreaterThan(0);
    for (const [index, request] of requests.entries()) {
      const before = await usual[index]?.text();
      const text = await request.text();
      expect(text).not.toContain("[object");
      expect(text.length).toBe(before?.length);
    }
  });
});

it("has a text as body if the platform cannot read a Blob, as in an older jsdom", async () => {
  vi.stubGlobal("Response", () => {
    throw new TypeError("object.stream is not a function");
  });
  const bodies: unknown[] = [];
  const client = createTwoFactorClient({
    ...worker,
    key: "k",
    retry: false,
    fetch: async (_, init) => {
      bodies.push(init?.body);
      throw new TypeError("fetch failed");
    },
  });
  await expect(client.check(ID, "123456")).rejects.toMatchObject({ code: "network" });
  expect(bodies).toEqual(['{"code":"123456"}']);
});

describe("a signal of another realm", () => {
  const start = (options: Partial<ConversionClientOptions> = {}) => {
    const sandbox = createSandbox();
    const client = createConversionClient({
      ...direct,
      fetch: sandbox.fetch,
      ...options,
    } as ConversionClientOptions);
    return { sandbox, ...client };
  };

  it.each(["global", "not global"])("ends a report (%s)", async (where) => {
    if (where === "global")
      for (const [name, value] of Object.entries(FOREIGN_GLOBALS)) vi.stubGlobal(name, value);
    const ofClient = new ForeignAbortController();
    const { sandbox, sms } = start({ signal: ofClient.signal as unknown as AbortSignal });
    expect(await sms(report)).toMatchObject({ status: "recorded" });

    const ofReport = new ForeignAbortController();
    sandbox.fail({ hang: true });
    const ended = sms(report, { signal: ofReport.signal as unknown as AbortSignal });
    setTimeout(() => ofReport.abort(), 5);
    await expect(ended).rejects.toMatchObject({ code: "aborted", attempts: 1 });

    ofClient.abort();
    await expect(sms(report)).rejects.toMatchObject({ code: "aborted", attempts: 0 });
    expect(sandbox.exchanges()).toHaveLength(where === "global" ? 1 : 2);
    expect(sandbox.reports()).toHaveLength(1);
  });

  it("that has fired stops the workflow's client too", async () => {
    for (const [name, value] of Object.entries(FOREIGN_GLOBALS)) vi.stubGlobal(name, value);
    const fetch = vi.fn();
    const controller = new ForeignAbortController();
    controller.abort();
    const client = createTwoFactorClient({ ...worker, key: "k", fetch });
    const signal = controller.signal as unknown as AbortSignal;
    await expect(client.check(ID, "123456", { signal })).rejects.toMatchObject({ code: "aborted" });
    expect(fetch).not.toHaveBeenCalled();
  });

  it("ends a request to the sandbox as fetch would", async () => {
    const sandbox = createSandbox();
    const controller = new ForeignAbortController();
    const signal = controller.signal as unknown as AbortSignal;
    const ask = () => sandbox.fetch("http://vonage/conversions/sms", { method: "POST", signal });
    expect((await ask()).status).toBe(401);
    sandbox.fail({ hang: true });
    const hanging = ask();
    setTimeout(() => controller.abort("enough"), 5);
    await expect(hanging).rejects.toBe("enough");
    const before = sandbox.exchanges().length;
    await expect(ask()).rejects.toBe("enough");
    controller.signal.reason = undefined;
    await expect(ask()).rejects.toMatchObject({ name: "AbortError" });
    expect(sandbox.exchanges()).toHaveLength(before);
  });

  it.each([{}, new AbortController(), "signal", 1, null, { aborted: false }, { aborted: "no" }])(
    "is refused if it is %j, and nothing is sent",
    async (value) => {
      const signal = value as unknown as AbortSignal;
      const fetch = vi.fn();
      expect(() => createConversionClient({ ...direct, fetch, signal })).toThrow(
        "signal must be an AbortSignal",
      );
      const failure = { code: "invalid_options", message: /signal must be an AbortSignal/ };
      const { sms } = createConversionClient({ ...direct, fetch });
      const client = createTwoFactorClient({ ...worker, key: "k", fetch });
      for (const ended of [
        sms(report, { signal }),
        client.get(ID, { signal }),
        client.cancel(ID, { signal }),
      ]) {
        await expect(ended).rejects.toMatchObject({
          ...failure,
          message: expect.stringMatching(failure.message),
        });
      }
      expect(fetch).not.toHaveBeenCalled();
    },
  );
});

describe("a programming error is not reported as a network failure:", () => {
  const MISTAKES: [string, () => unknown, string][] = [
    ["a mock that returns nothing", () => undefined, "no Response"],
    ["a mock that returns no Response", () => ({ status: 200 }), "no Response"],
    ["a Response without its methods", () => ({ status: 200, headers: {} }), "no Response"],
    [
      "an undefined name",
      () => Promise.reject(new ReferenceError("s3cret is not defined")),
      "ReferenceError",
    ],
    ["an endless recursion", () => Promise.reject(new RangeError("s3cret")), "RangeError"],
    ["an undecodable URI", () => Promise.reject(new URIError("s3cret")), "URIError"],
    ["invalid JSON", () => Promise.reject(new SyntaxError("s3cret")), "SyntaxError"],
  ];

  it.each(MISTAKES)("%s rejects at once", async (_, answer, cause) => {
    const fetch = vi.fn(async () => answer() as Response);
    const error = await createConversionClient({ ...direct, fetch })
      .sms(report)
      .catch((one) => one);
    expect(error).toMatchObject({ code: "invalid_options", retryable: false, attempts: 1, cause });
    expect(JSON.stringify(error) + error.stack).not.toContain("s3cret");
    const client = createTwoFactorClient({ ...worker, key: "k", fetch });
    await expect(client.check(ID, "123456")).rejects.toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining(`(${cause})`),
    });
    const sender = createSmsSender({ credentials: twoFactor, from: "Acme", fetch });
    // Such a fetch may have sent the text before it failed.
    const uncertain = await sender.send(message).catch((one) => one);
    expect(isSendError(uncertain)).toBe(true);
    expect(uncertain).toMatchObject({ code: "uncertain", attempts: 1, cause });
    expect(JSON.stringify(uncertain) + uncertain.stack).not.toContain("s3cret");
    expect(fetch).toHaveBeenCalledTimes(3);
  });

  it("a request that the platform refuses", async () => {
    const refuse = (init?: RequestInit) => {
      if (init?.redirect === "manual") throw new TypeError("redirect: manual is not implemented, s3cret");
    };
    vi.stubGlobal("Request", (_: unknown, init?: RequestInit) => {
      refuse(init);
    });
    const fetch = vi.fn(async (_: unknown, init?: RequestInit) => {
      refuse(init);
      return new Response();
    });
    const error = await createConversionClient({ ...direct, fetch })
      .sms(report)
      .catch((one) => one);
    expect(error).toMatchObject({ code: "invalid_options", attempts: 1, cause: "TypeError" });
    expect(JSON.stringify(error) + error.stack).not.toContain("s3cret");
    expect(fetch).toHaveBeenCalledTimes(1);
    // The platform refuses it before sending, so no text is uncertain.
    const sender = createSmsSender({ credentials: twoFactor, from: "Acme", fetch });
    await expect(sender.send(message)).rejects.toMatchObject({ code: "invalid_options", attempts: 1 });
  });

  it.each<[string, unknown]>([
    ["from Node", new TypeError("fetch failed", { cause: new Error("reset") })],
    ["from Chromium", new TypeError("Failed to fetch")],
    ["from workerd", new Error("Network connection lost.")],
    ["from a fetch that throws a string", "broken"],
    ["from a fetch that throws undefined", undefined],
  ])("but a network failure still is: %s", async (_, thrown) => {
    const fetch = vi.fn(() => Promise.reject(thrown));
    const { sms } = createConversionClient({ ...direct, retry: { attempts: 2, baseDelay: 0 }, fetch });
    await expect(sms(report)).rejects.toMatchObject({ code: "network", attempts: 2 });
    // A fetch of a library, on a platform without Request.
    vi.stubGlobal("Request", undefined);
    await expect(sms(report)).rejects.toMatchObject({ code: "network", attempts: 2 });
  });

  it("also on the command line", async () => {
    const ask = (fetch: typeof globalThis.fetch) =>
      createRequester({ endpoint: "https://worker.example", key: "k", fetch, timeout: 1000 })(
        { method: "GET", path: "/health" },
        healthSchema,
      );
    await expect(ask(() => Promise.reject(new ReferenceError("x")))).rejects.toThrow(ReferenceError);
    await expect(ask(() => Promise.reject(new TypeError("fetch failed")))).rejects.toMatchObject({
      failure: { kind: "network" },
    });
    // Bytes that are not text came over a working connection.
    const bytes = async () => new Response(new Uint8Array([0xff, 0xfe]));
    await expect(ask(bytes)).rejects.toMatchObject({ failure: { kind: "foreign", status: 200 } });
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new TypeError("terminated")),
    });
    await expect(ask(async () => new Response(broken))).rejects.toMatchObject({
      failure: { kind: "network" },
    });
  });
});
