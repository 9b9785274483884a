import { exportPKCS8, generateKeyPair, jwtVerify } from "jose";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CodeMessage } from "../../../src/two-factor/senders/sender.ts";
import { createVoiceSender, type VoiceSenderOptions } from "../../../src/two-factor/senders/voice-sender.ts";
import { conversionErrorOf } from "../../support/conversion-error.ts";
import {
  type Answer,
  createRecordingFetch,
  hanging,
  type SentRequest,
} from "../../support/recording-fetch.ts";
import { CANARIES, callReply, everythingIn, json, message } from "../../support/two-factor/replies.ts";
import { sendErrorOf } from "../../support/two-factor/send-error.ts";

const applicationId = "11111111-2222-3333-4444-555555555555";
let privateKey: string;
let publicKey: CryptoKey;

beforeAll(async () => {
  const pair = await generateKeyPair("RS256", { extractable: true });
  privateKey = await exportPKCS8(pair.privateKey);
  publicKey = pair.publicKey;
});
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});

function createSender(options: Partial<VoiceSenderOptions> = {}, ...answers: readonly Answer[]) {
  const { fetch, sent } = createRecordingFetch(...(answers.length > 0 ? answers : [callReply]));
  const sender = createVoiceSender({ applicationId, privateKey, from: "12015550100", fetch, ...options });
  return { sender, sent };
}

const tokenOf = (sent: SentRequest | undefined) =>
  /^Bearer (.+)$/.exec(sent?.headers.authorization ?? "")?.[1] ?? "";

async function callOf(changes: Partial<CodeMessage>, options: Partial<VoiceSenderOptions> = {}) {
  const { sender, sent } = createSender(options);
  await sender.send({ ...message, ...changes });
  return JSON.parse(sent[0]?.body ?? "");
}

describe("a call", () => {
  it("goes to the Voice API as JSON, and its uuid is the message id", async () => {
    const { sender, sent } = createSender();
    expect(sender.channel).toBe("voice");
    expect(await sender.send({ ...message, brand: "Acme" })).toEqual({
      messageIds: ["63f61863-4a51-4f6b-86e1-46edebcf9356"],
    });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      method: "POST",
      url: "https://api.nexmo.com/v1/calls",
      redirect: "manual",
      headers: { accept: "application/json", "content-type": "application/json" },
    });
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      to: [{ type: "phone", number: "12015550123" }],
      from: { type: "phone", number: "12015550100" },
      ncco: [
        {
          action: "talk",
          text: expect.stringMatching(/^<speak>Your Acme code is: /),
          language: "en-US",
          loop: 3,
        },
      ],
    });
  });

  it("speaks the user's language, or the configured one", async () => {
    const spoken = async (locale: string, language?: string) =>
      (await callOf({ locale }, language === undefined ? {} : { language })).ncco[0].language;
    expect(await spoken("de-AT")).toBe("de-DE");
    expect(await spoken("pt-BR")).toBe("pt-BR");
    expect(await spoken("de-AT", "en-GB")).toBe("en-GB");
  });

  it("is well-formed with any brand", async () => {
    const { ncco } = await callOf({ brand: `<break time='9s'/> & "Co"` });
    expect(ncco[0].text).toContain("&lt;break time=&apos;9s&apos;/&gt; &amp; &quot;Co&quot;");
  });
});

describe("the token of a call", () => {
  it("is a JWT that the application's public key verifies", async () => {
    const { sender, sent } = createSender();
    await sender.send(message);
    const { payload, protectedHeader } = await jwtVerify(tokenOf(sent[0]), publicKey, {
      algorithms: ["RS256"],
    });
    expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT" });
    expect(Object.keys(payload).sort()).toEqual(["application_id", "exp", "iat", "jti"]);
    const { application_id, iat = 0, exp = 0 } = payload;
    expect(application_id).toBe(applicationId);
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(5);
    expect(exp - iat).toBeGreaterThanOrEqual(60);
    expect(exp - iat).toBeLessThanOrEqual(900);
  });

  it("is new for each request, because a jti is valid once", async () => {
    const { sender, sent } = createSender({}, 429, 503, callReply);
    await sender.send(message);
    const ids = await Promise.all(
      sent.map(async (one) => (await jwtVerify(tokenOf(one), publicKey)).payload.jti),
    );
    expect(new Set(ids).size).toBe(3);
    expect(new Set(sent.map((one) => one.body)).size).toBe(1);
  });

  it("accepts a key with escaped line breaks, as in environment variables", async () => {
    for (const lineBreak of ["\\n", "\\r\\n", "\r\n"]) {
      const { sender, sent } = createSender({ privateKey: privateKey.replaceAll("\n", lineBreak) });
      await sender.send(message);
      await expect(jwtVerify(tokenOf(sent[0]), publicKey)).resolves.toBeDefined();
    }
  });

  it.each<[string, (key: string) => string]>([
    ["space around it", (key) => `\n  ${key}\n \n`],
    ["escaped line breaks behind it", (key) => `${key.trim()}\\r\\n\\n`],
  ])("accepts a key with %s", async (_, change) => {
    const { sender, sent } = createSender({ privateKey: change(privateKey) });
    await sender.send(message);
    await expect(jwtVerify(tokenOf(sent[0]), publicKey)).resolves.toBeDefined();
  });
});

