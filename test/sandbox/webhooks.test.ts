import { createHash, createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type CarrierSettings,
  createSandbox,
  SANDBOX_ACCOUNTS,
  SANDBOX_CREDENTIALS,
  type Sandbox,
  type SandboxOptions,
  type SandboxWebhooks,
} from "../../src/sandbox/index.ts";
import { verifySignature } from "../../src/wire/signature.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";
import { type Answer, createRecordingFetch, deaf, type SentRequest } from "../support/recording-fetch.ts";

const NOW = Date.UTC(2026, 5, 1, 12, 34, 56);
const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.twoFactor;
const signatureSecret = SANDBOX_ACCOUNTS.find((one) => one.apiKey === apiKey)?.signatureSecret ?? "";
const HANDSET = "447700900001";
const SENDER = "447700900999";
const DLR = "https://worker.example/webhooks/delivery-receipt";
const INBOUND = "https://worker.example/webhooks/inbound-sms";
const WEBHOOKS = { deliveryReceipt: DLR, inboundSms: INBOUND };

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function create(
  webhooks: SandboxWebhooks = WEBHOOKS,
  answers: readonly Answer[] = [],
  options: SandboxOptions = {},
) {
  const { fetch, sent } = createRecordingFetch(...answers);
  return { sandbox: createSandbox({ webhooks, fetch, ...options }), sent };
}
const send = async (sandbox: Sandbox, fields: Readonly<Record<string, string>> = {}) => {
  const body = { api_key: apiKey, api_secret: apiSecret, from: SENDER, to: HANDSET, text: "4711", ...fields };
  const response = await sandbox.fetch("https://rest.nexmo.com/sms/json", {
    method: "POST",
    body: new URLSearchParams(body),
  });
  const { messages } = (await response.json()) as { messages: { "message-id": string }[] };
  return messages.map((one) => one["message-id"]);
};
/** Lets everything end, with time running as fast as it can; what WebCrypto takes is no timer's. */
const settle = async (sandbox: Sandbox) => {
  let idle = false;
  sandbox.idle().then(() => {
    idle = true;
  });
  while (!idle) {
    await vi.runAllTimersAsync();
    await new Promise(setImmediate);
  }
};
const parametersOf = ({ url, headers, body }: SentRequest): Map<string, string> => {
  if (headers["content-type"]?.startsWith("application/json"))
    return new Map(Object.entries(JSON.parse(body)));
  return new Map(new URLSearchParams(body === "" ? new URL(url).search : body));
};
const receiptsOf = (sent: readonly SentRequest[]) => sent.map((one) => Object.fromEntries(parametersOf(one)));

/** As Vonage's SDK for Ruby makes the signature that it then compares exactly. */
function signAsRuby(
  parameters: Readonly<Record<string, string | undefined>>,
  method: "md5hash" | "md5" | "sha1" | "sha256" | "sha512",
): string {
  const text = Object.entries(parameters)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value = ""]) => `&${name}=${value.replaceAll(/[&=]/g, "_")}`)
    .join("");
  if (method === "md5hash") {
    return createHash("md5")
      .update(text + signatureSecret)
      .digest("hex");
  }
  return createHmac(method, signatureSecret).update(text).digest("hex").toUpperCase();
}

