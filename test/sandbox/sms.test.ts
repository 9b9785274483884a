import { beforeEach, describe, expect, it } from "vitest";
import {
  createSandbox,
  SANDBOX_ACCOUNTS,
  SANDBOX_CREDENTIALS,
  type Sandbox,
} from "../../src/sandbox/index.ts";
import { signParameters } from "../../src/wire/signature.ts";
import type { SignatureMethod } from "../../src/wire/signature-method.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.twoFactor;
const signatureSecret = SANDBOX_ACCOUNTS.find((one) => one.apiKey === apiKey)?.signatureSecret ?? "";
const BASIC = { authorization: `Basic ${btoa(`${apiKey}:${apiSecret}`)}` };
const HANDSET = "447700900001";
const KEYS = { api_key: apiKey, api_secret: apiSecret };
const TEXT = { from: "447700900999", to: HANDSET, text: "4711 is your code." };
const SMS = "https://rest.nexmo.com/sms/json";
const SHORT_CODE = "https://rest.nexmo.com/sc/us/2fa/json";

type Fields = Readonly<Record<string, string>>;
interface Reply {
  readonly "message-count": string;
  readonly messages: readonly Fields[];
}

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox({ now: () => NOW });
});

const post = async (fields: Fields, url = SMS, headers: Fields = {}) => {
  const response = await sandbox.fetch(url, { method: "POST", body: new URLSearchParams(fields), headers });
  return { status: response.status, reply: (await response.json()) as Reply };
};
const send = (fields: Fields = {}) => post({ ...KEYS, ...TEXT, ...fields });
const without = (fields: Fields, name: string) =>
  Object.fromEntries(Object.entries(fields).filter(([one]) => one !== name));
const refusalOf = async (fields: Fields, url = SMS, headers: Fields = {}) => {
  const { status, reply } = await post(fields, url, headers);
  expect(status).toBe(200);
  expect(reply["message-count"]).toBe("1");
  expect(Object.keys(reply.messages[0] ?? {})).toEqual(["status", "error-text"]);
  return `${reply.messages[0]?.status} ${reply.messages[0]?.["error-text"]}`;
};
const signed = async (fields: Fields, secret = signatureSecret, method: SignatureMethod = "sha256") => ({
  ...fields,
  sig: await signParameters(Object.entries(fields), secret, method),
});

