import { SignJWT } from "jose/jwt/sign";
import { importPKCS8 } from "jose/key/import";
import { beforeEach, describe, expect, it } from "vitest";
import { createSandbox, SANDBOX_APPLICATION, type Sandbox } from "../../src/sandbox/index.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const SECONDS = NOW / 1000;
const CALLS = "https://api.nexmo.com/v1/calls";
const HANDSET = "447700900001";
const CALL = {
  to: [{ type: "phone", number: HANDSET }],
  from: { type: "phone", number: "447700900999" },
  ncco: [{ action: "talk", text: "Your code is 4, 7, 1, 1.", language: "en-GB", loop: 2 }],
};

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox({ now: () => NOW });
});

const claims = (more: object = {}) => ({
  application_id: SANDBOX_APPLICATION.applicationId,
  iat: SECONDS,
  exp: SECONDS + 300,
  jti: crypto.randomUUID(),
  ...more,
});
const toToken = async (payload: Record<string, unknown>, key = SANDBOX_APPLICATION.privateKey) =>
  new SignJWT(payload).setProtectedHeader({ alg: "RS256", typ: "JWT" }).sign(await importPKCS8(key, "RS256"));
const post = async (body: unknown, authorization?: string, type = "application/json") => {
  const headers = {
    authorization: authorization ?? `Bearer ${await toToken(claims())}`,
    "content-type": type,
  };
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return sandbox.fetch(CALLS, { method: "POST", headers, body: text });
};
const withTalk = (talk: object) => ({ ...CALL, ncco: [{ ...CALL.ncco[0], ...talk }] });

describe("a good call", () => {
  it("is started as Vonage does it, and rings", async () => {
    const response = await post(CALL);
    expect(response.status).toBe(201);
    const answer = (await response.json()) as { uuid: string };
    const uuid = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/;
    expect(answer).toEqual({
      uuid: expect.stringMatching(uuid),
      status: "started",
      direction: "outbound",
      conversation_uuid: expect.stringMatching(/^CON-[\da-f-]{36}$/),
    });
    const handset = sandbox.handset(HANDSET);
    expect(handset.calls()).toEqual([
      {
        uuid: answer.uuid,
        number: HANDSET,
        from: "447700900999",
        startedAt: "2026-06-01T12:00:00.000Z",
        heard: "Your code is 4, 7, 1, 1.",
        language: "en-GB",
        loop: 2,
      },
    ]);
    expect(handset.answer(answer.uuid)).toBe("Your code is 4, 7, 1, 1.");
    expect(handset.code()).toBe("4711");
    expect(handset.inbox()).toEqual([]);
    expect(() => sandbox.handset("447700900002").answer(answer.uuid)).toThrow(
      "no call with this uuid rang here",
    );
  });

  it.each<[string, string]>([
    [
      "<speak>Your code is 4<break time='300ms'/>7<break strength=\"weak\"/> <break/>1.</speak>",
      "Your code is 4, 7, 1.",
    ],
    [
      "<speak><prosody rate='slow'>Fish &amp; Chips <say-as interpret-as=\"digits\">47</say-as></prosody></speak>",
      "Fish & Chips 47",
    ],
    ["<speak><p>Hello.</p><p>1 &lt; 2</p></speak>", "Hello. 1 < 2"],
    ["<speak>the <sub alias='World Wide Web'>WWW</sub></speak>", "the World Wide Web"],
    ["Fish & Chips, 1 < 2", "Fish & Chips, 1 < 2"],
  ])("speaks %s", async (text, heard) => {
    const response = await post(withTalk({ text }));
    const { uuid } = (await response.json()) as { uuid: string };
    expect(sandbox.handset(HANDSET).answer(uuid)).toBe(heard);
  });

  it.each<[string, object]>([
    ["an event URL", { event_url: ["https://example.com/events"], event_method: "POST" }],
    ["machine detection and timers", { machine_detection: "hangup", length_timer: 120, ringing_timer: 60 }],
    ["any number of the application's", { from: undefined, random_from_number: true }],
  ])("may have %s", async (_, more) => {
    expect((await post({ ...CALL, ...more })).status).toBe(201);
  });
});