describe("a delivery receipt", () => {
  it("has Vonage's parameters, as a form", async () => {
    const { sandbox, sent } = create();
    const [messageId] = await send(sandbox, { "client-ref": "login-1" });
    expect(sent).toEqual([]);
    await settle(sandbox);
    expect(sent).toMatchObject([{ method: "POST", url: DLR, redirect: "manual" }]);
    expect(sent[0]?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(receiptsOf(sent)).toEqual([
      {
        msisdn: HANDSET,
        to: SENDER,
        "network-code": "23410",
        messageId,
        price: "0.03330000",
        status: "delivered",
        scts: "2606011234",
        "err-code": "0",
        "api-key": apiKey,
        "client-ref": "login-1",
        "message-timestamp": "2026-06-01 12:34:56",
      },
    ]);
  });

  it.each(["query", "form", "json"] as const)(
    "by %s is signed over all it says, with its time",
    async (transport) => {
      for (const sign of ["md5hash", "md5", "sha1", "sha256", "sha512"] as const) {
        const { sandbox, sent } = create({ ...WEBHOOKS, deliveryReceipt: `${DLR}`, transport, sign });
        await send(sandbox, { from: "Acme Bank", "client-ref": "a&b=c ü" });
        await settle(sandbox);
        const [request] = sent;
        if (request === undefined) throw new Error("nothing was sent");
        expect(request.method).toBe(transport === "query" ? "GET" : "POST");
        const parameters = parametersOf(request);
        expect([...parameters.values()].every((value) => typeof value === "string")).toBe(true);
        expect(parameters.get("client-ref")).toBe("a&b=c ü");
        expect(Number(parameters.get("timestamp"))).toBeGreaterThanOrEqual(Math.floor(NOW / 1000));
        expect(parameters.get("nonce")).toMatch(/^[\da-f-]{36}$/);
        expect(await verifySignature(parameters, signatureSecret, [sign])).toBe(true);
        expect(await verifySignature(parameters.set("status", "failed"), signatureSecret)).toBe(false);
      }
    },
  );

  it.each(["query", "form", "json"] as const)(
    "by %s has its digits in the case that the SDKs for Ruby and .NET compare with",
    async (transport) => {
      for (const sign of ["md5hash", "md5", "sha1", "sha256", "sha512"] as const) {
        const { sandbox, sent } = create({ ...WEBHOOKS, transport, sign });
        await send(sandbox, { "client-ref": "a&b=c" });
        await settle(sandbox);
        await sandbox.handset(HANDSET).reply("4711", SENDER);
        expect(sent).toHaveLength(2);
        for (const request of sent) {
          const { sig, ...rest } = Object.fromEntries(parametersOf(request));
          expect(sig).toBe(signAsRuby(rest, sign));
        }
      }
    },
  );

  it("by query joins a query that the URL has", async () => {
    const { sandbox, sent } = create({ deliveryReceipt: `${DLR}?tenant=7`, transport: "query" });
    await send(sandbox);
    await settle(sandbox);
    expect(sent[0]?.url).toMatch(/\/delivery-receipt\?tenant=7&msisdn=447700900001&/);
  });

  it("comes for each part of a long text", async () => {
    const { sandbox, sent } = create();
    const ids = await send(sandbox, { text: "a".repeat(400) });
    await settle(sandbox);
    expect(ids).toHaveLength(3);
    expect(
      receiptsOf(sent)
        .map(({ messageId }) => messageId)
        .sort(),
    ).toEqual([...ids].sort());
  });

  it("goes to the message's own callback, where it has one", async () => {
    const { sandbox, sent } = create({});
    await send(sandbox, { callback: "https://other.example/dlr" });
    await settle(sandbox);
    expect(sent.map(({ url }) => url)).toEqual(["https://other.example/dlr"]);
  });

  it("is not sent where none is asked for, nor where it has nowhere to go", async () => {
    const [one, two] = [create(), create({ inboundSms: INBOUND })];
    await send(one.sandbox, { "status-report-req": "0" });
    await send(two.sandbox);
    await settle(one.sandbox);
    await settle(two.sandbox);
    expect([...one.sent, ...two.sent]).toEqual([]);
  });

  it("comes for a code by the short code too", async () => {
    const { sandbox, sent } = create();
    const body = { api_key: apiKey, api_secret: apiSecret, to: "12025550123", pin: "4711" };
    const init = { method: "POST", body: new URLSearchParams(body) };
    await sandbox.fetch("https://rest.nexmo.com/sc/us/2fa/json", init);
    await settle(sandbox);
    expect(receiptsOf(sent)).toMatchObject([{ msisdn: "12025550123", status: "delivered" }]);
  });
});

describe("a webhook that is not acknowledged", () => {
  const dropped: Answer = () => {
    throw new TypeError("no connection");
  };
  it.each<[string, Answer[], number[]]>([
    ["a 500, once", [500, 204], [500, 204]],
    ["a redirect, which is not followed", [302, 200], [302, 200]],
    ["no connection", [dropped, 200], [0, 200]],
    ["a 404, for ever", [404], [404, 404, 404, 404]],
    ["silence, for ever", [deaf], [0, 0, 0, 0]],
  ])("is sent again after %s, and given up some time", async (_, answers, statuses) => {
    const { sandbox, sent } = create({ ...WEBHOOKS, sign: "sha1" }, answers);
    await send(sandbox);
    await settle(sandbox);
    const log = sandbox.exchanges().filter(({ from }) => from === "vonage");
    expect(log.map(({ status }) => status)).toEqual(statuses);
    expect(new Set(receiptsOf(sent).map(({ nonce }) => nonce)).size).toBe(statuses.length);
    expect(new Set(receiptsOf(sent).map(({ messageId }) => messageId)).size).toBe(1);
    expect(log.at(-1)?.note).toBe(`attempt ${statuses.length}`);
  });

  it("is not sent again after a reset", async () => {
    const { sandbox, sent } = create(WEBHOOKS, [500]);
    await send(sandbox);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toHaveLength(1);
    sandbox.reset();
    await sandbox.idle();
    await vi.runAllTimersAsync();
    expect(sent).toHaveLength(1);
  });
});

describe("a carrier", () => {
  const run = async (settings: CarrierSettings, fields = {}) => {
    const { sandbox, sent } = create();
    sandbox.carrier(settings);
    await send(sandbox, fields);
    await settle(sandbox);
    const receipts = receiptsOf(sent).map((one) => `${one.status} ${one["err-code"]}`);
    return { arrived: sandbox.handset(HANDSET).inbox().length === 1, receipts };
  };

  it.each<[string, CarrierSettings, { arrived: boolean; receipts: string[] }]>([
    ["delivers, and says so", {}, { arrived: true, receipts: ["delivered 0"] }],
    ["fails, and says so", { delivers: false }, { arrived: false, receipts: ["failed 1"] }],
    ["is barred", { delivers: false, errorCode: 4 }, { arrived: false, receipts: ["failed 4"] }],
    ["finds no phone", { delivers: false, errorCode: 2 }, { arrived: false, receipts: ["expired 2"] }],
    ["cannot reach", { delivers: false, errorCode: 12 }, { arrived: false, receipts: ["expired 12"] }],
    [
      "lies: nothing arrives",
      { delivers: false, errorCode: 4, receipts: "delivered" },
      { arrived: false, receipts: ["delivered 0"] },
    ],
    ["says nothing", { receipts: "missing" }, { arrived: true, receipts: [] }],
    ["says nothing of a failure", { delivers: false, receipts: "missing" }, { arrived: false, receipts: [] }],
    ["says more", { intermediate: true }, { arrived: true, receipts: ["buffered 0", "delivered 0"] }],
    ["says more, or nothing", { intermediate: true, receipts: "missing" }, { arrived: true, receipts: [] }],
  ])("a carrier %s", async (_, settings, expected) => {
    expect(await run(settings)).toEqual(expected);
  });

  it("gives up when the text's time runs out before", async () => {
    const [late, inTime] = [{ deliveryDelay: 20_001 }, { deliveryDelay: 20_000 }];
    expect(await run(late, { ttl: "20000" })).toEqual({ arrived: false, receipts: ["expired 2"] });
    expect(await run(inTime, { ttl: "20000" })).toEqual({ arrived: true, receipts: ["delivered 0"] });
  });

  it("delays the delivery, and then the receipt", async () => {
    const { sandbox, sent } = create();
    sandbox.carrier({ deliveryDelay: 1000, receiptDelay: 500, networkCode: "26201", price: "0.07000000" });
    await send(sandbox);
    // A message that is on its way keeps the carrier it began with.
    sandbox.carrier({});
    const state = async (milliseconds: number) => {
      await vi.advanceTimersByTimeAsync(milliseconds);
      return [sandbox.handset(HANDSET).inbox().length, sent.length];
    };
    expect(await state(999)).toEqual([0, 0]);
    expect(await state(1)).toEqual([1, 0]);
    expect(await state(499)).toEqual([1, 0]);
    expect(await state(1)).toEqual([1, 1]);
    expect(receiptsOf(sent)).toMatchObject([{ "network-code": "26201", price: "0.07000000" }]);
    expect(sandbox.handset(HANDSET).inbox()[0]?.arrivedAt).toBe(new Date(NOW + 1000).toISOString());
  });

  it("delivers nothing more after a reset, and is then as it was at first", async () => {
    const { sandbox, sent } = create();
    sandbox.carrier({ deliveryDelay: 1000 });
    await send(sandbox);
    sandbox.reset();
    await sandbox.idle();
    await vi.runAllTimersAsync();
    expect([sandbox.handset(HANDSET).inbox(), sent]).toEqual([[], []]);
    await send(sandbox);
    expect(sandbox.handset(HANDSET).inbox()).toHaveLength(1);
  });

  it.each<[string, object]>([
    ["delivers must be true or false", { delivers: "no" }],
    ["deliveryDelay must be a whole number from 0 to 600000", { deliveryDelay: 600_001 }],
    ["receipts must be one of honest, missing, delivered", { receipts: "false" }],
    ["errorCode must be a whole number from 1 to 99", { errorCode: 0 }],
    ["networkCode must be 5 or 6 digits", { networkCode: "1" }],
    ["price must be an amount", { price: "free" }],
    ["speed is not known here", { speed: 1 }],
  ])("the carrier refuses invalid settings and keeps the current ones: %s", async (message, settings) => {
    const { sandbox } = create();
    sandbox.carrier({ delivers: false });
    const error = await conversionErrorOf(() => sandbox.carrier(settings));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(message) });
    await send(sandbox);
    await settle(sandbox);
    expect(sandbox.handset(HANDSET).inbox()).toEqual([]);
  });
});