describe("a good text", () => {
  it("is confirmed as Vonage does it, and arrives", async () => {
    const { status, reply } = await send({ "client-ref": "login-1" });
    expect(status).toBe(200);
    expect(reply).toEqual({
      "message-count": "1",
      messages: [
        {
          to: HANDSET,
          "message-id": expect.stringMatching(/^[0-9A-F]{16}$/),
          status: "0",
          "remaining-balance": expect.stringMatching(/^\d+\.\d{8}$/),
          "message-price": "0.03330000",
          network: "23410",
          "client-ref": "login-1",
        },
      ],
    });
    expect(sandbox.handset(HANDSET).inbox()).toEqual([
      {
        number: HANDSET,
        from: TEXT.from,
        text: TEXT.text,
        messageIds: [reply.messages[0]?.["message-id"]],
        arrivedAt: "2026-06-01T12:00:00.000Z",
        apiKey,
      },
    ]);
    expect(sandbox.handset("447700900002").inbox()).toEqual([]);
  });

  it("answers with the carrier's network and price, and gives each message its own id", async () => {
    sandbox.carrier({ networkCode: "26201", price: "0.07000000" });
    const ids = new Set<string | undefined>();
    for (let i = 0; i < 20; i++) {
      const [message] = (await send()).reply.messages;
      expect(message).toMatchObject({ network: "26201", "message-price": "0.07000000" });
      ids.add(message?.["message-id"]);
    }
    expect(ids.size).toBe(20);
  });

  it.each<[string, Fields]>([
    ["a name as its sender", { from: "Acme Bank" }],
    ["type text", { type: "text" }],
    ["a ttl at its least", { ttl: "20000" }],
    ["a ttl at its most", { ttl: "604800000" }],
    ["a report asked for", { "status-report-req": "1" }],
    ["no report asked for", { "status-report-req": "false" }],
    ["a callback", { callback: "https://example.com/dlr" }],
    ["a reference of 100 characters", { "client-ref": "r".repeat(100) }],
  ])("may have %s", async (_, fields) => {
    expect((await send(fields)).reply.messages[0]?.status).toBe("0");
  });

  it.each<[string, Fields]>([
    ["registered ids", { "entity-id": "1101456324675322134", "content-id": "1107457532145798767" }],
    ["a class, as a flash message", { "message-class": "0" }],
    ["an account of a reseller's", { "account-ref": "customer 1234" }],
    ["a protocol", { "protocol-id": "255" }],
    ["a number that Fraud Defender lets pass", { "trusted-number": "true" }],
    ["the same as Python's SDK has it", { trusted_sender: "True" }],
    ["everything at once", { "entity-id": "1", "content-id": "2", "message-class": "3", ttl: "20000" }],
  ])("may have %s, as official SDKs send it", async (_, fields) => {
    expect((await send(fields)).reply.messages[0]?.status).toBe("0");
    expect(sandbox.handset(HANDSET).inbox()).toMatchObject([{ text: TEXT.text }]);
  });

  it.each<[string, Fields, string]>([
    ["binary", { type: "binary", body: "00aaFF", udh: "06050415811581", "protocol-id": "127" }, "00AAFF"],
    ["binary beside a text, which is not sent", { type: "binary", body: "0a", text: "x" }, "0A"],
    ["binary of 140 bytes", { type: "binary", body: "00".repeat(136), udh: "03000000" }, "00".repeat(136)],
    [
      "a WAP push",
      { type: "wappush", title: "Shop", url: "https://x.example/", validity: "60000" },
      "Shop https://x.example/",
    ],
    ["a vCard", { type: "vcard", vcard: "BEGIN:VCARD" }, "BEGIN:VCARD"],
    ["an appointment", { type: "vcal", vcal: "BEGIN:VCALENDAR" }, "BEGIN:VCALENDAR"],
  ])("may be %s", async (_, fields, text) => {
    const { reply } = await post({ ...KEYS, from: TEXT.from, to: HANDSET, ...fields });
    expect(reply.messages).toMatchObject([{ status: "0" }]);
    expect(sandbox.handset(HANDSET).inbox()).toMatchObject([{ text }]);
  });

  it.each<[string, () => Promise<Fields> | Fields, Fields?]>([
    ["a Basic header", () => TEXT, BASIC],
    ["a signature", () => signed({ api_key: apiKey, timestamp: String(NOW / 1000), ...TEXT })],
    ["an account without the Conversion API", () => ({ ...toKeys(SANDBOX_CREDENTIALS.notEnabled), ...TEXT })],
  ])("may be sent with %s", async (_, toFields, headers = {}) => {
    expect((await post(await toFields(), SMS, headers)).reply.messages[0]?.status).toBe("0");
  });

  it.each(["md5hash", "md5", "sha1", "sha256", "sha512"] as const)("may be signed by %s", async (method) => {
    const fields = { api_key: apiKey, timestamp: String(NOW / 1000), ...TEXT };
    const { reply } = await post(await signed(fields, signatureSecret, method));
    expect(reply.messages[0]?.status).toBe("0");
  });

  it("may come as JSON", async () => {
    const response = await sandbox.fetch(SMS, {
      method: "POST",
      body: JSON.stringify({ ...KEYS, ...TEXT }),
      headers: { "content-type": "application/json" },
    });
    expect(await response.json()).toMatchObject({ messages: [{ status: "0" }] });
  });
});

const toKeys = ({ apiKey, apiSecret }: { apiKey: string; apiSecret: string }) => ({
  api_key: apiKey,
  api_secret: apiSecret,
});

