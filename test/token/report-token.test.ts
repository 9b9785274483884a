import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type MintOptions,
  mintReportToken,
  type ReportTokenClaims,
  type TokenSecret,
  type VerifyOptions,
  verifyReportToken,
} from "../../src/token/index.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const NOW_S = NOW / 1000;
const OLD: TokenSecret = { kid: "2025", secret: "the-old-secret-0123456789-abcdefghij" };
const CURRENT: TokenSecret = { kid: "2026", secret: "the-current-secret-0123456789-abcdef" };
const MESSAGE_ID = "0A0000000123ABCD1";
const claims: ReportTokenClaims = { messageId: MESSAGE_ID, channel: "sms" };

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
const decodePart = (token: string, index: number): unknown =>
  JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString());

const HEADER = { alg: "HS256", typ: "JWT", kid: CURRENT.kid };
const PAYLOAD = {
  sub: MESSAGE_ID,
  channel: "sms",
  traffic: "2fa",
  aud: "vonage-conversion",
  iat: NOW_S,
  exp: NOW_S + 3600,
};

/** Makes a token as any language can. Undefined fields are left out. */
function forge({ header = {}, payload = {}, secret = CURRENT.secret, hash = "sha256" } = {}): string {
  const text = `${encode({ ...HEADER, ...header })}.${encode({ ...PAYLOAD, ...payload })}`;
  return `${text}.${createHmac(hash, secret).update(text).digest("base64url")}`;
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a reused secret", () => {
  it("is imported once, however many tokens it signs and verifies", async () => {
    const secret = { ...CURRENT };
    const importKey = vi.spyOn(crypto.subtle, "importKey");
    const token = await mintReportToken(claims, { secret });
    for (let call = 0; call < 3; call++) await verifyReportToken(token, { secrets: [OLD, secret] });
    expect(importKey).toHaveBeenCalledTimes(1);
    importKey.mockRestore();
  });

  it("is read again after a change", async () => {
    const secret = { ...CURRENT };
    await mintReportToken(claims, { secret });
    Object.assign(secret, { secret: OLD.secret });
    const token = forge({ secret: OLD.secret });
    expect(await verifyReportToken(token, { secrets: [secret] })).toMatchObject({ messageId: MESSAGE_ID });
    const before = () => verifyReportToken(forge(), { secrets: [secret] });
    expect(await conversionErrorOf(before)).toMatchObject({ code: "unauthorized" });
  });
});

