// Idempotency keys, over the wire: a repetition gets the same answer, sends nothing twice and counts nothing twice.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTwoFactorClient, type TwoFactorClient } from "../../../src/two-factor/index.ts";
import { PROXY_KEY } from "../../support/local-stack.ts";
import {
  aNumber,
  COOLDOWN_MS,
  codeAt,
  notThe,
  reportsOf,
  startTwoFactorStack,
  THROTTLED_MS,
  type TwoFactorStack,
} from "../../support/two-factor-stack.ts";
import { callsOf } from "./ledger-worker.ts";

const SECOND_KEY = { name: "second-shop", key: "second-proxy-key-of-a-shop-0123456789abcdef" };

let stack: TwoFactorStack;
beforeAll(async () => {
  stack = await startTwoFactorStack({
    PROXY_KEYS_2FA: `${PROXY_KEY.name}:${PROXY_KEY.key} ${SECOND_KEY.name}:${SECOND_KEY.key}`,
    TWO_FACTOR_LIMITS: "number=3/3600 prefix=10000/3600 caller=10000/3600 total=10000/3600",
  });
});
afterAll(() => stack?.stop());

let keys = 0;
const aKey = () => `key-${keys++}-${crypto.randomUUID()}`;

async function post(path: string, body: object, key?: string, proxyKey = PROXY_KEY.key) {
  const response = await fetch(`${stack.worker.url}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${proxyKey}`,
      "content-type": "application/json",
      ...(key !== undefined && { "idempotency-key": key }),
    },
    body: JSON.stringify(body),
  });
  const { headers, status } = response;
  const text = await response.text();
  return { status, text, body: JSON.parse(text), retryAfter: headers.get("retry-after") };
}
const start = (to: string, key?: string, more: object = {}) =>
  post("/2fa", { to, channel: "sms", ...more }, key);
const textsTo = (number: string) => stack.sandbox.handset(number).inbox().length;
const problemOf = ({ status, body }: Awaited<ReturnType<typeof post>>) => [
  status,
  String(body.type).replace("urn:problem:vonage-conversion:", ""),
];