describe("a long text", () => {
  it.each<[string, Fields, number]>([
    ["160 letters", { text: "a".repeat(160) }, 1],
    ["161 letters", { text: "a".repeat(161) }, 2],
    ["306 letters", { text: "a".repeat(306) }, 2],
    ["307 letters", { text: "a".repeat(307) }, 3],
    ["80 euro signs, two septets each", { text: "€".repeat(80) }, 1],
    ["81 euro signs, 76 in a part of 153", { text: "€".repeat(81) }, 2],
    ["153 euro signs, none of them cut in half", { text: "€".repeat(153) }, 3],
    ["70 letters in unicode", { text: "é".repeat(70), type: "unicode" }, 1],
    ["71 letters in unicode", { text: "é".repeat(71), type: "unicode" }, 2],
    ["134 letters in unicode", { text: "é".repeat(134), type: "unicode" }, 2],
    ["135 letters in unicode", { text: "é".repeat(135), type: "unicode" }, 3],
    ["35 emoji, two units each", { text: "🔑".repeat(35), type: "unicode" }, 1],
    ["67 emoji, none of them cut in half", { text: "🔑".repeat(67), type: "unicode" }, 3],
  ])("of %s: %j is %d messages, each with its own id, and arrives as one", async (_, fields, parts) => {
    const { reply } = await send(fields);
    expect(reply["message-count"]).toBe(String(parts));
    const ids = reply.messages.map((one) => one["message-id"]);
    expect([ids.length, new Set(ids).size]).toEqual([parts, parts]);
    expect(sandbox.handset(HANDSET).inbox()).toMatchObject([{ text: fields.text, messageIds: ids }]);
  });

  it("replaces characters outside the GSM alphabet in type text, as a real handset shows them", async () => {
    await send({ text: "Ваш код 4711 {ü}🔑" });
    expect(sandbox.handset(HANDSET).inbox()).toMatchObject([{ text: "??? ??? 4711 {ü}?" }]);
    await send({ text: "Ваш код 4711 🔑", type: "unicode" });
    expect(sandbox.handset(HANDSET).inbox()[1]).toMatchObject({ text: "Ваш код 4711 🔑" });
  });
});