describe("a report token", () => {
  it("is a JWT that shows its message, and nothing of the secret", async () => {
    const token = await mintReportToken({ ...claims, traffic: "other" }, { secret: CURRENT });
    expect(decodePart(token, 0)).toEqual(HEADER);
    expect(decodePart(token, 1)).toEqual({ ...PAYLOAD, traffic: "other" });
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{43}$/);
  });

  it("equals another implementation's token of the same claims", async () => {
    const token = await mintReportToken(claims, { secret: CURRENT });
    const [header, payload, signature] = token.split(".");
    expect(createHmac("sha256", CURRENT.secret).update(`${header}.${payload}`).digest("base64url")).toBe(
      signature,
    );
  });

  it.each<[ReportTokenClaims, Partial<MintOptions>, object]>([
    [claims, {}, { messageId: MESSAGE_ID, channel: "sms", traffic: "2fa", expiresAt: NOW + 3_600_000 }],
    [
      { messageId: "号 😀", channel: "voice", traffic: "other" },
      { expiresIn: 30 },
      { messageId: "号 😀", channel: "voice", traffic: "other", expiresAt: NOW + 30_000 },
    ],
    [
      { messageId: "m".repeat(128), channel: "sms", traffic: "2fa" },
      { expiresIn: 86_400 },
      { messageId: "m".repeat(128), channel: "sms", traffic: "2fa", expiresAt: NOW + 86_400_000 },
    ],
  ])("verifies as it was minted: %j %j", async (given, options, expected) => {
    const token = await mintReportToken(given, { secret: CURRENT, ...options });
    expect(await verifyReportToken(token, { secrets: [CURRENT] })).toEqual({ ...expected, kid: CURRENT.kid });
  });

  it("verifies if it was minted by hand, as in any language", async () => {
    expect(await verifyReportToken(forge(), { secrets: [CURRENT] })).toEqual({
      messageId: MESSAGE_ID,
      channel: "sms",
      traffic: "2fa",
      expiresAt: NOW + 3_600_000,
      kid: CURRENT.kid,
    });
  });

  it.each<[string, Parameters<typeof forge>[0]]>([
    ["traffic", { payload: { traffic: undefined } }],
    ["iat", { payload: { iat: undefined } }],
    ["typ", { header: { typ: undefined } }],
  ])("may leave out %s", async (_, changes) => {
    expect(await verifyReportToken(forge(changes), { secrets: [CURRENT] })).toMatchObject({ traffic: "2fa" });
  });

  it("may have several audiences, ours among them, and further claims", async () => {
    const token = forge({ payload: { aud: ["shop", "vonage-conversion"], jti: "1", colour: "red" } });
    expect(await verifyReportToken(token, { secrets: [CURRENT] })).toMatchObject({ messageId: MESSAGE_ID });
  });

  it("verifies for the requested audience, message and channel", async () => {
    const token = await mintReportToken(claims, { secret: CURRENT, audience: "https://worker.example" });
    const asked = { audience: "https://worker.example", messageId: MESSAGE_ID, channel: "sms" } as const;
    expect(await verifyReportToken(token, { secrets: [CURRENT], ...asked })).toMatchObject(claims);
  });

  it("stays valid while its secret is rotated: the first signs, both verify", async () => {
    const before = await mintReportToken(claims, { secret: OLD });
    const after = await mintReportToken(claims, { secret: CURRENT });
    const secrets = [CURRENT, OLD];
    expect(await verifyReportToken(before, { secrets })).toMatchObject({ kid: "2025" });
    expect(await verifyReportToken(after, { secrets })).toMatchObject({ kid: "2026" });
    expect(await conversionErrorOf(() => verifyReportToken(before, { secrets: [CURRENT] }))).toBeDefined();
  });

  it("expires on time, with five seconds of tolerance between clocks", async () => {
    const token = await mintReportToken(claims, { secret: CURRENT, expiresIn: 60 });
    vi.setSystemTime(NOW + 64_000);
    expect(await verifyReportToken(token, { secrets: [CURRENT] })).toMatchObject({ expiresAt: NOW + 60_000 });
    vi.setSystemTime(NOW + 65_000);
    expect(await conversionErrorOf(() => verifyReportToken(token, { secrets: [CURRENT] }))).toMatchObject({
      code: "unauthorized",
    });
  });

  it.each([0, 6, 30, 60])("may last a day, minted by a clock that is %i seconds ahead", async (ahead) => {
    vi.setSystemTime(NOW + ahead * 1000);
    const own = await mintReportToken(claims, { secret: CURRENT, expiresIn: 86_400 });
    vi.setSystemTime(NOW);
    expect(await verifyReportToken(own, { secrets: [CURRENT] })).toMatchObject({
      messageId: MESSAGE_ID,
      expiresAt: NOW + (86_400 + ahead) * 1000,
    });
    // Other libraries add nbf.
    const payload = { iat: NOW_S + ahead, nbf: NOW_S + Math.min(ahead, 59), exp: NOW_S + 86_400 + ahead };
    expect(await verifyReportToken(forge({ payload }), { secrets: [CURRENT] })).toMatchObject(claims);
  });

  it("has five seconds of tolerance with any nbf", async () => {
    const payload = { nbf: NOW_S - 60, exp: NOW_S - 4 };
    expect(await verifyReportToken(forge({ payload }), { secrets: [CURRENT] })).toMatchObject(claims);
  });
});

