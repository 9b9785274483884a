// The webhook routes over ports that only write down what they are asked: who may reach what is stored.

import { describe, expect, it } from "vitest";
import { createHandler } from "../../../../adapters/http/handler.ts";
import type { LogEntry } from "../../../../adapters/http/log.ts";
import { resolveHandlerOptions } from "../../../../adapters/http/options.ts";
import { createTwoFactorCalls } from "../../../../adapters/http/two-factor/calls.ts";
import type { Challenges, SendLimits } from "../../../../adapters/http/two-factor/challenges.ts";
import { twoFactorSchema, type WebhookTrust } from "../../../../adapters/http/two-factor/options.ts";
import { createTwoFactor } from "../../../../adapters/http/two-factor/service.ts";
import { createWebhooks } from "../../../../adapters/http/two-factor/webhooks.ts";
import { signPayload } from "../../../../src/sandbox/webhook-jwt.ts";
import { findFaults } from "../../../../src/shared/validation.ts";
import { signParameters } from "../../../../src/wire/signature.ts";

const SECRET = "canary-signature-secret";
const RECEIPT = { messageId: "0A0000000123ABCD1", msisdn: "447400123456", to: "Acme", status: "delivered" };
const REPLY = { messageId: "0B0000000123ABCD1", msisdn: "447400123456", to: "447700900000", text: "1234" };

/** As Vonage's own examples of the Messages API's webhooks have them. */
const MESSAGES_STATUS = {
  message_uuid: "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab",
  to: "447400123456",
  from: "447700900000",
  timestamp: "2026-11-25T12:00:00Z",
  status: "delivered",
  channel: "sms",
  usage: { currency: "EUR", price: "0.0333" },
};

async function sign(fields: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signed = { timestamp, nonce: crypto.randomUUID(), ...fields };
  return { ...signed, sig: await signParameters(Object.entries(signed), SECRET, "sha256") };
}

function create(trust: WebhookTrust | undefined = { signatureSecret: SECRET }, anonymousLimit = 1000) {
  const asked: string[] = [];
  const noted: string[] = [];
  const received: unknown[] = [];
  const log: LogEntry[] = [];
  const ask =
    (name: string) =>
    (...given: unknown[]) => {
      asked.push(name);
      received.push(...given);
      return Promise.resolve("taken");
    };
  const challenges = { receipt: ask("receipt"), reply: ask("reply") } as unknown as Challenges;
  const limits = { take: ask("take"), count: ask("count"), counts: ask("counts") } as unknown as SendLimits;
  let anonymous = 0;
  const config = resolveHandlerOptions({
    credentials: { "2fa": { apiKey: "k", apiSecret: "s" } },
    tokenSecrets: [{ kid: "t1", secret: "s".repeat(32) }],
    rateLimits: { anonymous: { limit: async () => ({ success: ++anonymous <= anonymousLimit }) } },
    log: (entry) => {
      log.push(entry);
    },
  });
  const { output } = findFaults(twoFactorSchema, {
    codeSecrets: [{ kid: "c1", secret: "s".repeat(32) }],
    senders: {},
    brand: "Acme",
    countries: ["GB"],
    webhooks: trust,
  });
  if (output === undefined) throw new Error("not a configuration");
  const service = createTwoFactor(output, challenges, limits, {
    note: async (webhook, outcome) => {
      noted.push(`${webhook}:${outcome}`);
    },
    read: async () => [],
  });
  const calls = createTwoFactorCalls(config, service);
  const webhooks = createWebhooks(config, output.webhooks, service);
  const handle = createHandler(config, { twoFactor: { service, calls, webhooks } });
  const call = async (path: string, init?: RequestInit) => {
    const response = await handle(new Request(`https://worker.example/webhooks/${path}`, init));
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text), log: log.at(-1) };
  };
  const post = (path: string, body: object, more: HeadersInit = {}) =>
    call(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...more },
    });
  return { asked, noted, received, call, post };
}

const ROUTES = [
  ["delivery-receipt", RECEIPT, "receipt"],
  ["inbound-sms", REPLY, "reply"],
] as const;