describe("a text that is not exactly right", () => {
  it.each<[string, Fields, string]>([
    ["no recipient", without({ ...KEYS, ...TEXT }, "to"), "2 Missing parameters: to"],
    ["neither sender nor text", { ...KEYS, to: HANDSET, text: "" }, "2 Missing parameters: from, text"],
    ["a recipient with +", { ...KEYS, ...TEXT, to: `+${HANDSET}` }, "3 Invalid parameters: to must"],
    ["a recipient of 6 digits", { ...KEYS, ...TEXT, to: "447700" }, "3 Invalid parameters: to must"],
    ["two recipients", { ...KEYS, ...TEXT, to: `${HANDSET},${HANDSET}` }, "3 Invalid parameters: to must"],
    ["a sender with +", { ...KEYS, ...TEXT, from: "+447700900999" }, "15 Invalid sender address"],
    ["a name of 12 letters", { ...KEYS, ...TEXT, from: "AcmeInternat" }, "15 Invalid sender address"],
    ["a type that is not for text", { ...KEYS, ...TEXT, type: "binary" }, "3 Invalid parameters: type"],
    [
      "a type of no kind",
      { ...KEYS, ...TEXT, type: "constructor" },
      "3 Invalid parameters: type must be one",
    ],
    ["a type in capitals", { ...KEYS, ...TEXT, type: "TEXT" }, "3 Invalid parameters: type must be one"],
    ["binary without body", { ...KEYS, ...TEXT, type: "binary", udh: "00" }, "type binary needs body"],
    ["a body that is no hex", { ...KEYS, ...TEXT, type: "binary", body: "0g" }, "3 Invalid parameters: body"],
    ["half a byte", { ...KEYS, ...TEXT, type: "binary", body: "0a0" }, "3 Invalid parameters: body"],
    [
      "a header that is no hex",
      { ...KEYS, ...TEXT, type: "binary", body: "0a", udh: "x" },
      "parameters: udh",
    ],
    ["141 bytes", { ...KEYS, ...TEXT, type: "binary", body: "0a".repeat(141) }, "12 Message too long"],
    [
      "a body beside a text",
      { ...KEYS, ...TEXT, body: "0a" },
      "3 Invalid parameters: body needs type binary",
    ],
    ["a class of 4", { ...KEYS, ...TEXT, "message-class": "4" }, "3 Invalid parameters: message-class"],
    ["a protocol of 256", { ...KEYS, ...TEXT, "protocol-id": "256" }, "3 Invalid parameters: protocol-id"],
    ["an entity with blanks", { ...KEYS, ...TEXT, "entity-id": "1 2" }, "3 Invalid parameters: entity-id"],
    ["an empty content", { ...KEYS, ...TEXT, "content-id": "" }, "3 Invalid parameters: content-id"],
    ["odd trust", { ...KEYS, ...TEXT, "trusted-number": "yes" }, "3 Invalid parameters: trusted-number"],
    ["a WAP push without URL", { ...KEYS, ...TEXT, type: "wappush", title: "x" }, "type wappush needs url"],
    ["a WAP push to nowhere", { ...KEYS, ...TEXT, type: "wappush", title: "x", url: "x" }, "parameters: url"],
    [
      "a WAP push for some time",
      { ...KEYS, ...TEXT, type: "wappush", title: "x", url: "https://x.example", validity: "soon" },
      "3 Invalid parameters: validity",
    ],
    ["a vCard too long", { ...KEYS, ...TEXT, type: "vcard", vcard: "x".repeat(3201) }, "12 Message too long"],
    ["a unicode text too long", { ...KEYS, ...TEXT, type: "unicode", text: "x".repeat(3201) }, "12 Message"],
    ["a type, and no text", { ...KEYS, ...TEXT, type: "unicode", text: "" }, "2 Missing parameters: text"],
    ["a ttl in seconds", { ...KEYS, ...TEXT, ttl: "300" }, "3 Invalid parameters: ttl"],
    ["a ttl below 20 s", { ...KEYS, ...TEXT, ttl: "19999" }, "3 Invalid parameters: ttl"],
    ["a ttl above a week", { ...KEYS, ...TEXT, ttl: "604800001" }, "3 Invalid parameters: ttl"],
    ["an odd report request", { ...KEYS, ...TEXT, "status-report-req": "yes" }, "3 Invalid parameters"],
    ["a callback that is no URL", { ...KEYS, ...TEXT, callback: "here" }, "23 Invalid callback URL"],
    ["a callback by another scheme", { ...KEYS, ...TEXT, callback: "ftp://h/x" }, "23 Invalid callback URL"],
    [
      "a callback of 101 characters",
      { ...KEYS, ...TEXT, callback: `https://example.com/${"x".repeat(81)}` },
      "23 Invalid callback URL",
    ],
    ["a reference too long", { ...KEYS, ...TEXT, "client-ref": "r".repeat(101) }, "3 Invalid parameters"],
    ["a text too long", { ...KEYS, ...TEXT, text: "x".repeat(3201) }, "12 Message too long"],
    [
      "an unknown name",
      { ...KEYS, ...TEXT, client_ref: "1" },
      "3 Invalid parameters: client_ref is not known",
    ],
  ])("with %s is refused, in HTTP 200, and does not go out", async (_, fields, expected) => {
    expect(await refusalOf(fields)).toContain(expected);
    expect(sandbox.handset(HANDSET).inbox()).toEqual([]);
  });

  it.each<[string, () => Promise<Fields> | Fields, string, Fields?]>([
    ["no key", () => TEXT, "2 Missing parameters: api_key"],
    ["a key alone", () => ({ api_key: apiKey, ...TEXT }), "2 Missing parameters: api_secret or sig"],
    ["a wrong secret", () => ({ ...KEYS, ...TEXT, api_secret: "wrong" }), "4 Invalid credentials"],
    ["an unknown key", () => ({ ...KEYS, ...TEXT, api_key: "nobody" }), "4 Invalid credentials"],
    ["a wrong header", () => TEXT, "4 Invalid credentials", { authorization: `Basic ${btoa("a:b")}` }],
    ["secret and signature", () => signed({ ...KEYS, ...TEXT, timestamp: String(NOW / 1000) }), "32 "],
    [
      "a signature by the API secret",
      () => signed({ api_key: apiKey, ...TEXT, timestamp: String(NOW / 1000) }, apiSecret),
      "14 Invalid signature",
    ],
    ["a signature without time", () => signed({ api_key: apiKey, ...TEXT }), "14 Invalid signature"],
    [
      "a signature at a report's kind of time",
      () => signed({ api_key: apiKey, ...TEXT, timestamp: "2026-06-01 12:00:00" }),
      "14 Invalid signature",
    ],
    [
      "a signature of five minutes ago",
      () => signed({ api_key: apiKey, ...TEXT, timestamp: String(NOW / 1000 - 301) }),
      "14 Invalid signature",
    ],
  ])("refuses to authenticate a text with %s", async (_, toFields, expected, headers = {}) => {
    expect(await refusalOf(await toFields(), SMS, headers)).toContain(expected);
    expect(sandbox.handset(HANDSET).inbox()).toEqual([]);
  });

  it("with a body of another type is refused in HTTP 200 too", async () => {
    const response = await sandbox.fetch(SMS, { method: "POST", body: "x" });
    expect([response.status, await response.json()]).toMatchObject([200, { messages: [{ status: "3" }] }]);
  });

  it.each(["GET", "PUT", "DELETE"])("refuses a text sent by %s", async (method) => {
    for (const url of [SMS, SHORT_CODE]) {
      const response = await sandbox.fetch(url, { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    }
  });
});

describe("a code by the US short code", () => {
  const CODE = { ...KEYS, to: "12025550123", pin: "471100", "client-ref": "login-2" };

  it("arrives in Vonage's words, from the short code", async () => {
    const { reply } = await post(CODE, SHORT_CODE);
    expect(reply.messages).toMatchObject([{ to: "12025550123", status: "0", "client-ref": "login-2" }]);
    expect(sandbox.handset("12025550123").inbox()).toMatchObject([
      { from: expect.stringMatching(/^\d{5}$/), text: expect.stringMatching(/^471100 /) },
    ]);
  });

  it.each<[string, Fields, string]>([
    ["a British number", { ...CODE, to: HANDSET }, "3 Invalid parameters: to must"],
    ["a number with +", { ...CODE, to: "+12025550123" }, "3 Invalid parameters: to must"],
    ["a US number too short", { ...CODE, to: "1202555012" }, "3 Invalid parameters: to must"],
    ["letters in the pin", { ...CODE, pin: "47A1" }, "3 Invalid parameters: pin must"],
    ["no pin", without(CODE, "pin"), "2 Missing parameters: pin"],
    ["a text of the sender's own", { ...CODE, text: "x" }, "3 Invalid parameters: text is not known"],
    ["a wrong secret", { ...CODE, api_secret: "wrong" }, "4 Invalid credentials"],
  ])("is refused with %s", async (_, fields, expected) => {
    expect(await refusalOf(fields, SHORT_CODE)).toContain(expected);
    expect(sandbox.handset("12025550123").inbox()).toEqual([]);
  });
});

describe("the limit of an account", () => {
  it("gives status 1 above it, and nothing arrives; other accounts go on", async () => {
    sandbox.limit(2);
    const statuses: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await send()).reply.messages[0]?.status);
    expect(statuses).toEqual(["0", "0", "1"]);
    expect(sandbox.handset(HANDSET).inbox()).toHaveLength(2);
    const other = await post({ ...toKeys(SANDBOX_CREDENTIALS.other), ...TEXT });
    expect(other.reply.messages[0]?.status).toBe("0");
  });
});