describe("a caller", () => {
  it.each<[string, () => Promise<string> | string]>([
    ["without a JWT", () => ""],
    ["with Basic", () => `Basic ${btoa("a:b")}`],
    ["with a JWT that is none", () => "Bearer a.b.c"],
    [
      "of another application",
      async () => `Bearer ${await toToken(claims({ application_id: crypto.randomUUID() }))}`,
    ],
    ["without an application", async () => `Bearer ${await toToken(claims({ application_id: undefined }))}`],
    ["without iat", async () => `Bearer ${await toToken(claims({ iat: undefined }))}`],
    ["without exp", async () => `Bearer ${await toToken(claims({ exp: undefined }))}`],
    ["without jti", async () => `Bearer ${await toToken(claims({ jti: undefined }))}`],
    [
      "with a JWT that has ended",
      async () => `Bearer ${await toToken(claims({ iat: 1, exp: SECONDS - 31 }))}`,
    ],
    [
      "with a JWT of the future",
      async () => `Bearer ${await toToken(claims({ iat: SECONDS + 31, exp: SECONDS + 99 }))}`,
    ],
    ["with a JWT for over a day", async () => `Bearer ${await toToken(claims({ exp: SECONDS + 86_401 }))}`],
    ["with a JWT by another key", async () => `Bearer ${await toToken(claims(), await otherKey())}`],
    [
      "with a JWT by HS256",
      async () => {
        const jwt = new SignJWT(claims()).setProtectedHeader({ alg: "HS256" });
        return `Bearer ${await jwt.sign(new TextEncoder().encode(SANDBOX_APPLICATION.publicKey))}`;
      },
    ],
  ])("answers a call with %s with a 401 problem, and nothing rings", async (_, toHeader) => {
    const response = await post(CALL, await toHeader());
    expect([response.status, response.headers.get("content-type")]).toEqual([
      401,
      "application/problem+json",
    ]);
    expect(await response.json()).toMatchObject({ title: "Unauthorized", detail: expect.any(String) });
    expect(sandbox.handset(HANDSET).calls()).toEqual([]);
  });

  it("may use a jti once, also at the same time, and a JWT for a whole day", async () => {
    const token = `Bearer ${await toToken(claims({ exp: SECONDS + 86_400 }))}`;
    const responses = await Promise.all([post(CALL, token), post(CALL, token)]);
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 401]);
    expect((await post(CALL, token)).status).toBe(401);
    expect(sandbox.handset(HANDSET).calls()).toHaveLength(1);
  });
});

async function otherKey(): Promise<string> {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048 };
  const pair = await crypto.subtle.generateKey(
    { ...algorithm, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ["sign", "verify"],
  );
  const bytes = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return `-----BEGIN PRIVATE KEY-----\n${btoa(String.fromCharCode(...bytes))}\n-----END PRIVATE KEY-----`;
}

describe("a call as official SDKs write it", () => {
  it.each<[string, object, number]>([
    [
      "PHP: numbers and flags as text",
      withTalk({ loop: "3", level: "0.5", style: "0", premium: "true", bargeIn: "false" }),
      3,
    ],
    ["PHP: timers as text", { ...CALL, length_timer: "7200", ringing_timer: "60" }, 2],
    ["keys to press when it is taken", { ...CALL, to: [{ ...CALL.to[0], dtmfAnswer: "p*123#" }] }, 2],
    [
      "an identity by SHAKEN",
      { ...CALL, to: [{ ...CALL.to[0], shaken: "eyJhbGciOi.x.y;info=<https://x.example>" }] },
      2,
    ],
    ["Java and .NET: an answer_method beside the ncco", { ...CALL, answer_method: "GET" }, 2],
    [
      "advanced machine detection",
      {
        ...CALL,
        advanced_machine_detection: { behavior: "continue", mode: "detect_beep", beep_timeout: 45 },
      },
      2,
    ],
    ["PHP: a beep timeout as text", { ...CALL, advanced_machine_detection: { beep_timeout: "120" } }, 2],
  ])("takes a call as an SDK sends it: %s", async (_, call, loop) => {
    expect((await post(call)).status).toBe(201);
    expect(sandbox.handset(HANDSET).calls()).toMatchObject([{ loop }]);
  });
});