describe("a start under a key", () => {
  it("gets the same answer when it is repeated, sends one text and counts once", async () => {
    const [number, key] = [aNumber(), aKey()];
    const first = await start(number, key);
    expect(first.status).toBe(201);
    // A wrong code and a resend later on change the challenge, and not the answer.
    await post(`/2fa/${first.body.id}/check`, { code: notThe(codeAt(stack.sandbox, number)) });
    for (let repeated = 0; repeated < 5; repeated++) {
      const again = await start(number, key);
      expect([again.status, again.text]).toEqual([first.status, first.text]);
    }
    expect(textsTo(number)).toBe(1);
    // Of three, two are left.
    expect((await start(number)).status).toBe(201);
    expect((await start(number)).status).toBe(201);
    expect((await start(number)).status).toBe(429);
    expect((await start(number, key)).text).toBe(first.text);
  });

  it("sends one text for concurrent requests, and answers 409 while the first is in progress", async () => {
    const [number, key] = [aNumber(), aKey()];
    const answers = await Promise.all(Array.from({ length: 8 }, () => start(number, key)));
    expect(textsTo(number)).toBe(1);
    for (const answer of answers) {
      if (answer.status === 201) continue;
      expect(problemOf(answer)).toEqual([409, "idempotency-key-in-use"]);
      expect(answer.retryAfter).toBe("1");
    }
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
    expect((await start(number, key)).status).toBe(201);
    expect(textsTo(number)).toBe(1);
  });

  it("is refused for another request, even if another shard has its number, and nothing is sent", async () => {
    const key = aKey();
    const number = aNumber();
    const first = await start(number, key);
    const others = Array.from({ length: 8 }, aNumber);
    for (const other of others)
      expect(problemOf(await start(other, key))).toEqual([422, "idempotency-key-reused"]);
    expect(problemOf(await start(number, key, { channel: "voice" }))).toEqual([
      422,
      "idempotency-key-reused",
    ]);
    expect(problemOf(await start(number, key, { brand: "Other" }))).toEqual([422, "idempotency-key-reused"]);
    expect(others.map(textsTo)).toEqual(others.map(() => 0));
    expect((await start(number, key)).text).toBe(first.text);
  });

  it("belongs to its proxy key: another caller cannot learn of its request", async () => {
    const [number, key] = [aNumber(), aKey()];
    const first = await start(number, key);
    const other = await post("/2fa", { to: aNumber(), channel: "sms" }, key, SECOND_KEY.key);
    expect(other.status).toBe(201);
    expect(other.body.id).not.toBe(first.body.id);
  });

  it("may come from another address, as phones do that leave a wireless network", async () => {
    const [number, key] = [aNumber(), aKey()];
    const first = await start(number, key, { ip: "192.0.2.1" });
    expect((await start(number, key, { ip: "2001:db8::1" })).text).toBe(first.text);
  });

  it("is answered the same where Vonage refused it, without asking Vonage again", async () => {
    const [number, key] = [aNumber(), aKey()];
    stack.sandbox.fail({ path: "sms", smsStatus: "7" });
    const first = await start(number, key);
    expect(problemOf(first)).toEqual([422, "number-refused"]);
    expect((await start(number, key)).text).toBe(first.text);
    expect(textsTo(number)).toBe(0);
  });

  it("is answered the same where Vonage did not answer: nothing is sent again, and its code is taken", async () => {
    const [number, key] = [aNumber(), aKey()];
    stack.sandbox.fail({ path: "sms", drop: true, recorded: true });
    const first = await start(number, key);
    expect(problemOf(first)).toEqual([504, "send-uncertain"]);
    expect((await start(number, key)).text).toBe(first.text);
    expect(textsTo(number)).toBe(1);
    const code = codeAt(stack.sandbox, number);
    expect((await post(`/2fa/${first.body.id}/check`, { code })).status).toBe(200);
  });

  it.each([
    ["sms", { path: "sms", smsStatus: "5", times: 3 }, "send-unavailable"],
    ["sms", { path: "sms", status: 503, times: 3 }, "send-unavailable"],
    ["sms", { path: "sms", smsStatus: "1", times: 3 }, "send-throttled"],
    ["sms", { path: "sms", status: 429, times: 3 }, "send-throttled"],
    ["voice", { path: "calls", status: 429, times: 3 }, "send-throttled"],
    ["voice", { path: "calls", status: 503, times: 3 }, "send-unavailable"],
  ] as const)(
    "by %s that came at a bad time (%j) is tried again under its key, and counts once",
    async (channel, fault, problem) => {
      const [number, key] = [aNumber(), aKey()];
      stack.sandbox.fail(fault);
      const first = await start(number, key, { channel });
      expect(problemOf(first)).toEqual([503, problem]);
      expect([textsTo(number), stack.sandbox.handset(number).calls().length]).toEqual([0, 0]);
      // Still another request than this one.
      expect(problemOf(await start(number, key, { channel, brand: "Other" }))).toEqual([
        422,
        "idempotency-key-reused",
      ]);
      await stack.turnClock(THROTTLED_MS);
      const second = await start(number, key, { channel });
      expect(second.status).toBe(201);
      expect((await start(number, key, { channel })).text).toBe(second.text);
      // Of three, two are left.
      expect((await start(number)).status).toBe(201);
      expect((await start(number)).status).toBe(201);
      expect((await start(number)).status).toBe(429);
      expect((await start(number, key, { channel })).text).toBe(second.text);
    },
  );

  it("that a limit refuses may be repeated later: nothing was done", async () => {
    const [number, key] = [aNumber(), aKey()];
    for (let sent = 0; sent < 3; sent++) await start(number);
    expect(problemOf(await start(number, key))).toEqual([429, "number-limit"]);
    expect(problemOf(await start(number, key))).toEqual([429, "number-limit"]);
    expect(problemOf(await start(aNumber(), key))).toEqual([422, "idempotency-key-reused"]);
  });

  it("takes the key with quotes, as the draft says, and without", async () => {
    const [number, key] = [aNumber(), aKey()];
    const first = await start(number, `"${key}"`);
    expect((await start(number, key)).text).toBe(first.text);
    expect(textsTo(number)).toBe(1);
  });

  it.each(["", '""', '"a', 'a"', "a b", "a, b", '"a", "b"', "a\\b", "x".repeat(256), "\u00fc"])(
    "refuses an invalid key: %j",
    async (key) => {
      const number = aNumber();
      const answer = await start(number, key);
      expect(problemOf(answer)).toEqual([400, "invalid-parameters"]);
      expect(answer.body.errors).toMatchObject([{ parameter: "Idempotency-Key" }]);
      expect(textsTo(number)).toBe(0);
    },
  );
});