describe("the limit of a sender", () => {
  const from = "12015550100";
  let now = NOW;
  beforeEach(() => {
    now = NOW;
    sandbox = createSandbox({ now: () => now });
  });

  it("gives status 1 with the wait in its text, as Vonage words it, and nothing arrives", async () => {
    sandbox.carrier({ textsPerSecond: 1 });
    expect((await send({ from })).reply.messages[0]?.status).toBe("0");
    now += 380;
    expect(await refusalOf({ ...KEYS, ...TEXT, from })).toBe(
      "1 Throughput Rate Exceeded - please wait [ 620 ] and retry",
    );
    now += 619;
    expect(await refusalOf({ ...KEYS, ...TEXT, from })).toBe(
      "1 Throughput Rate Exceeded - please wait [ 1 ] and retry",
    );
    now += 1;
    expect((await send({ from })).reply.messages[0]?.status).toBe("0");
    expect(sandbox.handset(HANDSET).inbox()).toHaveLength(2);
  });

  it("is each sender's own, and ends with the settings", async () => {
    sandbox.carrier({ textsPerSecond: 2 });
    const statusOf = async (one: string) => (await send({ from: one })).reply.messages[0]?.status;
    expect(await Promise.all([from, from, from, "Acme"].map(statusOf))).toEqual(["0", "0", "1", "0"]);
    sandbox.carrier({});
    expect(await Promise.all([from, from, from].map(statusOf))).toEqual(["0", "0", "0"]);
  });

  it.each([0, 1.5, 1001, "1"])("is not %j", (textsPerSecond) => {
    expect(() => sandbox.carrier({ textsPerSecond: textsPerSecond as number })).toThrow(/textsPerSecond/);
  });
});

