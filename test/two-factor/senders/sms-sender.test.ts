import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CodeMessage } from "../../../src/two-factor/senders/sender.ts";
import { createSmsSender, type SmsSenderOptions } from "../../../src/two-factor/senders/sms-sender.ts";
import { signParameters } from "../../../src/wire/signature.ts";
import { SIGNATURE_METHODS } from "../../../src/wire/signature-method.ts";
import { conversionErrorOf } from "../../support/conversion-error.ts";
import { type Answer, createRecordingFetch } from "../../support/recording-fetch.ts";
import { formOf, message, smsReply } from "../../support/two-factor/replies.ts";

const credentials = { apiKey: "abcd1234", apiSecret: "canary-secret" };

function createSender(options: Partial<SmsSenderOptions> = {}, ...answers: readonly Answer[]) {
  const { fetch, sent } = createRecordingFetch(...(answers.length > 0 ? answers : [smsReply("A1")]));
  return { sent, sender: createSmsSender({ credentials, from: "Acme", fetch, ...options }) };
}

async function formFor(changes: Partial<CodeMessage>, options: Partial<SmsSenderOptions> = {}) {
  const { sender, sent } = createSender(options);
  await sender.send({ ...message, ...changes });
  return formOf(sent[0]);
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 24, 12, 0, 0, 750), toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a text message", () => {
  it("uses the platform's fetch by default, looked up for each message", async () => {
    const sender = createSmsSender({ credentials, from: "Acme" });
    const { fetch, sent } = createRecordingFetch(smsReply("A1"));
    vi.stubGlobal("fetch", fetch);
    expect(await sender.send(message)).toEqual({ messageIds: ["A1"], network: "310090" });
    expect(sent.map(({ url }) => url)).toEqual(["https://rest.nexmo.com/sms/json"]);
  });

  it("goes to the SMS API as a form with all parameters", async () => {
    const { sender, sent } = createSender({ callback: "https://hooks.example/dlr?key=1" });
    expect(sender.channel).toBe("sms");
    expect(await sender.send({ ...message, brand: "Acme" })).toEqual({
      messageIds: ["A1"],
      network: "310090",
    });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      method: "POST",
      url: "https://rest.nexmo.com/sms/json",
      redirect: "manual",
      keepalive: false,
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
    });
    expect(Object.entries(formOf(sent[0]))).toEqual([
      ["api_key", "abcd1234"],
      ["from", "Acme"],
      ["to", "12015550123"],
      ["text", "738291 is your Acme code. It expires in 10 min. Do not share it."],
      ["type", "text"],
      ["ttl", "600000"],
      ["client-ref", "canary-ref"],
      ["status-report-req", "1"],
      ["callback", "https://hooks.example/dlr?key=1"],
      ["api_secret", "canary-secret"],
    ]);
  });

  it("has a Blob as body, which Deno does not send again by itself", async () => {
    const bodies: unknown[] = [];
    const { sender } = createSender({
      fetch: async (_, init) => {
        bodies.push(init?.body);
        return Response.json({ messages: [{ status: "0", "message-id": "A1" }] });
      },
    });
    await sender.send(message);
    expect(bodies).toEqual([expect.any(Blob)]);
  });

  it("carries no secret and no number in URL or headers", async () => {
    const { sender, sent } = createSender();
    await sender.send(message);
    expect(sent[0]?.url + JSON.stringify(sent[0]?.headers)).not.toMatch(/canary|12015550123|738291/);
  });

  it.each(SIGNATURE_METHODS)("is signed by %s with a signature secret", async (signatureMethod) => {
    const signing = { apiKey: "abcd1234", signatureSecret: "canary-signature-secret", signatureMethod };
    const form = await formFor({ brand: "A&B=C" }, { credentials: signing });
    const { sig, ...signed } = form;
    expect(signed).toMatchObject({
      api_key: "abcd1234",
      timestamp: String(Date.UTC(2026, 10, 24, 12) / 1000),
    });
    expect(sig).toBe(
      await signParameters(Object.entries(signed), "canary-signature-secret", signatureMethod),
    );
    expect(form).not.toHaveProperty("api_secret");
  });

  it("is signed for each request, because signatures expire", async () => {
    const signing = { apiKey: "abcd1234", signatureSecret: "s", signatureMethod: "sha256" } as const;
    const minuteLater: Answer = (one) => {
      vi.setSystemTime(Date.now() + 60_000);
      return (smsReply(1) as Exclude<Answer, number>)(one);
    };
    const retry = { baseDelay: 0 };
    const { sender, sent } = createSender({ credentials: signing, retry }, minuteLater, smsReply("A1"));
    await sender.send(message);
    const [first, second] = sent.map((one) => formOf(one));
    expect(Number(second?.timestamp) - Number(first?.timestamp)).toBe(60);
    expect(second?.sig).not.toBe(first?.sig);
  });

  it.each([
    ["en", "Acme", "text"],
    ["fr", "Café €", "text"],
    ["es", "Acme", "unicode"],
    ["en", "ACME™", "unicode"],
    ["ja", "アクメ", "unicode"],
  ])("in %s by %s has the type %3$s", async (locale, brand, type) => {
    expect((await formFor({ locale, brand })).type).toBe(type);
  });

  it.each([
    [1, "20000", "1 min"],
    [59, "59000", "1 min"],
    [119, "119000", "1 min"],
    [600, "600000", "10 min"],
    [10_000_000, "604800000", "166666 min"],
  ])("valid for %i seconds has a ttl of %s ms and contains %s", async (lifetime, ttl, said) => {
    expect(await formFor({ lifetime })).toMatchObject({ ttl, text: expect.stringContaining(said) });
  });

  it("goes to the configured host", async () => {
    const { sender, sent } = createSender({ baseUrl: "http://localhost:8787/vonage/" });
    await sender.send(message);
    expect(sent[0]?.url).toBe("http://localhost:8787/vonage/sms/json");
  });

  it("without a callback leaves receipts to the account's settings", async () => {
    expect(await formFor({})).not.toHaveProperty("callback");
  });
});