describe("a reply", () => {
  const reply = async (sandbox: Sandbox, text: string, to?: string) => {
    const replied = sandbox.handset(HANDSET).reply(text, to);
    await settle(sandbox);
    await replied;
  };

  it("goes to the sender of the last text, with Vonage's parameters", async () => {
    const { sandbox, sent } = create({ inboundSms: INBOUND });
    await send(sandbox, { from: "447700900888" });
    await send(sandbox);
    await reply(sandbox, " yes please");
    expect(sent.map(({ url, method }) => [method, url])).toEqual([["POST", INBOUND]]);
    expect(receiptsOf(sent)).toEqual([
      {
        msisdn: HANDSET,
        to: SENDER,
        messageId: expect.stringMatching(/^[0-9A-F]{16}$/),
        text: " yes please",
        type: "text",
        keyword: "YES",
        "api-key": apiKey,
        "message-timestamp": expect.stringMatching(/^2026-06-01 12:34:\d\d$/),
      },
    ]);
  });

  it("goes where it is sent, for the account that sent from there, also without a text before", async () => {
    const { sandbox, sent } = create({ inboundSms: INBOUND });
    await reply(sandbox, "4711", SENDER);
    const { apiKey: api_key, apiSecret: api_secret } = SANDBOX_CREDENTIALS.other;
    await send(sandbox, { from: "447700900888", api_key, api_secret });
    await send(sandbox);
    await reply(sandbox, "STOP", "447700900888");
    expect(receiptsOf(sent)).toMatchObject([
      { to: SENDER, text: "4711", "api-key": apiKey },
      { to: "447700900888", text: "STOP", "api-key": api_key },
    ]);
  });

  it("that is long comes in parts, in order, which say so", async () => {
    const { sandbox, sent } = create({ inboundSms: INBOUND, sign: "sha256" });
    await reply(sandbox, "Ä ключ ".repeat(20), SENDER);
    const parts = receiptsOf(sent);
    expect(parts.map((one) => one.text).join("")).toBe("Ä ключ ".repeat(20));
    expect(parts.map((one) => [one.type, one.concat, one["concat-total"], one["concat-part"]])).toEqual([
      ["unicode", "true", "3", "1"],
      ["unicode", "true", "3", "2"],
      ["unicode", "true", "3", "3"],
    ]);
    expect(new Set(parts.map((one) => one["concat-ref"])).size).toBe(1);
    expect(new Set(parts.map((one) => one.messageId)).size).toBe(3);
    for (const one of sent) expect(await verifySignature(parametersOf(one), signatureSecret)).toBe(true);
  });

  it("is sent again until it is acknowledged, and never rejects", async () => {
    const { sandbox, sent } = create({ inboundSms: INBOUND }, [500]);
    await reply(sandbox, "4711", SENDER);
    expect(sent).toHaveLength(4);
  });

  it.each<[string, string, string | undefined]>([
    ["to is required: no text has arrived here", "4711", undefined],
    ["to must be 3 to 15 digits", "4711", "Acme"],
    ["text must be 1 to 1600 characters", "", SENDER],
  ])("is refused: %s", async (message, text, to) => {
    const error = await conversionErrorOf(() => create().sandbox.handset(HANDSET).reply(text, to));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(message) });
  });

  it("cannot go to a name", async () => {
    const { sandbox } = create();
    await send(sandbox, { from: "Acme Bank" });
    const error = await conversionErrorOf(() => sandbox.handset(HANDSET).reply("4711"));
    expect(error.message).toContain("came from a name, which cannot receive replies");
  });
});