describe("a call that fails", () => {
  it.each<[string, Answer, string]>([
    ["401", json("canary", 401), "unauthorized"],
    ["400", json({ detail: "canary" }, 400), "rejected"],
    ["500", 500, "uncertain"],
    ["a success without uuid", json({ status: "started" }, 201), "uncertain"],
    ["a success that is not JSON", json("canary", 201), "uncertain"],
    ["a timeout", hanging, "uncertain"],
    ["a broken connection", () => Promise.reject(new TypeError("canary")), "uncertain"],
  ])("by %s is not repeated, and its error shows no details", async (_, answer, code) => {
    const { sender, sent } = createSender({ timeout: 50 }, answer);
    const error = await sendErrorOf(() => sender.send(message));
    expect(error).toMatchObject({ code, attempts: 1, mayBeSent: code === "uncertain" });
    expect(error.message).toMatch(/^POST \/v1\/calls: /);
    expect(sent).toHaveLength(1);
    const shown = everythingIn(error);
    expect(shown).not.toMatch(CANARIES);
    expect(shown).not.toContain(tokenOf(sent[0]));
  });
});

const pem = (base64: string) => `-----BEGIN PRIVATE KEY-----${base64}-----END PRIVATE KEY-----`;

describe("the options of a voice sender", () => {
  it.each<[string, object]>([
    ["applicationId", { applicationId: "canary" }],
    ["applicationId", { applicationId: `canary-${applicationId}` }],
    ["applicationId", { applicationId: `${applicationId}-canary` }],
    ["privateKey", { privateKey: "canary" }],
    ["privateKey", { privateKey: "-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----" }],
    ["privateKey", { privateKey: undefined }],
    ["privateKey", { privateKey: `canary${pem("AA==")}` }],
    ["privateKey", { privateKey: `${pem("AA==")}canary` }],
    ["privateKey", { privateKey: pem("") }],
    ["privateKey", { privateKey: pem("canary!") }],
    ["privateKey", { privateKey: pem("A".repeat(10_001)) }],
    ["from", { from: "Acme-canary" }],
    ["from", { from: "+12015550100" }],
    ["from", { from: "1201555010012345" }],
    ["language", { language: "canary canary" }],
    ["language", { language: "en-c!" }],
    ["baseUrl", { baseUrl: "ftp://canary.example" }],
    ["credentials", { credentials: { apiKey: "canary", apiSecret: "canary" } }],
  ])("fail with the name of %s and without its value", async (name, options) => {
    const error = await conversionErrorOf(() => createSender(options));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(name) });
    expect(error.message).not.toMatch(/canary/);
  });

  it("fail with the rule of each", async () => {
    const wrong = { applicationId: "", privateKey: "", from: "", language: "" };
    const { message } = await conversionErrorOf(() => createSender(wrong));
    for (const rule of [
      "applicationId must be a UUID",
      "privateKey must be a private key, PKCS8 in PEM (-----BEGIN PRIVATE KEY-----)",
      "from must be 7 to 15 digits, country code first",
      "language must be a BCP 47 tag",
    ])
      expect(message).toContain(rule);
  });

  it.each(["de", "es-419", "zh_Hant_TW"])("accept %s as language", (language) => {
    expect(() => createSender({ language })).not.toThrow();
  });

  it("fail at the first call if the private key's numbers are damaged, and nothing is sent", async () => {
    // The key has the right form but impossible numbers.
    const integers = Buffer.concat(
      [1, ...Array(8).fill(257)].map((length, at) => {
        if (at === 0) return Buffer.from([2, 1, 0]);
        return Buffer.concat([Buffer.from([2, 0x82, length >> 8, length & 255, 0]), Buffer.alloc(256, 0xee)]);
      }),
    );
    const key = Buffer.concat([
      Buffer.from([0x30, 0x82, integers.length >> 8, integers.length & 255]),
      integers,
    ]);
    const { sender, sent } = createSender({ privateKey: key.toString("base64") });
    for (let call = 0; call < 2; call++) {
      const error = await conversionErrorOf(() => sender.send(message));
      expect(error).toMatchObject({
        code: "invalid_options",
        message: expect.stringContaining("privateKey"),
      });
      expect(everythingIn(error)).not.toContain("7u7u");
    }
    expect(sent).toEqual([]);
  });
});

describe("the doctor's check of the private key", () => {
  it("finds no fault in a good key", async () => {
    expect(await createSender().sender.findFault?.()).toBeUndefined();
  });

  it("finds a damaged modulus that the start accepted", async () => {
    const der = Uint8Array.from(atob(privateKey.replace(/-----.*?-----|\s/g, "")), (one) =>
      one.charCodeAt(0),
    );
    der[33] = 5;
    const damaged = `-----BEGIN PRIVATE KEY-----\n${btoa(String.fromCharCode(...der))}\n-----END PRIVATE KEY-----`;
    const { sender } = createSender({ privateKey: damaged });
    expect(await sender.findFault?.()).toMatch(/^VOICE_PRIVATE_KEY is not a readable RSA private key/);
  });
});