describe.each(ROUTES)("a webhook at /webhooks/%s", (path, fields, method) => {
  it("reaches what is stored when it is signed, and is noted as verified", async () => {
    const { asked, noted, post } = create();
    expect((await post(path, await sign(fields))).status).toBe(200);
    expect(asked).toEqual([method]);
    expect(noted).toEqual([`${path}:verified`]);
  });

  it("reaches nothing when it is forged, unsigned, stale or broken off: no object is asked", async () => {
    const { asked, noted, post, call } = create();
    const good = await sign(fields);
    const old = await sign({ ...fields, timestamp: "1000000000" });
    for (const [body, outcome] of [
      [{ ...good, sig: "0".repeat(64) }, "forged"],
      [{ ...good, msisdn: "447400999999" }, "forged"],
      [fields, "unsigned"],
      [old, "stale"],
    ] as const) {
      const { status, log } = await post(path, body);
      expect(status).toBe(401);
      expect(log).toMatchObject({ level: "info", outcome: "webhook-refused" });
      expect(log?.hint).toMatch(new RegExp(`^${outcome}: `));
      expect(noted.at(-1)).toBe(`${path}:${outcome}`);
    }
    expect((await call(path, { method: "POST", body: "a=1&a=1", headers: FORM })).status).toBe(400);
    expect(noted.at(-1)).toBe(`${path}:malformed`);
    expect(asked).toEqual([]);
  });

  it("is held to the limit of its address unless it is Vonage's", async () => {
    const { post, call, asked, noted } = create(undefined, 0);
    const big = { method: "POST", body: "x".repeat(9000), headers: FORM };
    for (const refused of [
      () => call(path),
      () => call(path, { method: "POST" }),
      () => call(path, big),
      () => call(path, { method: "POST", body: "<a/>", headers: { "content-type": "text/xml" } }),
      () => call(path, { method: "POST", body: "{", headers: { "content-type": "application/json" } }),
      () => post(path, fields),
      () => post(path, MESSAGES_STATUS),
    ]) {
      expect((await refused()).status).toBe(429);
    }
    expect([asked, noted]).toEqual([[], []]);
    expect((await post(path, await sign(fields))).status).toBe(200);
  });

  it("is believed without a signature where the settings say so, and noted as that", async () => {
    const { asked, noted, post } = create({ unsigned: true });
    expect((await post(path, fields)).status).toBe(200);
    expect([asked, noted]).toEqual([[method], [`${path}:believed`]]);
  });

  it("of the Messages API is refused, naming the account's setting, whether it is believed or not", async () => {
    for (const trust of [undefined, { unsigned: true } as const]) {
      const { asked, noted, post } = create(trust);
      for (const body of [
        MESSAGES_STATUS,
        { ...MESSAGES_STATUS, to: { type: "sms", number: "447400123456" } },
        { message_uuid: "x", to: "1", from: "2", text: "1234", message_type: "text", timestamp: "t" },
      ]) {
        const answer = await post(path, body, { authorization: "Bearer a.b.c" });
        expect(answer.status).toBe(422);
        expect(answer.body).toMatchObject({
          type: "urn:problem:vonage-conversion:webhook-of-messages-api",
          detail: expect.stringMatching(/Default SMS Setting.*SMS API/),
        });
        expect(answer.log).toMatchObject({ level: "error", outcome: "webhook-of-messages-api" });
        expect(answer.log?.hint).toMatch(/Default SMS Setting.*SMS API.*API settings/);
        expect(JSON.stringify([answer.body, answer.log])).not.toMatch(/447400|aaaaaaaa|a\.b\.c/);
      }
      expect(asked).toEqual([]);
      expect(new Set(noted)).toEqual(new Set([`${path}:messages_api`]));
    }
  });

  it("of the Messages API is recognised in the query of a GET too", async () => {
    const query = new URLSearchParams({ message_uuid: "x", status: "delivered", channel: "sms" });
    expect((await create().call(`${path}?${query}`)).status).toBe(422);
  });

  it("may have parameters of its own in its URL, also when the dashboard tries the URL", async () => {
    const { asked, noted, received, call } = create();
    expect((await call(`${path}?tenant=7`)).status).toBe(200);
    expect(noted).toEqual([]);
    const signed = new URLSearchParams(await sign(fields));
    expect((await call(`${path}?tenant=7&${signed}`)).status).toBe(200);
    const init = { method: "POST", headers: FORM };
    const body = String(new URLSearchParams(await sign(fields)));
    expect((await call(`${path}?tenant=7&text=9999&status=failed`, { ...init, body })).status).toBe(200);
    expect(asked).toEqual([method, method]);
    expect(JSON.stringify(received)).not.toMatch(/9999|"failed"/);
  });

  it("counts once, however its nonce is spelled: what is remembered is what was signed", async () => {
    const { received, post } = create();
    const signed = await sign({ ...fields, nonce: "a_b_c" });
    for (const nonce of ["a_b_c", "a=b_c", "a&b=c"]) {
      expect((await post(path, { ...signed, nonce })).status).toBe(200);
    }
    const nonces = received.flatMap((one) => (one as { nonce?: string } | null)?.nonce ?? []);
    expect(nonces).toEqual(["a_b_c", "a_b_c", "a_b_c"]);
  });
});