it("a handset has a number of digits, which no error repeats", async () => {
  for (const number of ["00447700900001", "447700", "+4477009000011111", "++447700900001", ""]) {
    const error = await conversionErrorOf(() => create().sandbox.handset(number));
    expect(error.message).toContain("number must be 7 to 15 digits, with or without +");
    if (number !== "") expect(error.message).not.toContain(number);
  }
});

it("a handset has the same texts with + and without", async () => {
  const { sandbox } = create();
  await send(sandbox, { text: "hello" });
  expect(sandbox.handset(`+${HANDSET}`).inbox()).toEqual(sandbox.handset(HANDSET).inbox());
  expect(sandbox.handset(`+${HANDSET}`).inbox()).toHaveLength(1);
});

describe("the code on a handset", () => {
  it.each([
    ["123456 is your Acme code.", "123456"],
    ["Acme: dein Code ist 0042, gültig für 5 Minuten.", "0042"],
    ["123456 is your code.\n\n@shop.example #123456", "123456"],
    ["Your 2 codes in 10 minutes: 9876543210", "9876543210"],
  ])("is the first 4 to 10 digits in a row: %s", async (text, code) => {
    const { sandbox } = create();
    await send(sandbox, { text });
    expect(sandbox.handset(HANDSET).code()).toBe(code);
  });

  it("is that of the newest text that has one", async () => {
    const { sandbox } = create();
    for (const text of ["Code 1111", "Code 2222", "No code, 24 h"]) await send(sandbox, { text });
    expect(sandbox.handset(HANDSET).code()).toBe("2222");
  });

  it("is missing before one has arrived, on another handset, and after a reset", async () => {
    const { sandbox } = create();
    const missing = async (number: string) =>
      (await conversionErrorOf(() => sandbox.handset(number).code())).message;
    await send(sandbox, { text: "call 12345678901 or 123" });
    expect(await missing(HANDSET)).toContain("no text or call with a code has arrived here");
    await send(sandbox, { text: "Code 1111" });
    expect(await missing("447700900002")).toContain("no text or call with a code");
    sandbox.reset();
    expect(await missing(HANDSET)).toContain("no text or call with a code");
  });
});