describe("the options of an SMS sender", () => {
  it.each<[string, object]>([
    ["credentials", { credentials: undefined }],
    ["credentials", { credentials: { apiKey: "canary" } }],
    ["from", { from: undefined }],
    ["from", { from: "" }],
    ["from", { from: "    " }],
    ["from", { from: "canary-canary" }],
    ["from", { from: "canary\n" }],
    ["from", { from: "1234567890123456" }],
    ["baseUrl", { baseUrl: "http://canary.example" }],
    ["callback", { callback: "http://canary.example/" }],
    ["callback", { callback: "https://canary:canary@hooks.example/" }],
    ["callback", { callback: "https://canary@hooks.example/" }],
    ["callback", { callback: "https://:canary@hooks.example/" }],
    ["callback", { callback: new URL("https://canary.example/") }],
    ["callback", { callback: "canary" }],
    ["callback", { callback: `https://canary.example/${"x".repeat(500)}` }],
    ["timeout", { timeout: 0 }],
    ["retry.attempts", { retry: { attempts: 11 } }],
    ["fetch", { fetch: "canary" }],
    ["color", { color: "canary" }],
  ])("fail with the name of %s and without its value", async (name, options) => {
    const error = await conversionErrorOf(() => createSender(options as Partial<SmsSenderOptions>));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(name) });
    expect(error.message).not.toMatch(/canary/);
  });

  it.each<[string, object]>([
    ["from must be up to 15 digits, or up to 11 printable ASCII characters", { from: "" }],
    ["callback must be an https URL (http only for localhost) of up to 500 characters", { callback: "" }],
    ["fetch must be a function", { fetch: {} }],
  ])("fail with the rule: %s", async (rule, options) => {
    const { message } = await conversionErrorOf(() => createSender(options as Partial<SmsSenderOptions>));
    expect(message).toContain(rule);
  });

  it.each(["Acme", "12015550100", "123456789012345", "My-Shop&Co", "12345", "A", "O 2", "   b"])(
    "accept %s as sender",
    (from) => {
      expect(() => createSender({ from })).not.toThrow();
    },
  );

  it("accept a callback of 500 characters", async () => {
    const callback = "https://hooks.example/".padEnd(500, "x");
    expect(await formFor({}, { callback })).toMatchObject({ callback });
  });
});
