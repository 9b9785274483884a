// The examination of the workflow: it names settings that cannot have their effect.

import { describe, expect, it, vi } from "vitest";
import { readEnv } from "../../../../adapters/cloudflare/configuration.ts";
import { describeSetup } from "../../../../adapters/cloudflare/two-factor/describe-setup.ts";
import { createExamination } from "../../../../adapters/http/two-factor/examine.ts";
import type { TwoFactorConfig } from "../../../../adapters/http/two-factor/options.ts";
import type { WebhookSighting } from "../../../../adapters/http/two-factor/webhook-record.ts";
import { SANDBOX_APPLICATION } from "../../../../src/sandbox/index.ts";
import type { CodeSender } from "../../../../src/two-factor/senders/sender.ts";

const namespace = { idFromName: (name: string) => name, get: () => ({}) };
const SIGNED = { WEBHOOK_SIGNATURE_SECRET: "secret" };
const ENV = {
  VONAGE_2FA_API_KEY: "abcd1234",
  VONAGE_2FA_API_SECRET: "s",
  PROXY_KEYS_2FA: `shop:${"s".repeat(32)}`,
  LEDGER: namespace,
  CHALLENGES: namespace,
  SEND_LIMITS: namespace,
  TWO_FACTOR_SECRETS: `c1:${"c".repeat(32)}`,
  TWO_FACTOR_BRAND: "Acme",
  TWO_FACTOR_COUNTRIES: "GB US",
  SMS_FROM: "Acme US=12015550100",
};
const VOICE = {
  VOICE_APPLICATION_ID: SANDBOX_APPLICATION.applicationId,
  VOICE_PRIVATE_KEY: SANDBOX_APPLICATION.privateKey,
  VOICE_FROM: "447400123456",
};
const NOW = Date.parse("2026-11-23T12:00:00Z");

const sighting = (
  outcome: WebhookSighting["outcome"],
  webhook: WebhookSighting["webhook"] = "inbound-sms",
) => ({
  webhook,
  outcome,
  count: 2,
  lastAt: NOW,
});