describe("a check under a key", () => {
  it("costs one attempt however often it is repeated, and gets the same refusal", async () => {
    const number = aNumber();
    const { body } = await start(number);
    const [path, code, key] = [`/2fa/${body.id}/check`, codeAt(stack.sandbox, number), aKey()];
    const first = await post(path, { code: notThe(code) }, key);
    expect([...problemOf(first), first.body.attemptsLeft]).toEqual([422, "code-wrong", 4]);
    const more = await Promise.all(Array.from({ length: 6 }, () => post(path, { code: notThe(code) }, key)));
    expect(new Set([first, ...more].map(({ text }) => text)).size).toBe(1);
    expect(problemOf(await post(path, { code }, key))).toEqual([422, "idempotency-key-reused"]);

    const taken = aKey();
    expect(await post(path, { code }, taken)).toMatchObject({ status: 200, body: { verified: true } });
    expect(await post(path, { code }, taken)).toMatchObject({ status: 200, body: { verified: true } });
    // Without the key, or with another one, a code is taken once.
    expect(problemOf(await post(path, { code }))).toEqual([422, "code-used"]);
    expect(problemOf(await post(path, { code }, aKey()))).toEqual([422, "code-used"]);
    expect(problemOf(await post(path, { code }, taken, SECOND_KEY.key))).toEqual([422, "code-used"]);
    await stack.sandbox.idle();
    const details = await stack.client.get(body.id);
    expect(reportsOf(stack.sandbox, details.messages[0]?.messageId)).toEqual([true]);
  });
});

describe("a resend under a key", () => {
  it("sends one text however often it is repeated; what was refused before may be repeated when its time has come", async () => {
    const number = aNumber();
    const { body } = await start(number);
    const [path, key] = [`/2fa/${body.id}/resend`, aKey()];
    expect(problemOf(await post(path, {}, key))).toEqual([429, "resend-too-soon"]);
    await stack.turnClock(COOLDOWN_MS);
    const first = await post(path, {}, key);
    expect(first.status).toBe(201);
    expect((await post(path, {}, key)).text).toBe(first.text);
    expect(problemOf(await post(path, { channel: "voice" }, key))).toEqual([422, "idempotency-key-reused"]);
    expect(textsTo(number)).toBe(2);
  });

  it("that came at a bad time is tried again under its key, and counts once", async () => {
    const number = aNumber();
    const { body } = await start(number);
    const [path, key] = [`/2fa/${body.id}/resend`, aKey()];
    await stack.turnClock(COOLDOWN_MS);
    stack.sandbox.fail({ path: "sms", status: 503, times: 3 });
    const first = await post(path, {}, key);
    expect(problemOf(first)).toEqual([503, "send-unavailable"]);
    const second = await post(path, {}, key);
    expect(second.status).toBe(201);
    expect((await post(path, {}, key)).text).toBe(second.text);
    expect(textsTo(number)).toBe(2);
    // Of three, one is left.
    expect((await start(number)).status).toBe(201);
    expect((await start(number)).status).toBe(429);
  });
});

