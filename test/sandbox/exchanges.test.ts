import { beforeEach, describe, expect, it } from "vitest";
import {
  createSandbox,
  SANDBOX_ACCOUNTS,
  SANDBOX_CREDENTIALS,
  type Sandbox,
} from "../../src/sandbox/index.ts";
import { signParameters } from "../../src/wire/signature.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";
import { createRecordingFetch } from "../support/recording-fetch.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const AT = "2026-06-01T12:00:00.000Z";
const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.twoFactor;
const signatureSecret = SANDBOX_ACCOUNTS.find((one) => one.apiKey === apiKey)?.signatureSecret ?? "";
const HANDSET = "447700900001";
const TEXT = { from: "447700900999", to: HANDSET, text: "4711" };
const WEBHOOKS = {
  deliveryReceipt: "https://worker.example/webhooks/delivery-receipt?key=1",
  inboundSms: "https://worker.example/webhooks/inbound-sms",
};

let sandbox: Sandbox;
let answers: number[];
beforeEach(() => {
  answers = [204];
  const { fetch } = createRecordingFetch(() => new Response(null, { status: answers.shift() ?? 204 }));
  sandbox = createSandbox({ now: () => NOW, webhooks: { ...WEBHOOKS, sign: "sha256" }, fetch });
});

type Fields = Readonly<Record<string, string>>;
const post = (path: string, fields: Fields, headers: Fields = {}) =>
  sandbox.fetch(`https://api.nexmo.com${path}`, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers,
  });
const signed = async (fields: Fields) => ({
  ...fields,
  sig: await signParameters(Object.entries(fields), signatureSecret, "sha256"),
});
const keys = { api_key: apiKey, api_secret: apiSecret };

describe("the log of exchanges", () => {
  it("has the messages that a request sent and their carrier, but not where a fault prevented them", async () => {
    sandbox.carriers([{ name: "Direct", network: "23410" }]);
    const text = { ...keys, ...TEXT, to: "447400123456" };
    await post("/sms/json", text);
    await sandbox.idle();
    const [first] = sandbox.exchanges();
    expect(first).toMatchObject({ carrier: "Direct" });
    expect(first?.messageIds).toEqual(sandbox.handset(text.to).inbox()[0]?.messageIds);
    sandbox.fail({ path: "sms", smsStatus: "5" });
    await post("/sms/json", text);
    const struck = sandbox.exchanges().at(-1);
    expect([struck?.carrier, struck?.messageIds]).toEqual([undefined, undefined]);
  });

  it("shows a text, its receipt and the reply to it, with all that was said but secrets", async () => {
    await post("/sms/json", { ...keys, ...TEXT });
    await sandbox.idle();
    await sandbox.handset(HANDSET).reply("4711");
    const [text, receipt, reply, ...more] = sandbox.exchanges();
    expect(more).toEqual([]);
    expect(text).toEqual({
      seq: 1,
      at: AT,
      from: "client",
      method: "POST",
      path: "/sms/json",
      status: 200,
      parameters: { api_key: apiKey, ...TEXT },
      note: "status 0: one message",
      messageIds: [receipt?.parameters.messageId],
    });
    expect(receipt).toMatchObject({
      seq: 2,
      at: AT,
      from: "vonage",
      method: "POST",
      path: "/webhooks/delivery-receipt",
      status: 204,
      parameters: { msisdn: HANDSET, status: "delivered", timestamp: String(NOW / 1000) },
    });
    expect(reply).toMatchObject({ seq: 3, path: "/webhooks/inbound-sms", parameters: { text: "4711" } });
  });

  it("names the ids of messages that were sent, and of no others", async () => {
    const idsAfter = async (text: string) => {
      await post("/sms/json", { ...keys, ...TEXT, text }).catch(() => {});
      return sandbox.exchanges().findLast(({ path }) => path === "/sms/json")?.messageIds?.length;
    };
    expect(await idsAfter("x".repeat(400))).toBe(3);
    sandbox.fail({ path: "sms", drop: true });
    expect(await idsAfter("lost")).toBeUndefined();
    sandbox.fail({ path: "sms", drop: true, recorded: true });
    expect(await idsAfter("sent, unanswered")).toBe(1);
    expect(await idsAfter("")).toBeUndefined();
  });

  it("logs reports and calls, successful or not", async () => {
    const report = { "message-id": "A", delivered: "true" };
    const authorization = `Basic ${btoa(`${apiKey}:${apiSecret}`)}`;
    await post("/conversions/sms", report, { authorization });
    await post("/conversions/voice", report);
    await sandbox.fetch("https://api.nexmo.com/v1/calls", { method: "POST", body: '{"to":[],"x":"y"}' });
    await post("/sms/json", { ...keys, to: HANDSET });
    sandbox.fail({ status: 503, recorded: true });
    await post("/conversions/sms", report, { authorization });
    sandbox.fail({ drop: true });
    await post("/conversions/sms", report, { authorization }).catch(() => {});
    const shown = sandbox.exchanges().map(({ path, status, note }) => [path, status, note]);
    expect(shown).toEqual([
      ["/conversions/sms", 200, undefined],
      ["/conversions/voice", 401, "Unauthorized"],
      ["/v1/calls", 401, "The Authorization header must be Bearer, followed by a JWT."],
      ["/sms/json", 200, "status 2: Missing parameters: from, text"],
      ["/conversions/sms", 503, "a fault; the request took effect"],
      ["/conversions/sms", 0, "a fault"],
    ]);
    expect(sandbox.exchanges()[2]?.parameters).toEqual({ to: "[]", x: "y" });
  });

  it("tells one attempt of a webhook from another", async () => {
    answers = [500, 204];
    await post("/sms/json", { ...keys, ...TEXT });
    await sandbox.idle();
    expect(sandbox.exchanges(1).map(({ status, note }) => [status, note])).toEqual([
      [500, undefined],
      [204, "attempt 2"],
    ]);
  });

  it("holds no secret, no signature and no token, wherever they travelled", async () => {
    const fields = { api_key: apiKey, timestamp: String(NOW / 1000), ...TEXT };
    const { sig } = await signed(fields);
    await post("/sms/json", { ...fields, sig });
    await post("/sms/json", { ...keys, ...TEXT });
    await post("/conversions/sms", {
      ...keys,
      token: "a.report.token",
      SIG: "c0ffee",
      Authorization: "c0ffee",
    });
    await post(`/sc/us/2fa/json?api_secret=${apiSecret}`, {}, { authorization: "Bearer c0ffee" });
    await sandbox.idle();
    const log = JSON.stringify(sandbox.exchanges());
    for (const secret of [apiSecret, signatureSecret, sig, "a.report.token", "c0ffee", '"sig"']) {
      expect(log).not.toContain(secret);
    }
    expect(log).toContain(apiKey);
  });

  it("goes on from where one left off, keeps the last 1000, and numbers on after a reset", async () => {
    for (let i = 1; i <= 1005; i++) await post("/conversions/sms", {});
    expect(sandbox.exchanges()).toHaveLength(1000);
    expect(sandbox.exchanges().at(0)?.seq).toBe(6);
    expect(sandbox.exchanges(1003).map(({ seq }) => seq)).toEqual([1004, 1005]);
    expect(sandbox.exchanges(1005)).toEqual([]);
    sandbox.reset();
    expect(sandbox.exchanges()).toEqual([]);
    await post("/conversions/sms", {});
    expect(sandbox.exchanges(1005).map(({ seq }) => seq)).toEqual([1006]);
  });

  it.each([-1, 1.5, Number.NaN, "1"])("does not go on from %j", async (after) => {
    const error = await conversionErrorOf(() => sandbox.exchanges(after as number));
    expect(error.message).toContain("after must be a whole number");
  });
});