describe("a call that is not exactly right", () => {
  it.each<[string, unknown, string]>([
    ["no JSON", "{", "must be an object of to, from"],
    ["no callee", { ...CALL, to: undefined }, "to must be a list of one phone"],
    ["two callees", { ...CALL, to: [...CALL.to, ...CALL.to] }, "to must be a list of one phone"],
    ["a callee with +", { ...CALL, to: [{ type: "phone", number: `+${HANDSET}` }] }, "to.0.number must be"],
    [
      "a callee that is a number",
      { ...CALL, to: [{ type: "phone", number: 447700900001 }] },
      "to.0.number must",
    ],
    [
      "a callee by SIP",
      { ...CALL, to: [{ type: "sip", number: HANDSET }] },
      "to.0.type must be one of phone",
    ],
    ["no caller", { ...CALL, from: undefined }, "exactly one of from and random_from_number"],
    ["two callers", { ...CALL, random_from_number: true }, "exactly one of from and random_from_number"],
    ["a caller that is a text", { ...CALL, from: "447700900999" }, "from must be an object of type, number"],
    ["nothing to say", { ...CALL, ncco: [] }, "ncco must be a list of one talk action"],
    ["a blank text", withTalk({ text: " " }), "ncco.0.text must be"],
    ["another action", withTalk({ action: "record" }), "ncco.0.action must be one of talk"],
    ["an odd language", withTalk({ language: "english" }), "ncco.0.language must be a language"],
    ["a loop of -1", withTalk({ loop: -1 }), "ncco.0.loop must be a whole number"],
    ["a loop in words", withTalk({ loop: "twice" }), "ncco.0.loop must be"],
    ["a loop and a half", withTalk({ loop: "1.5" }), "ncco.0.loop must be"],
    ["a flag in words", withTalk({ premium: "yes" }), "ncco.0.premium must be"],
    ["a timer of nothing", { ...CALL, ringing_timer: "0" }, "ringing_timer must be"],
    [
      "keys that no phone has",
      { ...CALL, to: [{ ...CALL.to[0], dtmfAnswer: "12a" }] },
      "to.0.dtmfAnswer must be",
    ],
    [
      "a beep that comes too soon",
      { ...CALL, advanced_machine_detection: { beep_timeout: 44 } },
      "advanced_machine_detection.beep_timeout must be",
    ],
    ["an unknown field of talk", withTalk({ voiceName: "Amy" }), "ncco.0.voiceName is not known here"],
    ["an unknown field", { ...CALL, callback: "https://x" }, "callback is not known here"],
    [
      "an event URL that is none",
      { ...CALL, event_url: ["here"] },
      "event_url.0 must be an http or https URL",
    ],
    ["an & not escaped", withTalk({ text: "<speak>Fish & Chips</speak>" }), "not well-formed SSML"],
    ["a < not escaped", withTalk({ text: "<speak>1 < 2</speak>" }), "not well-formed SSML"],
    ["tags not within speak", withTalk({ text: "Hi <break/>" }), "not within <speak>"],
    ["tags that do not match", withTalk({ text: "<speak><p>Hi</s></speak>" }), "do not match"],
    ["a tag left open", withTalk({ text: "<speak><p>Hi</speak>" }), "do not match"],
    [
      "a tag of no voice",
      withTalk({ text: "<speak><blink>Hi</blink></speak>" }),
      "a tag that the Voice API does not support",
    ],
    [
      "text after the end",
      withTalk({ text: "<speak>a</speak>b<speak>c</speak>" }),
      "continues after </speak>",
    ],
    ["too much to say", withTalk({ text: "x".repeat(1501) }), "must be up to 1500 characters"],
  ])("with %s is refused with every fault by name, and does not ring", async (_, body, expected) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    const problem = (await response.json()) as { detail: string; invalid_parameters: { name: string }[] };
    expect(problem.detail).toContain(expected);
    expect(problem.invalid_parameters).toEqual([{ name: expect.any(String), reason: expect.any(String) }]);
    expect(sandbox.handset(HANDSET).calls()).toEqual([]);
  });

  it("is refused when it is not declared JSON, or too large", async () => {
    expect((await post(CALL, undefined, "text/plain")).status).toBe(415);
    expect((await post(JSON.stringify(CALL).padEnd(8193))).status).toBe(400);
    expect((await sandbox.fetch(CALLS)).status).toBe(405);
  });
});

it("calls above the limit get 429, and do not ring", async () => {
  sandbox.limit(1, "1");
  expect((await post(CALL)).status).toBe(201);
  const refused = await post(CALL);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
  expect(sandbox.handset(HANDSET).calls()).toHaveLength(1);
});

it("faults strike calls, which ring only if recorded", async () => {
  sandbox.fail({ path: "calls", status: 503, retryAfter: "1" });
  sandbox.fail({ path: "calls", status: 500, recorded: true });
  expect([(await post(CALL)).status, sandbox.handset(HANDSET).calls().length]).toEqual([503, 0]);
  expect([(await post(CALL)).status, sandbox.handset(HANDSET).calls().length]).toEqual([500, 1]);
});

it("a carrier that does not deliver lets nothing ring", async () => {
  sandbox.carrier({ delivers: false });
  expect((await post(CALL)).status).toBe(201);
  await sandbox.idle();
  expect(sandbox.handset(HANDSET).calls()).toEqual([]);
});