describe("a start that supersedes", () => {
  it("puts the caller's earlier codes for the number out of force, once its own is out", async () => {
    const number = aNumber();
    const older = await start(number);
    const olderCode = codeAt(stack.sandbox, number);
    const ofOther = await post("/2fa", { to: number, channel: "sms" }, undefined, SECOND_KEY.key);
    const otherCode = codeAt(stack.sandbox, number);
    const newer = await start(number, undefined, { supersede: true });
    const newerCode = codeAt(stack.sandbox, number);

    const check = (id: string, code: string) => post(`/2fa/${id}/check`, { code });
    expect(await stack.client.get(older.body.id)).toMatchObject({
      state: "superseded",
      messages: [{ state: "superseded" }],
    });
    expect(problemOf(await post(`/2fa/${older.body.id}/resend`, {}))).toEqual([422, "code-superseded"]);
    expect(problemOf(await check(older.body.id, olderCode))).toEqual([422, "code-superseded"]);
    // A start supersedes the codes of its own caller only.
    expect((await check(ofOther.body.id, otherCode)).status).toBe(200);
    expect((await check(newer.body.id, newerCode)).status).toBe(200);
    await stack.sandbox.idle();
    const { messages } = await stack.client.get(older.body.id);
    await expect
      .poll(() => reportsOf(stack.sandbox, messages[0]?.messageId), { timeout: 5000 })
      // Its code came after all: a late reply proves delivery.
      .toEqual([false, true]);
  });

  it("leaves the earlier code in force where its own did not go out", async () => {
    const number = aNumber();
    const older = await start(number);
    const code = codeAt(stack.sandbox, number);
    stack.sandbox.fail({ path: "sms", smsStatus: "7" });
    expect((await start(number, undefined, { supersede: true })).status).toBe(422);
    expect((await post(`/2fa/${older.body.id}/check`, { code })).status).toBe(200);
  });

  it("takes true and false only", async () => {
    const answer = await start(aNumber(), undefined, { supersede: "yes" });
    expect(answer.body.errors).toMatchObject([{ parameter: "supersede" }]);
  });
});

describe("the client", () => {
  /** Loses the answers to the first POSTs: what was asked for is done. */
  function createLossy(lost: number): TwoFactorClient {
    let posts = 0;
    return createTwoFactorClient({
      endpoint: stack.worker.url,
      key: PROXY_KEY.key,
      retry: { baseDelay: 10 },
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        const method = input instanceof Request ? input.method : init?.method;
        if (method !== "POST" || posts++ >= lost) return response;
        await response.arrayBuffer();
        throw new TypeError("fetch failed", {
          cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }),
        });
      },
    });
  }

  it("sends one text and counts one attempt though its answers were lost", async () => {
    const number = aNumber();
    const { id } = await createLossy(2).start({ to: number, channel: "sms" });
    expect(textsTo(number)).toBe(1);
    const code = codeAt(stack.sandbox, number);
    await expect(createLossy(1).check(id, notThe(code))).resolves.toEqual({
      verified: false,
      reason: "wrong",
      attemptsLeft: 4,
    });
    await expect(createLossy(2).check(id, code)).resolves.toEqual({ verified: true });
  });

  it("does once what a double click asks twice", async () => {
    const number = aNumber();
    const options = { idempotencyKey: aKey() };
    const click = () => stack.client.start({ to: number, channel: "sms" }, options);
    const [one, other] = await Promise.all([click(), click()]);
    expect(one).toEqual(other);
    expect(textsTo(number)).toBe(1);
  });
});

it("neither stores keys and codes in clear nor logs them", async () => {
  const [number, key] = [aNumber(), "canary-key-0123456789"];
  await start(number, key);
  expect(stack.logs.join("\n")).not.toContain(key);
  expect(JSON.stringify((await callsOf(stack.worker).look("/stats")).body)).not.toContain(key);
});
