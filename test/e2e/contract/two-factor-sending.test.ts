// Sending end to end: Vonage throttles, or refuses because of the destination.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  aNumber,
  COOLDOWN_MS,
  startTwoFactorStack,
  THROTTLED_MS,
  type TwoFactorStack,
} from "../../support/two-factor-stack.ts";
import { BY_ADMIN, BY_SHOP, callsOf } from "./ledger-worker.ts";

let stack: TwoFactorStack;
beforeAll(async () => {
  stack = await startTwoFactorStack();
});
afterAll(() => stack.stop());
beforeEach(() => {
  stack.sandbox.carrier({});
});

const start = (to = aNumber(), channel: "sms" | "voice" = "sms") =>
  fetch(`${stack.worker.url}/2fa`, {
    method: "POST",
    headers: { ...BY_SHOP, "content-type": "application/json" },
    body: JSON.stringify({ to, channel }),
  });
const countsOf = async () =>
  (await callsOf(stack.worker).look("/stats")).body.twoFactor as Record<string, number>;
const lastLog = () => JSON.parse(stack.logs.filter((line) => line.includes('"route":"/2fa"')).at(-1) ?? "{}");

describe("at one text a second", () => {
  beforeEach(() => {
    stack.sandbox.carrier({ textsPerSecond: 1 });
  });
  afterAll(() => stack.turnClock(THROTTLED_MS));

  it("two codes asked for at once both go out, and nothing twice", async () => {
    const numbers = [aNumber(), aNumber()];
    const answers = await Promise.all(numbers.map((number) => start(number)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    for (const number of numbers) expect(stack.sandbox.handset(number).inbox()).toHaveLength(1);
  });

  it("of twelve codes at once some go out within seconds, and the others get Retry-After", async () => {
    const began = Date.now();
    const answers = await Promise.all(Array.from({ length: 12 }, () => start()));
    expect(Date.now() - began).toBeLessThan(10_000);
    const sent = answers.filter(({ status }) => status === 201);
    expect(sent.length).toBeGreaterThanOrEqual(4);
    const refused = answers.filter(({ status }) => status === 503);
    expect(sent.length + refused.length).toBe(12);
    for (const one of refused) {
      expect((await one.json()).type).toBe("urn:problem:vonage-conversion:send-throttled");
      expect(Number(one.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(Number(one.headers.get("retry-after"))).toBeLessThanOrEqual(7);
    }
  }, 30_000);
});

it("the client hears how long Vonage wants it to wait, in milliseconds", async () => {
  stack.sandbox.fail({ path: "calls", status: 429, retryAfter: "30" });
  const refused = stack.client.start({ to: aNumber(), channel: "voice" });
  await expect(refused).rejects.toMatchObject({
    code: "unavailable",
    status: 503,
    retryable: true,
    retryAfter: 30_000,
  });
});

describe("a refusal", () => {
  it.each(["3", "6", "15"] as const)(
    "by status %s is logged without alarm: the destination may be the cause",
    async (status) => {
      stack.sandbox.fail({ path: "sms", smsStatus: status });
      const before = (await countsOf())[`sms-status:${status}`] ?? 0;
      expect((await start()).status).toBe(502);
      expect(lastLog()).toMatchObject({
        level: "info",
        outcome: "send-rejected",
        hint: expect.stringMatching(new RegExp(`status ${status}\\b.*SMS_FROM`)),
      });
      expect((await countsOf())[`sms-status:${status}`]).toBe(before + 1);
    },
  );

  it("by status 22 tells the operator both of its meanings", async () => {
    stack.sandbox.fail({ path: "sms", smsStatus: "22" });
    expect((await start()).status).toBe(502);
    expect(lastLog()).toMatchObject({
      level: "error",
      hint: expect.stringMatching(/Fraud Defender.*network code/),
    });
  });

  it.each(["2", "4", "9", "12", "23", "32"] as const)(
    "by status %s is the operator's to act on",
    async (status) => {
      stack.sandbox.fail({ path: "sms", smsStatus: status });
      expect((await start()).status).toBe(502);
      expect(lastLog()).toMatchObject({ level: "error", hint: expect.any(String) });
    },
  );

  it.each(["7", "29", "33"] as const)(
    "by status %s is the number's, and is logged without alarm",
    async (status) => {
      stack.sandbox.fail({ path: "sms", smsStatus: status });
      expect((await start()).status).toBe(422);
      expect(lastLog()).toMatchObject({ level: "info", outcome: "number-refused" });
    },
  );
});

describe("a code that fills itself in", () => {
  const origin = "https://shop.example";
  const textsAt = (number: string) =>
    stack.sandbox
      .handset(number)
      .inbox()
      .map(({ text }) => text);

  it("has the line of the site in every text of its challenge, with the code of that text", async () => {
    const number = aNumber();
    const { id } = await stack.client.start({
      to: number,
      channel: "sms",
      origin,
      androidAppHash: "FA+9qCX9VSu",
    });
    await stack.turnClock(COOLDOWN_MS);
    await stack.client.resend(id);
    const texts = textsAt(number);
    expect(texts).toHaveLength(2);
    for (const text of texts) {
      const [code] = text.split(" ");
      expect(text.split("\n").slice(-3)).toEqual(["", "FA+9qCX9VSu", `@shop.example #${code}`]);
    }
  });

  it("may be called, and the call does not mention the site", async () => {
    const number = aNumber();
    await stack.client.start({ to: number, channel: "voice", origin });
    expect(stack.sandbox.handset(number).calls()[0]?.heard).not.toMatch(/shop\.example/);
  });

  it("is refused for an invalid origin, before anything is sent", async () => {
    const wrong = stack.client.start({ to: aNumber(), channel: "sms", origin: "https://shop.example/login" });
    await expect(wrong).rejects.toMatchObject({ code: "invalid_request" });
    const answer = await fetch(`${stack.worker.url}/2fa`, {
      method: "POST",
      headers: { ...BY_SHOP, "content-type": "application/json" },
      body: JSON.stringify({ to: aNumber(), channel: "sms", origin: "https://shop.example:8443" }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ parameter: "origin" }] });
  });
});

describe("a Worker with senders and texts of its own", () => {
  let own: TwoFactorStack;
  beforeAll(async () => {
    own = await startTwoFactorStack({
      SMS_FROM: "US=12015550100 CA=12015550100 IN=ACMEIN",
      TWO_FACTOR_COUNTRIES: "GB US IN",
      TWO_FACTOR_TEXTS: JSON.stringify({
        en: "{brand}: {code}",
        "US:es": "{brand}: “{code}”, ¿sí?",
        IN: "{code} for {brand}",
        "IN:hi": { text: "{brand}: {code}.", contentId: "1107000000000000002" },
      }),
      SMS_REGISTRATIONS: "IN=1101000000000000000/1107000000000000001",
    });
  });
  afterAll(() => own.stop());

  it("sends by these senders and texts only", async () => {
    await own.client.start({ to: "12025550123", channel: "sms", locale: "es-MX" });
    await own.client.start({ to: "12025550123", channel: "sms" });
    expect(own.sandbox.handset("12025550123").inbox()).toMatchObject([
      { from: "12015550100", text: expect.stringMatching(/^Acme: “\d{6}”, ¿sí\?$/) },
      { from: "12015550100", text: expect.stringMatching(/^Acme: \d{6}$/) },
    ]);
  });

  it("sends registered texts with their ids", async () => {
    await own.client.start({ to: "919876543210", channel: "sms", locale: "en-IN" });
    await own.client.start({ to: "919876543210", channel: "sms", locale: "hi" });
    const sent = own.sandbox.exchanges().filter(({ parameters }) => parameters.from === "ACMEIN");
    expect(sent.map(({ parameters }) => parameters)).toMatchObject([
      {
        text: expect.stringMatching(/^\d{6} for Acme$/),
        "entity-id": "1101000000000000000",
        "content-id": "1107000000000000001",
      },
      {
        text: expect.stringMatching(/^Acme: \d{6}\.$/),
        "entity-id": "1101000000000000000",
        "content-id": "1107000000000000002",
      },
    ]);
    expect(own.sandbox.handset("919876543210").inbox()).toHaveLength(2);
  });

  it("refuses a country without a sender before anything is counted", async () => {
    const countsOfSending = async () => {
      const counts = (await callsOf(own.worker).look("/stats")).body.twoFactor as Record<string, number>;
      return Object.entries(counts).filter(([name]) => !name.startsWith("delivery-receipt:"));
    };
    const before = await countsOfSending();
    const refused = own.client.start({ to: aNumber(), channel: "sms" });
    await expect(refused).rejects.toMatchObject({ code: "channel_unavailable", status: 422 });
    expect(await countsOfSending()).toEqual(before);
  });

  it("shows in doctor how its texts go out", async () => {
    const answer = await fetch(`${own.worker.url}/doctor`, { method: "POST", headers: BY_ADMIN });
    expect(await answer.json()).toMatchObject({
      texts: [
        { name: "en", encoding: "GSM-7", parts: 1, outside: "" },
        { name: "US:es", encoding: "Unicode", parts: 1, outside: "“”í" },
        { name: "IN", encoding: "GSM-7", parts: 1, outside: "" },
        { name: "IN:hi", encoding: "GSM-7", parts: 1, outside: "" },
      ],
    });
  });
});