describe("the control panel", () => {
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await sandbox.fetch(`http://localhost:8788/sandbox/${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
    return { status: response.status, body: await response.json() };
  };

  it("shows a handset, and replies from it", async () => {
    await post("/sms/json", { ...keys, ...TEXT });
    await sandbox.idle();
    expect(await call("GET", `handset?number=${HANDSET}`)).toMatchObject({
      status: 200,
      body: { messages: [{ text: "4711", from: TEXT.from }], calls: [] },
    });
    const reply = { number: HANDSET, text: "yes" };
    expect(await call("POST", "handset/reply", reply)).toEqual({ status: 200, body: { ok: true } });
    await call("POST", "handset/reply", { ...reply, to: "447700900888" });
    expect(sandbox.exchanges(2).map(({ parameters }) => parameters.to)).toEqual([TEXT.from, "447700900888"]);
  });

  it("sets the carrier and the webhooks, and shows the exchanges", async () => {
    await call("POST", "carrier", { delivers: false, errorCode: 7 });
    await call("POST", "webhooks", { deliveryReceipt: "https://elsewhere.example/dlr", transport: "query" });
    await post("/sms/json", { ...keys, ...TEXT });
    await sandbox.idle();
    expect(await call("GET", "exchanges?after=1")).toMatchObject({
      status: 200,
      body: { exchanges: [{ seq: 2, method: "GET", path: "/dlr", parameters: { "err-code": "7" } }] },
    });
    expect((await call("GET", "exchanges")).body).toMatchObject({ exchanges: [{ seq: 1 }, { seq: 2 }] });
  });

  it("adds faults of texts and calls", async () => {
    await call("POST", "faults", { path: "sms", smsStatus: "5" });
    expect(await (await post("/sms/json", { ...keys, ...TEXT })).json()).toMatchObject({
      messages: [{ status: "5" }],
    });
  });

  it.each<[string, string, unknown, string]>([
    ["GET", "handset", undefined, "number must be 7 to 15 digits, with or without +"],
    ["GET", "handset?number=%2B447700", undefined, "number must be 7 to 15 digits, with or without +"],
    ["GET", "exchanges?after=x", undefined, "after must be a whole number"],
    ["POST", "handset/reply", { number: HANDSET, text: "x" }, "to is required"],
    ["POST", "handset/reply", { text: "x" }, "number must be 7 to 15 digits, with or without +"],
    ["POST", "handset/answer", { number: HANDSET, uuid: "x" }, "no call with this uuid rang here"],
    ["POST", "handset/answer", null, "the body must be one JSON object"],
    ["POST", "carrier", { speed: 1 }, "speed is not known here"],
    ["POST", "carrier", null, "must be an object of delivers"],
    ["POST", "webhooks", { inboundSms: "here" }, "inboundSms must be an http or https URL"],
  ])("the control panel names the fault of a call: %s %s %j", async (method, path, body, message) => {
    expect(await call(method, path, body)).toEqual({
      status: 400,
      body: { error: expect.stringContaining(message) },
    });
  });
});