const FORM = { "content-type": "application/x-www-form-urlencoded" };

describe("an event at /webhooks/voice-event", () => {
  const EVENT = { uuid: "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", status: "answered", to: "447400123456" };
  const account = { apiKey: "k", apiSecret: "", signatureSecret: SECRET, enabled: true };
  const signedBy = async (fields: object, secret = SECRET, at = Date.now()) => ({
    authorization: `Bearer ${await signPayload(JSON.stringify(fields), { ...account, signatureSecret: secret }, at)}`,
  });

  it.each([
    ["started", "accepted"],
    ["ringing", "accepted"],
    ["answered", "delivered"],
    ["human", "delivered"],
    ["machine", "delivered"],
    ["completed", "delivered"],
    ["busy", "failed"],
    ["failed", "failed"],
    ["cancelled", "failed"],
    ["rejected", "rejected"],
    ["timeout", "expired"],
    ["unanswered", "expired"],
    ["disconnected", "unknown"],
  ])("%s is kept as the receipt %s", async (status, receipt) => {
    const { post, received, noted } = create();
    const fields = { ...EVENT, status, network: "23410", price: "0.00150000" };
    expect((await post("voice-event", fields, await signedBy(fields))).status).toBe(200);
    expect(received[0]).toEqual({
      messageId: EVENT.uuid,
      number: EVENT.to,
      status: receipt,
      networkCode: "23410",
      price: "0.00150000",
    });
    expect(noted).toEqual(["voice-event:verified"]);
  });

  it("reaches nothing when it is unsigned, forged, stale or broken off", async () => {
    const { asked, noted, post, call } = create();
    for (const [headers, outcome] of [
      [{}, "unsigned"],
      [await signedBy(EVENT, "another secret"), "forged"],
      [await signedBy({ ...EVENT, status: "failed" }), "forged"],
      [await signedBy(EVENT, SECRET, Date.now() - 400_000), "stale"],
    ] as const) {
      const { status, log } = await post("voice-event", EVENT, headers);
      expect(status).toBe(401);
      expect(log?.hint).toMatch(new RegExp(`^${outcome}: `));
      expect(noted.at(-1)).toBe(`voice-event:${outcome}`);
    }
    expect((await call("voice-event", { method: "POST", body: "{" })).status).toBe(400);
    expect(noted.at(-1)).toBe("voice-event:malformed");
    expect((await call("voice-event", { method: "POST", body: "x".repeat(9000) })).status).toBe(413);
    expect(asked).toEqual([]);
  });

  it("is acknowledged without effect when it is empty, or says nothing about a called number", async () => {
    const { asked, noted, post, call } = create();
    expect((await call("voice-event")).status).toBe(200);
    expect((await call("voice-event", { method: "POST" })).status).toBe(200);
    expect(noted).toEqual([]);
    for (const fields of [
      { uuid: EVENT.uuid, status: "answered" },
      { uuid: EVENT.uuid, type: "transfer" },
    ]) {
      const { status, log } = await post("voice-event", fields, await signedBy(fields));
      expect([status, log?.outcome]).toEqual([200, "invalid"]);
      expect(noted.at(-1)).toBe("voice-event:invalid");
    }
    expect(asked).toEqual([]);
  });

  it("is believed without a signature where unsigned webhooks are accepted", async () => {
    const { asked, noted, post } = create({ unsigned: true });
    expect((await post("voice-event", EVENT)).status).toBe(200);
    expect([asked, noted]).toEqual([["receipt"], ["voice-event:believed"]]);
  });
});