it("handsets keep the last 1000 texts in all, and give lists of their own", async () => {
  const { sandbox } = create({});
  for (let i = 0; i <= 1000; i++)
    await send(sandbox, { text: String(i), to: i % 2 ? HANDSET : "447700900002" });
  const [odd, even] = [sandbox.handset(HANDSET).inbox(), sandbox.handset("447700900002").inbox()];
  expect([odd.length, even.length, even[0]?.text]).toEqual([500, 500, "2"]);
  await settle(sandbox);
  await send(sandbox);
  expect(odd).toHaveLength(500);
});

it("webhooks may be turned elsewhere, and come back by a reset", async () => {
  const { sandbox, sent } = create({ deliveryReceipt: DLR });
  sandbox.webhooks({ deliveryReceipt: "http://localhost:9/dlr", transport: "json" });
  await send(sandbox);
  await settle(sandbox);
  sandbox.reset();
  await send(sandbox);
  await settle(sandbox);
  expect(sent.map(({ url, headers }) => [url, headers["content-type"]])).toEqual([
    ["http://localhost:9/dlr", "application/json"],
    [DLR, "application/x-www-form-urlencoded"],
  ]);
  for (const settings of [
    { deliveryReceipt: "localhost" },
    { transport: "soap" },
    { sign: "md4" },
    { url: DLR },
  ]) {
    expect(() => sandbox.webhooks(settings as never)).toThrow("invalid_options");
    expect(() => createSandbox({ webhooks: settings as never })).toThrow("invalid_options");
  }
});