it("the limit of an account names the wait as well", async () => {
  sandbox.limit(4);
  for (let i = 0; i < 4; i++) await send();
  expect(await refusalOf({ ...KEYS, ...TEXT })).toContain("please wait [ 250 ] and retry");
});

describe("a fault of texts", () => {
  it("answers an error in HTTP 200, as often as it shall; the text goes out only if recorded", async () => {
    sandbox.fail({ path: "sms", smsStatus: "5", times: 2 });
    sandbox.fail({ path: "sms", smsStatus: "29", recorded: true });
    const statuses: (string | undefined)[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await send()).reply.messages[0]?.status);
    expect(statuses).toEqual(["5", "5", "29", "0"]);
    expect(sandbox.handset(HANDSET).inbox()).toHaveLength(2);
  });

  it("strikes texts alone, the short code's among them, and faults of reports strike no text", async () => {
    sandbox.fail({ status: 503 });
    sandbox.fail({ path: "calls", status: 503 });
    expect((await send()).status).toBe(200);
    sandbox.fail({ path: "sms", status: 502, body: "bad gateway" });
    const response = await sandbox.fetch(SHORT_CODE, { method: "POST" });
    expect([response.status, await response.text()]).toEqual([502, "bad gateway"]);
  });

  it("may lose the answer and not the text: a broken connection, recorded", async () => {
    sandbox.fail({ path: "sms", drop: true, recorded: true });
    await expect(send()).rejects.toThrow(TypeError);
    expect(sandbox.handset(HANDSET).inbox()).toHaveLength(1);
    sandbox.fail({ path: "sms", drop: true });
    await expect(send()).rejects.toThrow(TypeError);
    expect(sandbox.handset(HANDSET).inbox()).toHaveLength(1);
  });

  it.each([
    [{ smsStatus: "5" }, 'smsStatus only with path "sms"'],
    [{ path: "calls", smsStatus: "5" }, 'smsStatus only with path "sms"'],
    [{ path: "sms", smsStatus: "5", status: 503 }, "exactly one of status, drop and hang"],
    [{ path: "sms", smsStatus: "0" }, "smsStatus must be one of 1, 2"],
    [{ path: "sms", channel: "sms", status: 503 }, 'channel only with path "conversions"'],
    [{ path: "voice", status: 503 }, "path must be one of conversions, sms, calls"],
  ])("refuses the fault %j", (fault, message) => {
    expect(() => sandbox.fail(fault as never)).toThrow(message);
  });
});