describe("a refused token", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const withoutSignature = (token: string) => token.slice(0, token.lastIndexOf(".") + 1);
  const swap = (token: string, index: number, part: string) => token.split(".").with(index, part).join(".");
  /** Changes the last character so that significant bits differ. */
  const flipEnd = (token: string) => `${token.slice(0, -1)}${token.endsWith("A") ? "Q" : "A"}`;
  const signedByRsa = () => {
    const text = `${encode({ ...HEADER, alg: "RS256" })}.${encode(PAYLOAD)}`;
    return `${text}.${sign("sha256", Buffer.from(text), rsa.privateKey).toString("base64url")}`;
  };
  const publicKey = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();

  const refused: readonly [string, string, Partial<VerifyOptions>?][] = [
    ["an expired one", forge({ payload: { exp: NOW_S - 5 } })],
    ["one that is not valid yet", forge({ payload: { nbf: NOW_S + 60 } })],
    ["one without exp", forge({ payload: { exp: undefined } })],
    ["one that lasts more than a day", forge({ payload: { exp: NOW_S + 86_461 } })],
    ["one whose nbf is a string", forge({ payload: { nbf: String(NOW_S) } })],
    ["one without end", forge({ payload: { exp: 1e300 } })],
    ["one whose exp is a string", forge({ payload: { exp: String(NOW_S + 60) } })],
    ["one whose exp is null", forge({ payload: { exp: null } })],
    ["one for another message", forge(), { messageId: "0A0000000123ABCD2" }],
    ["one for a message whose id differs in case", forge(), { messageId: MESSAGE_ID.toLowerCase() }],
    ["one for another channel", forge(), { channel: "voice" }],
    ["one for another audience", forge({ payload: { aud: "another" } })],
    ["one for our audience if another is required", forge(), { audience: "another" }],
    ["one without audience", forge({ payload: { aud: undefined } })],
    ["one without sub", forge({ payload: { sub: undefined } })],
    ["one with an empty sub", forge({ payload: { sub: "" } })],
    ["one whose sub is a number", forge({ payload: { sub: 4711 } })],
    ["one whose sub has a line break", forge({ payload: { sub: "a\r\nb" } })],
    ["one whose sub is too long", forge({ payload: { sub: "m".repeat(129) } })],
    ["one without channel", forge({ payload: { channel: undefined } })],
    ["one for an unknown channel", forge({ payload: { channel: "fax" } })],
    ["one for unknown traffic", forge({ payload: { traffic: "2FA" } })],
    ["one whose traffic is null", forge({ payload: { traffic: null } })],
    ["one by an unknown kid", forge({ header: { kid: "2024" } })],
    ["one without kid", forge({ header: { kid: undefined } })],
    ["one whose kid is a property of objects", forge({ header: { kid: "__proto__" } })],
    ["one by the kid of another secret", forge({ secret: OLD.secret }), { secrets: [CURRENT, OLD] }],
    ["one by a wrong secret", forge({ secret: "x".repeat(40) })],
    ["one without any known secret", forge(), { secrets: [] }],
    ["alg none without a signature", withoutSignature(forge({ header: { alg: "none" } }))],
    ["alg none with a signature", forge({ header: { alg: "none" } })],
    ["alg none in another case", withoutSignature(forge({ header: { alg: "nOnE" } }))],
    ["HS512 with the right secret", forge({ header: { alg: "HS512" }, hash: "sha512" })],
    ["HS384 with the right secret", forge({ header: { alg: "HS384" }, hash: "sha384" })],
    ["HS256 under the name of HS512", forge({ header: { alg: "HS512" } })],
    ["RS256 by a key of its own", signedByRsa()],
    ["RS256 over an HMAC of the right secret", forge({ header: { alg: "RS256" } })],
    ["HS256 by a public key", forge({ secret: publicKey })],
    ["one without alg", forge({ header: { alg: undefined } })],
    ["one with a critical extension", forge({ header: { crit: ["colour"], colour: "red" } })],
    ["a header tampered with", swap(forge(), 0, encode({ ...HEADER, typ: "at+jwt" }))],
    ["a payload tampered with", swap(forge(), 1, encode({ ...PAYLOAD, sub: "another" }))],
    [
      "a signature tampered with at its start",
      forge().replace(/\.(.)([^.]*)$/, (_, first, rest) => `.${first === "A" ? "B" : "A"}${rest}`),
    ],
    ["a signature tampered with at its end", flipEnd(forge())],
    ["a signature cut short", forge().slice(0, -2)],
    ["no signature", withoutSignature(forge())],
    ["two parts only", forge().split(".").slice(0, 2).join(".")],
    ["four parts", `${forge()}.x`],
    ["a payload that is not JSON", swap(forge(), 1, Buffer.from("{").toString("base64url"))],
    ["a payload that is a list", swap(forge(), 1, encode([]))],
    ["no JWT", "not-a-jwt"],
    ["nothing", ""],
    ["three empty parts", ".."],
    ["a token after Bearer", `Bearer ${forge()}`],
  ];

  it.each(refused)("is %s, with the same message as all others", async (_, token, options = {}) => {
    const error = await conversionErrorOf(() => verifyReportToken(token, { secrets: [CURRENT], ...options }));
    expect(error.cause).toBeUndefined();
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "ConversionError",
      code: "unauthorized",
      attempts: 0,
      retryable: false,
      message: "The report token is not valid: mint a new one for this message.",
    });
  });

  it("differs from the valid token that all of these were made from", async () => {
    expect(await verifyReportToken(forge(), { secrets: [CURRENT] })).toMatchObject({ messageId: MESSAGE_ID });
  });
});