it("waitUntil receives all work that outlives a request", async () => {
  const told: Promise<unknown>[] = [];
  const { sandbox, sent } = create(WEBHOOKS, [], { waitUntil: (work) => told.push(work) });
  sandbox.carrier({ deliveryDelay: 1000, receiptDelay: 1000, intermediate: true });
  await send(sandbox);
  expect(told).toHaveLength(1);
  let ended = false;
  Promise.all(told).then(() => {
    ended = true;
  });
  await vi.advanceTimersByTimeAsync(1999);
  expect([ended, sent.length]).toEqual([false, 1]);
  await vi.advanceTimersByTimeAsync(1);
  expect([ended, sent.length]).toEqual([true, 2]);
});

describe("webhookOrigins", () => {
  const ORIGIN = "https://worker.example";

  it.each([
    ["another host", "https://other.example/dlr"],
    ["another port", "https://worker.example:8443/dlr"],
    ["another scheme", "http://worker.example/dlr"],
    ["an address of the machine's own network", "http://169.254.169.254/latest/meta-data/"],
    ["a host that begins alike", "https://worker.example.evil.example/dlr"],
    ["a user that looks like the host", "https://worker.example@evil.example/dlr"],
  ])("a message's own callback goes nowhere else: %s", async (_, callback) => {
    const { sandbox, sent } = create(WEBHOOKS, [], { webhookOrigins: [ORIGIN] });
    await send(sandbox, { callback });
    await settle(sandbox);
    expect(sent).toEqual([]);
    expect(sandbox.exchanges(0).filter(({ from }) => from === "vonage")).toMatchObject([
      { status: 0, note: "not sent: its origin is not among webhookOrigins" },
    ]);
    expect(() => sandbox.webhooks({ deliveryReceipt: callback })).toThrow(
      `must be one of webhookOrigins: ${ORIGIN}`,
    );
    expect(() => sandbox.webhooks({ inboundSms: callback })).toThrow("inboundSms");
  });

  it("webhooks to an allowed origin are sent, including a callback", async () => {
    const { sandbox, sent } = create(WEBHOOKS, [], { webhookOrigins: [ORIGIN] });
    await send(sandbox);
    await send(sandbox, { callback: `${ORIGIN}/mine` });
    await settle(sandbox);
    expect(sent.map(({ url }) => url)).toEqual([DLR, `${ORIGIN}/mine`]);
  });

  it("no redirect leads elsewhere", async () => {
    const redirect = () =>
      new Response(null, { status: 302, headers: { location: "https://other.example/" } });
    const { sandbox, sent } = create(WEBHOOKS, [redirect], { webhookOrigins: [ORIGIN] });
    await send(sandbox);
    await settle(sandbox);
    expect(new Set(sent.map(({ url }) => url))).toEqual(new Set([DLR]));
  });

  it("an empty list lets nothing out, and without one everything goes where it is sent", async () => {
    const closed = create({}, [], { webhookOrigins: [] });
    await send(closed.sandbox, { callback: DLR });
    await settle(closed.sandbox);
    expect(closed.sent).toEqual([]);
    expect(() => closed.sandbox.webhooks({ deliveryReceipt: DLR })).toThrow("none is allowed");
    const open = create({});
    await send(open.sandbox, { callback: "https://other.example/dlr" });
    await settle(open.sandbox);
    expect(open.sent).toHaveLength(1);
  });

  it("is a list of origins", () => {
    for (const origin of ["worker.example", `${ORIGIN}/`, "*", "ftp://worker.example", 5]) {
      expect(() => createSandbox({ webhookOrigins: [origin as string] })).toThrow("invalid_options");
    }
    expect(() => create(WEBHOOKS, [], { webhookOrigins: ["https://other.example"] })).toThrow(
      "invalid_options",
    );
  });
});
