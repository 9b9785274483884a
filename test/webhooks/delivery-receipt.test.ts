import { describe, expect, it } from "vitest";
import { parseDeliveryReceipt } from "../../src/webhooks/index.ts";
import { webhookErrorOf } from "../support/webhook-error.ts";

const wire = {
  msisdn: "447700900000",
  to: "AcmeInc",
  "network-code": "23410",
  messageId: "0A0000001234567B",
  price: "0.03330000",
  status: "delivered",
  scts: "2001011400",
  "err-code": "0",
  "api-key": "abcd1234",
  "client-ref": "my-ref",
  "message-timestamp": "2020-01-01 14:00:05",
};
const parse = (changes: Record<string, string | undefined> = {}) =>
  parseDeliveryReceipt(
    new Map(
      Object.entries({ ...wire, ...changes }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
  );

describe("a delivery receipt", () => {
  it("is read with all parameters of Vonage's", () => {
    expect(parse()).toEqual({
      messageId: "0A0000001234567B",
      number: "447700900000",
      sender: "AcmeInc",
      status: "delivered",
      errorCode: 0,
      networkCode: "23410",
      price: "0.03330000",
      clientRef: "my-ref",
      apiKey: "abcd1234",
      occurredAt: Date.UTC(2020, 0, 1, 14),
    });
  });

  it("is read with the required parameters only, and then has no other fields", () => {
    const least = parseDeliveryReceipt(
      new Map([
        ["messageId", "A1"],
        ["msisdn", "447700900000"],
        ["status", "failed"],
      ]),
    );
    expect(Object.keys(least)).toEqual(["messageId", "number", "status"]);
  });

  it.each(["accepted", "buffered", "delivered", "expired", "failed", "rejected", "unknown"])(
    "may be %s, in any case",
    (status) => {
      for (const written of [status, status.toUpperCase(), `${status[0]?.toUpperCase()}${status.slice(1)}`])
        expect(parse({ status: written }).status).toBe(status);
    },
  );

  it("is read beside unknown parameters, even with names such as toString", () => {
    expect(parse({ "new-thing": "x", toString: "x", __proto__: "x", constructor: "x" })).toEqual(parse());
  });

  it("drops malformed optional parameters", () => {
    const { messageId, number, status } = parse();
    const odd = parse({
      to: "\n",
      "network-code": "?",
      price: "free",
      "err-code": "none",
      "client-ref": "x".repeat(201),
      "api-key": "",
      scts: "2002301400",
      "message-timestamp": "yesterday",
    });
    expect(odd).toEqual({ messageId, number, status });
  });

  it.each([
    ["network-code", "networkCode", ["234", "2341012", "x23410", "23410x"]],
    ["price", "price", ["1234567890", "0.", ".5", "-1", "0.03 EUR", "0.12345678901"]],
    ["err-code", "errorCode", ["123456", "-1", "1.5", "1x"]],
  ] as const)("has no malformed %s", (parameter, name, values) => {
    for (const value of values) expect(parse({ [parameter]: value })).not.toHaveProperty(name);
  });

  it.each([
    [{ "network-code": "310004" }, { networkCode: "310004" }],
    [{ price: "12" }, { price: "12" }],
    [{ price: "12.5" }, { price: "12.5" }],
    [{ "err-code": "99" }, { errorCode: 99 }],
  ])("is read with %j", (changes, said) => {
    expect(parse(changes)).toMatchObject(said);
  });

  it.each([
    ["scts", { scts: "2611241530" }, Date.UTC(2026, 10, 24, 15, 30)],
    ["scts with seconds", { scts: "261124153059" }, Date.UTC(2026, 10, 24, 15, 30, 59)],
    ["message-timestamp", { scts: undefined }, Date.UTC(2020, 0, 1, 14, 0, 5)],
    [
      "an ISO 8601 message-timestamp",
      { scts: "", "message-timestamp": "2020-01-01T14:00:05.250Z" },
      Date.UTC(2020, 0, 1, 14, 0, 5),
    ],
    [
      "a message-timestamp with an offset",
      { scts: undefined, "message-timestamp": "2020-01-01 14:00:05 +0200" },
      Date.UTC(2020, 0, 1, 12, 0, 5),
    ],
    [
      "a message-timestamp west of Greenwich",
      { scts: undefined, "message-timestamp": "2020-01-01T14:00:05-01:30" },
      Date.UTC(2020, 0, 1, 15, 30, 5),
    ],
  ])("has the time of %s", (_, changes, instant) => {
    expect(parse(changes).occurredAt).toBe(instant);
  });

  it.each([
    { scts: "20010114001" },
    { scts: "2001011400+00" },
    { scts: "20200101140000" },
    { "message-timestamp": "at 2020-01-01 14:00:05" },
    { "message-timestamp": "2020-01-01 14:00:05 CET" },
  ])("has no time with %j", (changes) => {
    expect(parse({ scts: undefined, "message-timestamp": undefined, ...changes })).not.toHaveProperty(
      "occurredAt",
    );
  });

  it("accepts a number with a plus", () => {
    expect(parse({ msisdn: "+447700900000" }).number).toBe("447700900000");
  });

  it.each([
    ["messageId", undefined],
    ["messageId", ""],
    ["messageId", "canary\n"],
    ["msisdn", undefined],
    ["msisdn", "canary"],
    ["msisdn", "4477"],
    ["msisdn", "4477009000001234"],
    ["msisdn", "canary447700900000"],
    ["msisdn", "447700900000canary"],
    ["status", undefined],
    ["status", "canary"],
    ["status", ""],
  ])("is invalid with %s %j, and the error does not quote the value", async (name, value) => {
    const error = await webhookErrorOf(() => parse({ [name]: value }));
    expect(error).toMatchObject({ code: "invalid", message: expect.stringContaining(name) });
    expect(error.message).not.toContain("canary");
  });

  it("is invalid with all faults in one error", async () => {
    const { message } = await webhookErrorOf(() => parseDeliveryReceipt(new Map()));
    for (const fault of [
      "invalid: messageId must be ",
      "; msisdn must be a phone number of 5 to 15 digits, ",
      "; status must be one of unknown, accepted, ",
    ])
      expect(message).toContain(fault);
  });
});
