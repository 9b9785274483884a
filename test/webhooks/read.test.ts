import { describe, expect, it } from "vitest";
import { isWebhookError, readWebhook } from "../../src/webhooks/index.ts";
import { webhookErrorOf } from "./support/webhook-error.ts";

const url = "https://hooks.example/webhooks/delivery-receipt";
const post = (body: BodyInit, type: string, query = "") =>
  new Request(url + query, { method: "POST", body, headers: { "content-type": type } });

const parameters = { messageId: "0A0000001234567B", status: "delivered", "err-code": "0" };
const asForm = new URLSearchParams(parameters).toString();

describe("a webhook is read", () => {
  it.each([
    ["the query of a GET", () => new Request(`${url}?${asForm}`)],
    ["a form", () => post(asForm, "application/x-www-form-urlencoded")],
    ["JSON", () => post(JSON.stringify(parameters), "application/json; charset=utf-8")],
  ])("from %s", async (_, request) => {
    expect(Object.fromEntries(await readWebhook(request()))).toEqual(parameters);
  });

  it("with numbers and booleans in JSON as text", async () => {
    const body = '{"messageId":"A1","timestamp":1582650446,"concat":true,"concat-total":2}';
    expect(Object.fromEntries(await readWebhook(post(body, "application/json")))).toEqual({
      messageId: "A1",
      timestamp: "1582650446",
      concat: "true",
      "concat-total": "2",
    });
  });

  it("without the parameters that are no text, as though they were not there", async () => {
    const body = '{"messageId":"A1","price":null,"extra":{"a":1},"list":[1]}';
    expect(Object.fromEntries(await readWebhook(post(body, "application/json")))).toEqual({
      messageId: "A1",
    });
  });

  it("with no parameters at all", async () => {
    expect((await readWebhook(new Request(url))).size).toBe(0);
  });
});

describe("a webhook that cannot be read is refused", () => {
  it.each([
    ["malformed", "no JSON", () => post("{", "application/json")],
    ["malformed", "a list", () => post("[{}]", "application/json")],
    ["malformed", "no UTF-8", () => post(new Uint8Array([0x61, 0xff]), "application/json")],
    ["malformed", "a name twice", () => post("a=1&a=2", "application/x-www-form-urlencoded")],
    ["malformed", "a name in query and body", () => post("a=1", "application/x-www-form-urlencoded", "?a=1")],
    ["too_large", "9 KB", () => post("a".repeat(9000), "application/x-www-form-urlencoded")],
    ["unsupported_type", "XML", () => post("<a/>", "text/xml")],
  ])("as %s: %s", async (code, _, request) => {
    const error = await webhookErrorOf(() => readWebhook(request()));
    expect(error.code).toBe(code);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name: "WebhookError", code });
    expect(isWebhookError(error)).toBe(true);
  });
});

it("another error is no webhook error", () => {
  expect([new Error("x"), { code: "forged" }, null, "forged"].map(isWebhookError)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