describe("minting", () => {
  it.each<[string, object, object, string]>([
    ["no claims", { messageId: undefined, channel: undefined }, {}, "messageId must be 1 to 128 characters"],
    ["a blank message id", { messageId: " " }, {}, "messageId must be 1 to 128 characters"],
    [
      "an unknown channel",
      { channel: "fax" },
      {},
      "channel must be one of sms, voice, got a string of 3 characters",
    ],
    ["no channel", { channel: undefined }, {}, "channel must be one of sms, voice, got nothing"],
    ["unknown traffic", { traffic: "marketing" }, {}, "traffic must be one of 2fa, other"],
    ["an unknown claim", { delivered: true }, {}, "delivered is not known here"],
    ["no secret", {}, { secret: undefined }, "secret must be an object of kid, secret, got nothing"],
    [
      "a secret that is a string",
      {},
      { secret: CURRENT.secret },
      "secret must be an object of kid, secret, got a string",
    ],
    [
      "a short secret",
      {},
      { secret: { kid: "k", secret: "s3cret".padEnd(31, "x") } },
      "secret.secret must be 32 to 200 characters",
    ],
    [
      "a secret with a line end",
      {},
      { secret: { kid: "k", secret: `${"s3cret".padEnd(40, "x")}\n` } },
      "secret.secret must be 32 to 200 characters, no control characters",
    ],
    [
      "a secret that begins with a line end",
      {},
      { secret: { kid: "k", secret: `\n${"s3cret".padEnd(40, "x")}` } },
      "secret.secret must be 32 to 200 characters, no control characters",
    ],
    [
      "a secret of 201 characters",
      {},
      { secret: { kid: "k", secret: "s3cret".padEnd(201, "x") } },
      "secret.secret must be 32 to 200 characters",
    ],
    [
      "no kid",
      {},
      { secret: { secret: CURRENT.secret } },
      "secret.kid must be 1 to 40 letters, digits, _ or -, got nothing",
    ],
    [
      "a kid with a blank",
      {},
      { secret: { kid: "a b", secret: CURRENT.secret } },
      "secret.kid must be 1 to 40 letters",
    ],
    ["an empty audience", {}, { audience: "" }, "audience must be 1 to 200 characters"],
    ["an audience of 201", {}, { audience: "a".repeat(201) }, "audience must be 1 to 200 characters"],
    ["an audience with a line end", {}, { audience: "a\nb" }, "audience must be 1 to 200 characters"],
    [
      "less than 30 seconds",
      {},
      { expiresIn: 29 },
      "expiresIn must be a whole number from 30 to 86400, got number",
    ],
    [
      "more than a day",
      {},
      { expiresIn: 86_401 },
      "expiresIn must be a whole number from 30 to 86400, got number",
    ],
    ["a fraction of a second", {}, { expiresIn: 60.5 }, "expiresIn must be a whole number"],
    [
      "a duration in words",
      {},
      { expiresIn: "1h" },
      "expiresIn must be a whole number from 30 to 86400, got a string",
    ],
    ["an unknown option", {}, { expires: 60 }, "expires is not known here"],
  ])(
    "is refused with %s, and the error gives the rule",
    async (_, changedClaims, changedOptions, message) => {
      const error = await conversionErrorOf(() =>
        mintReportToken(
          { ...claims, ...changedClaims } as ReportTokenClaims,
          { secret: CURRENT, ...changedOptions } as MintOptions,
        ),
      );
      expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(message) });
      expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(/s3cret|the-current-secret/);
    },
  );
});
