import { describe, expect, it } from "vitest";
import { isWebhookError, readWebhook } from "../../src/webhooks/index.ts";
import { webhookErrorOf } from "../support/webhook-error.ts";

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

  it("with JSON numbers and booleans as text", async () => {
    const body = '{"messageId":"A1","timestamp":1582650446,"concat":true,"concat-total":2}';
    expect(Object.fromEntries(await readWebhook(post(body, "application/json")))).toEqual({
      messageId: "A1",
      timestamp: "1582650446",
      concat: "true",
      "concat-total": "2",
    });
  });

  it("without JSON values that are null, an object or a list", async () => {
    const body = '{"messageId":"A1","price":null,"extra":{"a":1},"list":[1]}';
    expect(Object.fromEntries(await readWebhook(post(body, "application/json")))).toEqual({
      messageId: "A1",
    });
  });

  it("without any parameters", async () => {
    expect((await readWebhook(new Request(url))).size).toBe(0);
  });
});

const form = "application/x-www-form-urlencoded";
const json = "application/json";
const noUtf8 = new Uint8Array([0x61, 0xff]);

describe("a webhook that cannot be read is refused", () => {
  it.each([
    ["malformed", "no JSON", "the body is not JSON", () => post("{", json)],
    ["malformed", "a list", "the JSON body must be one object", () => post("[{}]", json)],
    ["malformed", "no UTF-8", "the body broke off, or is not UTF-8", () => post(noUtf8, json)],
    ["malformed", "a name twice", "a is given more than once", () => post("a=1&a=2", form)],
    [
      "malformed",
      "an unprintable name twice",
      "a name is given more than once",
      () => post("a%20b=1&a%20b=2", form),
    ],
    [
      "malformed",
      "a name twice beside another fault",
      "the JSON body repeats a name",
      () => post('{"status":"failed","status":"delivered","x":null,"y":{"a":1}}', json),
    ],
    ["malformed", "a name in query and body", "a is given more than once", () => post("a=1", form, "?a=1")],
    [
      "malformed",
      "two names twice",
      "a is given more than once; b is given more than once",
      () => post("a=1&b=1&a=2&b=2", form),
    ],
    ["too_large", "9 KB", "the body has more than 8 KiB", () => post("a".repeat(9000), form)],
    ["unsupported_type", "XML", "the body must be a form or JSON", () => post("<a/>", "text/xml")],
  ])("as %s: %s, because %s", async (code, _, why, request) => {
    const error = await webhookErrorOf(() => readWebhook(request()));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`${code}: ${why}`);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name: "WebhookError", code });
    expect(isWebhookError(error)).toBe(true);
  });
});

it("a request whose body was already read is a programming error, not a webhook error", async () => {
  const request = new Request("https://shop.example/webhook", { method: "POST", body: "a=1" });
  await request.text();
  const error = await readWebhook(request).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toContain("request.clone()");
});

it("an error is recognised by its brand, even from another copy", () => {
  const foreign = Object.assign(new Error("x"), { [Symbol.for("vonage-conversion.webhook-error")]: true });
  expect(isWebhookError(foreign)).toBe(true);
});

it("another error is no webhook error", () => {
  expect([new Error("x"), { code: "forged" }, null, "forged"].map(isWebhookError)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