function examine(
  settings: object,
  sightings: readonly WebhookSighting[] | null = [],
  own: { sms?: CodeSender; voice?: CodeSender } = {},
) {
  const env = { ...ENV, ...settings };
  const read = readEnv(env, own);
  if (!("config" in read)) throw new Error(JSON.stringify(read));
  const config = read.twoFactor as TwoFactorConfig;
  const record = { read: vi.fn(async () => sightings ?? undefined) };
  let now = NOW;
  const examination = createExamination(config, describeSetup(env, config, own), record, () => now);
  return {
    ...examination,
    record,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe("webhooks", () => {
  it.each<[string, object, WebhookSighting[], string, RegExp]>([
    [
      "a secret, and no webhook",
      SIGNED,
      [],
      "WEBHOOK_SIGNATURE_SECRET",
      /no webhook has ever been verified with it\. .*point/,
    ],
    [
      "no trust at all",
      {},
      [],
      "WEBHOOK_SIGNATURE_SECRET",
      /^is not set, so receipts and replies are refused/,
    ],
    [
      "unsigned ones alone",
      SIGNED,
      [sighting("unsigned")],
      "WEBHOOK_SIGNATURE_SECRET",
      /arrive unsigned.*Vonage support/,
    ],
    [
      "forged ones alone",
      SIGNED,
      [sighting("forged")],
      "WEBHOOK_SIGNATURE_SECRET",
      /other signatures.*Compare it/,
    ],
    ["stale ones alone", SIGNED, [sighting("stale")], "WEBHOOK_SIGNATURE_SECRET", /other signatures/],
    [
      "malformed ones alone",
      SIGNED,
      [sighting("malformed")],
      "WEBHOOK_SIGNATURE_SECRET",
      /no webhook has ever been verified/,
    ],
    [
      "those of the Messages API",
      SIGNED,
      [sighting("messages_api"), sighting("unsigned")],
      "WEBHOOK_SIGNATURE_SECRET",
      /Messages API.*default SMS setting to SMS API/,
    ],
    [
      "those of the Messages API since the account was switched",
      SIGNED,
      [{ ...sighting("verified", "delivery-receipt"), lastAt: NOW - 60_000 }, sighting("messages_api")],
      "WEBHOOK_SIGNATURE_SECRET",
      /Messages API since the last one in the shape of the SMS API.*default SMS setting to SMS API/,
    ],
    [
      "those of the Messages API since the account was switched, where anything is believed",
      { WEBHOOK_UNSIGNED: "accept" },
      [
        { ...sighting("believed"), lastAt: NOW - 3_600_000 },
        { ...sighting("verified"), lastAt: NOW - 60_000 },
        { ...sighting("messages_api", "delivery-receipt"), lastAt: NOW - 59_000 },
      ],
      "WEBHOOK_UNSIGNED",
      /Messages API since/,
    ],
    [
      "nothing where anything is believed",
      { WEBHOOK_UNSIGNED: "accept" },
      [],
      "WEBHOOK_UNSIGNED",
      /no webhook has ever arrived/,
    ],
  ])("%s: the setting is named", async (_, settings, seen, name, detail) => {
    const { notes, diagnose } = examine(settings, seen);
    expect(await notes()).toEqual([{ name, detail: expect.stringMatching(detail) }]);
    expect((await diagnose()).notes).toEqual(await notes());
  });

  it.each<[string, object, WebhookSighting[] | null]>([
    ["one has verified", SIGNED, [sighting("verified", "delivery-receipt"), sighting("forged")]],
    ["one was believed", { WEBHOOK_UNSIGNED: "accept" }, [sighting("believed")]],
    [
      "one has verified, and others are of the Messages API",
      SIGNED,
      [sighting("verified"), sighting("messages_api")],
    ],
    [
      "one has verified since others of the Messages API came",
      SIGNED,
      [sighting("verified"), { ...sighting("messages_api"), lastAt: NOW - 60_000 }],
    ],
    ["what came cannot be told", SIGNED, null],
  ])("nothing is said where %s", async (_, settings, seen) => {
    expect(await examine(settings, seen).notes()).toEqual([]);
  });

  it("are asked about once a minute at most, whoever asks how often", async () => {
    const { notes, record, pass } = examine(SIGNED);
    await Promise.all(Array.from({ length: 50 }, notes));
    expect(record.read).toHaveBeenCalledTimes(1);
    pass(59_999);
    await notes();
    expect(record.read).toHaveBeenCalledTimes(1);
    pass(1);
    await notes();
    expect(record.read).toHaveBeenCalledTimes(2);
  });

  it("that cannot be read delay no answer", async () => {
    vi.useFakeTimers();
    const { notes, record } = examine(SIGNED);
    record.read.mockReturnValue(new Promise(() => {}));
    const noted = notes();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await noted).toEqual([]);
    vi.useRealTimers();
  });
});

describe("senders", () => {
  const verified = [sighting("verified")];

  it("are shown as they are set, without any secret", async () => {
    const diagnosis = await examine({ ...SIGNED, ...VOICE, SHORT_CODE_COUNTRIES: "US" }, verified).diagnose();
    expect(diagnosis).toMatchObject({
      sms: { from: "Acme", fromByCountry: { US: "12015550100" }, shortCodeCountries: ["US"], fault: null },
      voice: { from: "447400123456", fault: null },
      countries: ["GB", "US"],
      numberTypes: { sms: ["mobile"], voice: ["mobile", "landline"] },
      defaultCountry: null,
      webhooks: { trust: "signed" },
      notes: [],
    });
    expect(diagnosis.limits.number).toEqual({ messages: 5, seconds: 3600 });
    expect(diagnosis.webhooks.seen).toEqual([
      { webhook: "inbound-sms", outcome: "verified", count: 2, lastAt: "2026-11-23T12:00:00.000Z" },
    ]);
    const text = JSON.stringify(diagnosis);
    for (const secret of [...Object.values(SIGNED), VOICE.VOICE_PRIVATE_KEY, ENV.TWO_FACTOR_SECRETS])
      expect(text).not.toContain(secret);
  });

  it("that are not there are null", async () => {
    const diagnosis = await examine(SIGNED, null).diagnose();
    expect(diagnosis).toMatchObject({ voice: null, webhooks: { seen: null } });
    const calls = await examine({ ...SIGNED, ...VOICE, SMS_FROM: "" }, verified).diagnose();
    expect(calls.sms).toBeNull();
  });

  it("with an invalid private key are refused at start, with advice how to convert it", () => {
    const pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    expect(readEnv({ ...ENV, ...SIGNED, ...VOICE, VOICE_PRIVATE_KEY: pem })).toMatchObject({
      invalid: [{ name: "VOICE_PRIVATE_KEY", detail: expect.stringContaining("openssl pkcs8") }],
    });
  });

  it("of the operator's own may say what is wrong with them", async () => {
    const sms: CodeSender = {
      channel: "sms",
      send: async () => ({ messageIds: ["1"] }),
      findFault: async () => "the gateway is not reachable".padEnd(500, "!"),
    };
    const voice: CodeSender = {
      channel: "voice",
      send: async () => ({ messageIds: ["1"] }),
      findFault: async () => {
        throw new Error("S3CRET");
      },
    };
    const diagnosis = await examine({ ...SIGNED, ...VOICE }, verified, { sms, voice }).diagnose();
    expect(diagnosis.sms).toMatchObject({ from: null, fromByCountry: {}, shortCodeCountries: [] });
    expect(diagnosis.sms?.fault).toHaveLength(300);
    expect(diagnosis.voice).toEqual({ from: null, fault: "could not be checked" });
  });

  it.each<[object, string, RegExp]>([
    [{ SHORT_CODE_COUNTRIES: "US,CA" }, "SHORT_CODE_COUNTRIES", /^names CA, which TWO_FACTOR_COUNTRIES/],
    [
      { SHORT_CODE_COUNTRIES: "US", TWO_FACTOR_COUNTRIES: "* -US", SMS_FROM: "447400123456" },
      "SHORT_CODE_COUNTRIES",
      /^names US, which TWO_FACTOR_COUNTRIES/,
    ],
    [{ SHORT_CODE_COUNTRIES: "US", SMS_FROM: "" }, "SMS_FROM", /^has no sender for GB, which get no texts$/],
    [{ SMS_FROM: "GB=Acme" }, "SMS_FROM", /^has no sender for US/],
    [{ SMS_FROM: "GB=Acme", TWO_FACTOR_COUNTRIES: "*" }, "SMS_FROM", /^has no sender for other countries/],
    [{ SMS_FROM: "Acme" }, "SMS_FROM", /^is a name in US, where phones accept texts from numbers only.*US=/],
    [
      { SMS_FROM: "Acme", TWO_FACTOR_COUNTRIES: "* -CU" },
      "SMS_FROM",
      /^is a name in US and CA, where phones accept texts from numbers only/,
    ],
    [
      { SMS_FROM: "Acme US=12015550100 DE=Acme" },
      "SMS_FROM",
      /^has a sender for DE, which TWO_FACTOR_COUNTRIES/,
    ],
    [
      { TWO_FACTOR_COOLDOWN_S: "60", TWO_FACTOR_LIFETIME_S: "60" },
      "TWO_FACTOR_COOLDOWN_S",
      /^is not shorter than TWO_FACTOR_LIFETIME_S/,
    ],
  ])("%j: the setting that cannot do what it is there for is named", async (settings, name, detail) => {
    const notes = await examine({ ...SIGNED, ...settings }, verified).notes();
    expect(notes).toEqual([{ name, detail: expect.stringMatching(detail) }]);
  });

  it.each([
    { SHORT_CODE_COUNTRIES: "US" },
    { SHORT_CODE_COUNTRIES: "US,CA", TWO_FACTOR_COUNTRIES: "*", SMS_FROM: "Acme" },
    { SMS_FROM: "Acme", TWO_FACTOR_COUNTRIES: "GB DE" },
    { SMS_FROM: "447400123456" },
    { TWO_FACTOR_COOLDOWN_S: "30", TWO_FACTOR_LIFETIME_S: "31" },
    { SHORT_CODE_COUNTRIES: "US", SMS_FROM: "", TWO_FACTOR_COUNTRIES: "US" },
  ])("%j: nothing is said", async (settings) => {
    expect(await examine({ ...SIGNED, ...settings }, verified).notes()).toEqual([]);
  });
});
