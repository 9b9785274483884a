import { describe, expect, it } from "vitest";
import { parseInboundSms } from "../../src/webhooks/index.ts";
import { webhookErrorOf } from "../support/webhook-error.ts";

const wire = {
  "api-key": "abcd1234",
  msisdn: "447700900001",
  to: "447700900000",
  messageId: "0A0000000123ABCD1",
  text: "123456 thanks",
  type: "text",
  keyword: "123456",
  "message-timestamp": "2020-01-01 12:00:00",
};
const parse = (changes: Record<string, string | undefined> = {}) =>
  parseInboundSms(
    new Map(
      Object.entries({ ...wire, ...changes }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
  );

describe("an inbound message", () => {
  it("is read with all parameters of Vonage's", () => {
    expect(parse()).toEqual({
      messageId: "0A0000000123ABCD1",
      number: "447700900001",
      recipient: "447700900000",
      text: "123456 thanks",
      keyword: "123456",
      type: "text",
      apiKey: "abcd1234",
      occurredAt: Date.UTC(2020, 0, 1, 12),
    });
  });

  it("keeps its text unchanged, even line breaks, emoji and an empty text", () => {
    for (const text of ["a\nb", "👍 123456", "", " x "]) expect(parse({ text }).text).toBe(text);
  });

  it("has its position in a long text", () => {
    const piece = { concat: "true", "concat-ref": "108", "concat-total": "3", "concat-part": "2" };
    for (const number of [1, 2, 3])
      expect(parse({ ...piece, "concat-part": String(number) }).part).toEqual({
        reference: "108",
        total: 3,
        number,
      });
  });

  it.each([
    ["concat is false", { concat: "false" }],
    ["its reference is missing", { "concat-ref": undefined }],
    ["its number is beyond the total", { "concat-part": "4" }],
    ["its number is zero", { "concat-part": "0" }],
    ["its total is not a number", { "concat-total": "many" }],
    ["its total is missing", { "concat-total": undefined }],
    ["its number is missing", { "concat-part": undefined }],
    ["concat is missing", { concat: undefined }],
  ])("has no position if %s", (_, changes) => {
    const piece = {
      concat: "true",
      "concat-ref": "108",
      "concat-total": "3",
      "concat-part": "2",
      ...changes,
    };
    expect(parse(piece).part).toBeUndefined();
  });

  it("has no time if Vonage's timestamp is missing or malformed", () => {
    expect(parse({ "message-timestamp": undefined })).not.toHaveProperty("occurredAt");
    expect(parse({ "message-timestamp": "yesterday" })).not.toHaveProperty("occurredAt");
  });

  it("may be binary, and then has no text", () => {
    expect(parse({ type: "binary", text: undefined, data: "ff" })).toMatchObject({
      type: "binary",
      text: "",
    });
  });

  it.each([
    ["messageId", "must be "],
    ["msisdn", "must be a phone number of 5 to 15 digits"],
    ["to", "must be your number: 1 to 50 characters"],
    ["text", "must be a text"],
  ])("is invalid without %s: it %s", async (name, rule) => {
    const error = await webhookErrorOf(() => parse({ [name]: undefined }));
    expect(error).toMatchObject({ code: "invalid", message: expect.stringContaining(`${name} ${rule}`) });
  });

  it.each(["", "\n447700900000", "447700900000\n", "4".repeat(51)])("is invalid to %j", async (to) => {
    expect((await webhookErrorOf(() => parse({ to }))).code).toBe("invalid");
  });

  it.each(["Text", "text2", "2text", "t".repeat(21)])("has no type if it is %s", (type) => {
    expect(parse({ type })).not.toHaveProperty("type");
  });

  it("is not mistaken for a delivery receipt, which has no text", async () => {
    const error = await webhookErrorOf(() => parse({ text: undefined, status: "delivered" }));
    expect(error.code).toBe("invalid");
  });

  it("has no value of its own in an error", async () => {
    const error = await webhookErrorOf(() => parse({ msisdn: "canary", text: "123456" }));
    expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/canary|123456/);
  });
});
