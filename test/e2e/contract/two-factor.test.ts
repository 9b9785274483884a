// The whole workflow end to end: client, Worker with its Durable Objects on workerd, Vonage's sandbox and back.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTwoFactorClient } from "../../../src/two-factor/index.ts";
import { signParameters } from "../../../src/wire/signature.ts";
import { eventually } from "../../support/eventually.ts";
import { ADMIN_KEY, OTHER_PROXY_KEY } from "../../support/local-stack.ts";
import {
  aNumber,
  COOLDOWN_MS,
  codeAt,
  codeHeardAt,
  notThe,
  OUR_NUMBER,
  reportsOf,
  SIGNATURE_SECRET,
  startTwoFactorStack,
  type TwoFactorStack,
} from "../../support/two-factor-stack.ts";
import { BY_ADMIN, BY_SHOP, callsOf, problemOf } from "./ledger-worker.ts";

const LIFETIME_S = 30;
const usedCodes: string[] = [];
const usedNumbers: string[] = [];
let stack: TwoFactorStack;

beforeAll(async () => {
  stack = await startTwoFactorStack({ TWO_FACTOR_LIFETIME_S: String(LIFETIME_S) });
});
afterAll(() => stack.stop());

/** Has a code sent by text. Returns everything about it. */
async function start(number = aNumber()) {
  usedNumbers.push(number);
  const { id, ...status } = await stack.client.start({ to: `+${number}`, channel: "sms" });
  const message = stack.sandbox.handset(number).inbox().at(-1);
  const code = codeAt(stack.sandbox, number);
  usedCodes.push(code);
  return { id, status, number, code, messageId: message?.messageIds[0] };
}

const reported = (messageId: string | undefined, outcomes: readonly boolean[]) =>
  eventually(() => expect(reportsOf(stack.sandbox, messageId)).toEqual(outcomes));

const lastWebhook = (path: string) => stack.sandbox.exchanges().findLast((one) => one.path === path);

describe("a code", () => {
  it("is sent, checked and reported with the instant of the check", async () => {
    const before = Math.floor(stack.now() / 1000) * 1000;
    const { id, status, code, messageId } = await start();
    expect(status).toEqual({
      to: expect.any(String),
      channel: "sms",
      expiresAt: expect.any(String),
      attemptsLeft: 5,
    });
    expect(Math.abs(Date.parse(status.expiresAt) - stack.now() - LIFETIME_S * 1000)).toBeLessThan(5000);
    expect(code).toMatch(/^\d{6}$/);
    await expect(stack.client.check(id, code)).resolves.toEqual({ verified: true });
    await reported(messageId, [true]);
    const [report] = stack.sandbox.reports().filter((one) => one.messageId === messageId);
    expect(report?.channel).toBe("sms");
    const at = Date.parse(`${report?.timestamp.replace(" ", "T")}Z`);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(stack.now());
  });

  it("is taken once", async () => {
    const { id, code } = await start();
    await stack.client.check(id, code);
    await expect(stack.client.check(id, code)).resolves.toMatchObject({ verified: false, reason: "used" });
  });

  it("is checked as it was typed, with blanks, hyphens and digits of other scripts", async () => {
    const { call } = callsOf(stack.worker);
    const digits = (code: string, zero: number) =>
      [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");
    for (const write of [
      (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`,
      (code: string) => `${code.slice(0, 3)}\u2011${code.slice(3)}\n`,
      (code: string) => digits(code, 0xff10),
      (code: string) => digits(code, 0x966),
    ]) {
      const { id, code } = await start();
      const body = new URLSearchParams({ code: write(code) });
      const answer = await call(`/2fa/${id}/check`, { method: "POST", headers: BY_SHOP, body });
      expect([answer.status, answer.body]).toEqual([200, { verified: true }]);
    }
  });

  it("that is wrong costs a guess, and after the last guess even the right one is refused", async () => {
    const { id, code, messageId } = await start();
    for (const attemptsLeft of [4, 3, 2, 1, 0]) {
      const checked = await stack.client.check(id, notThe(code));
      expect(checked).toEqual({ verified: false, reason: "wrong", attemptsLeft });
    }
    const locked = { verified: false, reason: "too_many_attempts", attemptsLeft: 0 };
    await expect(stack.client.check(id, code)).resolves.toEqual(locked);
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "locked" });
    expect(reportsOf(stack.sandbox, messageId)).toEqual([]);
  });

  it("guessed 200 times at once is compared with the allowed guesses only", async () => {
    const { id, code } = await start();
    const guesses = Array.from({ length: 200 }, (_, index) => String(index).padStart(6, "0"));
    const wrong = guesses.filter((guess) => guess !== code);
    const results = await Promise.all(wrong.map((guess) => stack.client.check(id, guess)));
    const reasons = results.map((one) => (one.verified ? "verified" : one.reason));
    expect(reasons.filter((reason) => reason === "wrong")).toHaveLength(5);
    expect(reasons.filter((reason) => reason === "too_many_attempts")).toHaveLength(wrong.length - 5);
  });

  it("that is right is taken once by many who come with it at once", async () => {
    const { id, code, messageId } = await start();
    const results = await Promise.all(Array.from({ length: 50 }, () => stack.client.check(id, code)));
    expect(results.filter(({ verified }) => verified)).toHaveLength(1);
    await reported(messageId, [true]);
  });

  it("is read out by phone, digit by digit, in the user's language, and the call is what is reported", async () => {
    const number = aNumber();
    const { id, channel } = await stack.client.start({ to: number, channel: "voice", locale: "de" });
    expect(channel).toBe("voice");
    const call = stack.sandbox.handset(number).calls().at(-1);
    expect(call?.language).toMatch(/^de/);
    const code = codeHeardAt(stack.sandbox, number);
    usedCodes.push(code);
    await expect(stack.client.check(id, code)).resolves.toEqual({ verified: true });
    await reported(call?.uuid, [true]);
    expect(stack.sandbox.reports().find((one) => one.messageId === call?.uuid)?.channel).toBe("voice");
  });

  it("by phone has the events of the call as its receipts: it rang, and was answered", async () => {
    const number = aNumber();
    const { id } = await stack.client.start({ to: number, channel: "voice" });
    const receipts = async () => (await stack.client.get(id))?.messages[0]?.receipts ?? [];
    await expect.poll(receipts).toMatchObject([{ status: "accepted" }]);
    usedCodes.push(codeHeardAt(stack.sandbox, number));
    const handset = stack.sandbox.handset(number);
    handset.answer(handset.calls().at(-1)?.uuid ?? "");
    await expect
      .poll(receipts)
      .toMatchObject([{ status: "delivered", networkCode: "23410", price: "0.03330000" }]);
  });

  it("carries brand, language and reference of the request", async () => {
    const number = aNumber();
    const request = {
      to: number,
      channel: "sms",
      brand: "Bäcker",
      locale: "de-AT",
      clientRef: "order:1",
    } as const;
    const { id } = await stack.client.start(request);
    expect(stack.sandbox.handset(number).inbox().at(-1)?.text).toMatch(/Ihr Code für Bäcker/);
    await expect(stack.client.get(id)).resolves.toMatchObject({ clientRef: "order:1" });
    const sent = stack.sandbox
      .exchanges()
      .filter(({ path, parameters }) => path === "/sms/json" && parameters.to === number);
    expect(sent.at(-1)?.parameters).toMatchObject({
      "client-ref": "order:1",
      ttl: "30000",
      from: OUR_NUMBER,
    });
  });
});

describe("a resend", () => {
  it("has to wait for the message before", async () => {
    const { id } = await start();
    const error = await stack.client.resend(id).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "resend_too_soon", status: 429, retryable: true });
    expect((error as { retryAfter: number }).retryAfter).toBeGreaterThan(0);
    expect((error as { retryAfter: number }).retryAfter).toBeLessThanOrEqual(5000);
  });

  it("supersedes the message before, which is reported false, and true once its code comes late", async () => {
    const first = await start();
    await stack.turnClock(COOLDOWN_MS);
    const again = await stack.client.resend(first.id, { channel: "voice" });
    expect(again).toMatchObject({ id: first.id, channel: "voice", attemptsLeft: 5 });
    await reported(first.messageId, [false]);
    const superseded = await stack.client.check(first.id, first.code);
    expect(superseded).toEqual({ verified: false, reason: "superseded", attemptsLeft: 4 });
    await reported(first.messageId, [false, true]);
    const code = codeHeardAt(stack.sandbox, first.number);
    await expect(stack.client.check(first.id, code)).resolves.toEqual({ verified: true });
    await reported(stack.sandbox.handset(first.number).calls()[0]?.uuid, [true]);
  });
});

describe("an end without the code", () => {
  it("by cancelling is reported false at once; its code is refused, but proves delivery", async () => {
    const { id, code, messageId } = await start();
    await stack.client.cancel(id);
    await stack.client.cancel(id);
    await reported(messageId, [false]);
    await expect(stack.client.check(id, code)).resolves.toMatchObject({ reason: "cancelled" });
    await reported(messageId, [false, true]);
    await expect(stack.client.resend(id)).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("a reply", () => {
  it("with the code from the number it went to verifies; a check after it, with the code, says so once", async () => {
    const { id, code, number, messageId } = await start();
    await stack.sandbox.handset(number).reply(`It is ${code}, thanks!`);
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "verified" });
    await reported(messageId, [true]);
    await expect(stack.client.check(id, code)).resolves.toEqual({ verified: true });
    await expect(stack.client.check(id, code)).resolves.toMatchObject({ reason: "used" });
    await reported(messageId, [true]);
  });

  it.each([
    (code: string) => `It's ${code.slice(0, 3)} ${code.slice(3)}.`,
    (code: string) => `${code.slice(0, 3)}\u2013${code.slice(3)}`,
    (code: string) =>
      `الرمز ${[...code].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join("")}`,
    (code: string) => `${code}, again: ${code}. My other phone is +44 7400 654321`,
  ])("counts as people write it (%#)", async (write) => {
    const { id, code, number } = await start();
    await stack.sandbox.handset(number).reply(write(code));
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "verified" });
  });

  it("with two different codes is not a guess, and one without a code neither", async () => {
    const { id, code, number } = await start();
    for (const text of [
      `${code} or ${notThe(code)}`,
      `$${notThe(code)}`,
      "call 07400 654321",
      "on 25-11-26",
    ]) {
      await stack.sandbox.handset(number).reply(text);
      expect(lastWebhook("/webhooks/inbound-sms")).toMatchObject({ status: 200 });
    }
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "pending", attemptsLeft: 5 });
  });

  it("with the code from another number verifies nothing, and is acknowledged", async () => {
    const { id, code } = await start();
    await stack.sandbox.handset(aNumber()).reply(code, OUR_NUMBER);
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "pending", attemptsLeft: 5 });
    expect(lastWebhook("/webhooks/inbound-sms")).toMatchObject({ status: 200 });
  });

  it("with a wrong code counts as a guess, and one without a code does not", async () => {
    const { id, code, number } = await start();
    await stack.sandbox.handset(number).reply("who is this?");
    await expect(stack.client.get(id)).resolves.toMatchObject({ attemptsLeft: 5 });
    await stack.sandbox.handset(number).reply(notThe(code));
    await expect(stack.client.get(id)).resolves.toMatchObject({ attemptsLeft: 4, state: "pending" });
  });
});

describe("webhooks", () => {
  const { call } = { call: (path: string, init?: RequestInit) => callsOf(stack.worker).call(path, init) };
  const seconds = () => String(Math.floor(stack.now() / 1000));
  const sign = async (parameters: Record<string, string>) => ({
    ...parameters,
    sig: await signParameters(Object.entries(parameters), SIGNATURE_SECRET, "sha256"),
  });
  const inbound = (number: string, text: string, more: Record<string, string> = {}) => ({
    msisdn: number,
    to: OUR_NUMBER,
    messageId: "0B00000012345678",
    text,
    type: "text",
    timestamp: seconds(),
    nonce: crypto.randomUUID(),
    ...more,
  });
  const post = (parameters: Record<string, string>, path = "/webhooks/inbound-sms") =>
    call(path, { method: "POST", body: new URLSearchParams(parameters) });

  it("are read from a query, a form and JSON", async () => {
    for (const send of [
      (parameters: Record<string, string>) =>
        call(`/webhooks/inbound-sms?${new URLSearchParams(parameters)}`),
      (parameters: Record<string, string>) => post(parameters),
      (parameters: Record<string, string>) =>
        call("/webhooks/inbound-sms", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(parameters),
        }),
    ]) {
      const { id, code, number } = await start();
      expect((await send(await sign(inbound(number, code)))).status).toBe(200);
      await expect(stack.client.get(id)).resolves.toMatchObject({ state: "verified" });
    }
  });

  it("that are unsigned, tampered with or late change nothing, and are refused", async () => {
    const { id, code, number } = await start();
    const old = { timestamp: String(Math.floor(stack.now() / 1000) - 301) };
    const early = { timestamp: String(Math.floor(stack.now() / 1000) + 330) };
    const { sig: _, ...unsigned } = await sign(inbound(number, code));
    const tampered = { ...(await sign(inbound(number, notThe(code)))), text: code };
    for (const parameters of [
      unsigned,
      tampered,
      { ...(await sign(inbound(number, code))), sig: "0".repeat(64) },
      await sign(inbound(number, code, old)),
      await sign(inbound(number, code, early)),
    ]) {
      const answer = await post(parameters);
      expect(answer.status).toBe(401);
      expect(problemOf(answer)).toBe("webhook-refused");
      expect(answer.text).not.toContain(code);
    }
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "pending", attemptsLeft: 5 });
  });

  it("that are replayed change nothing, and are acknowledged, since Vonage may not have heard", async () => {
    const { id, code, number } = await start();
    const wrong = await sign(inbound(number, notThe(code)));
    for (let times = 0; times < 4; times++) expect((await post(wrong)).status).toBe(200);
    await expect(stack.client.get(id)).resolves.toMatchObject({ attemptsLeft: 4 });
  });

  it("that are replayed with another spelling of the signed nonce change nothing either", async () => {
    const { id, code, number } = await start();
    const nonce = `${crypto.randomUUID()}_x_y`;
    const wrong = await sign({ ...inbound(number, notThe(code)), timestamp: seconds(), nonce });
    for (const one of [nonce, nonce.replace("_", "="), nonce.replaceAll("_", "&")]) {
      expect((await post({ ...wrong, nonce: one })).status).toBe(200);
    }
    await expect(stack.client.get(id)).resolves.toMatchObject({ attemptsLeft: 4 });
  });

  it("of an address with parameters of its own are believed, and their counts tell that they were verified", async () => {
    const { id, code, number } = await start();
    const signed = await sign(inbound(number, code));
    expect((await post(signed, "/webhooks/inbound-sms/?tenant=7")).status).toBe(200);
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "verified" });
    const { body } = await callsOf(stack.worker).look("/stats");
    expect(body.twoFactor["inbound-sms:verified"]).toBeGreaterThan(0);
  });

  it("about unknown messages and numbers are acknowledged and counted", async () => {
    const count = async () => {
      const { body } = await callsOf(stack.worker).look("/stats");
      return [body.twoFactor["delivery-receipt:unknown"] ?? 0, body.twoFactor["inbound-sms:unknown"] ?? 0];
    };
    const [receipts, replies] = await count();
    const receipt = { messageId: "0C00000012345678", msisdn: aNumber(), to: OUR_NUMBER, status: "delivered" };
    const signing = { timestamp: seconds(), nonce: crypto.randomUUID() };
    expect((await post(await sign({ ...receipt, ...signing }), "/webhooks/delivery-receipt")).status).toBe(
      200,
    );
    expect((await post(await sign(inbound(aNumber(), "hello")))).status).toBe(200);
    expect(await count()).toEqual([receipts + 1, replies + 1]);
  });

  it("store one receipt for each part of the message, in any order and number", async () => {
    const { id, messageId = "", number } = await start();
    await stack.sandbox.idle();
    const receipt = (status: string) => ({
      messageId,
      msisdn: number,
      to: OUR_NUMBER,
      status,
      "err-code": "0",
      "network-code": "23415",
      price: "0.04",
      scts: "2611241200",
    });
    for (const status of ["buffered", "accepted", "delivered", "buffered"]) {
      const signed = await sign({ ...receipt(status), timestamp: seconds(), nonce: crypto.randomUUID() });
      expect((await post(signed, "/webhooks/delivery-receipt")).status).toBe(200);
    }
    const { messages, state } = await stack.client.get(id);
    expect(state).toBe("pending");
    expect(messages[0]?.receipts).toEqual([
      expect.objectContaining({ messageId, status: "delivered", errorCode: 0 }),
    ]);
    expect(JSON.stringify(messages)).not.toContain(number);
  });

  it("from lying carriers do not decide: a receipt says delivered, the report says false", async () => {
    stack.sandbox.carrier({ delivers: false, receipts: "delivered" });
    const number = aNumber();
    const { id } = await stack.client.start({ to: number, channel: "sms" });
    stack.sandbox.carrier({});
    await stack.sandbox.idle();
    expect(stack.sandbox.handset(number).inbox()).toEqual([]);
    const [message] = (await stack.client.get(id)).messages;
    expect(message?.receipts).toEqual([expect.objectContaining({ status: "delivered" })]);
    await stack.client.cancel(id);
    await reported(message?.messageId, [false]);
  });

  it("without parameters get 200: Vonage's dashboard checks the address so", async () => {
    expect((await call("/webhooks/delivery-receipt")).status).toBe(200);
  });

  it("accept GET and POST only", async () => {
    const answer = await call("/webhooks/delivery-receipt", { method: "PUT" });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, HEAD, POST");
  });
});

describe("a message that Vonage may have taken", () => {
  it("is not sent again; its code counts, and its receipt brings the id that is reported", async () => {
    stack.sandbox.fail({ path: "sms", drop: true, recorded: true });
    const number = aNumber();
    stack.sandbox.carrier({ receiptDelay: 1500 });
    const error = await stack.client.start({ to: number, channel: "sms" }).catch((caught: unknown) => caught);
    stack.sandbox.carrier({});
    expect(error).toMatchObject({ code: "send_uncertain", status: 504, retryable: false });
    const { challenge } = error as { challenge: { id: string } };
    expect(stack.sandbox.handset(number).inbox()).toHaveLength(1);
    const code = codeAt(stack.sandbox, number);
    await expect(stack.client.check(challenge.id, code)).resolves.toEqual({ verified: true });
    await stack.sandbox.idle();
    const messageId = stack.sandbox.handset(number).inbox()[0]?.messageIds[0];
    await reported(messageId, [true]);
    expect(stack.sandbox.handset(number).inbox()).toHaveLength(1);
  });

  it("and that Vonage clearly turned away is sent again by itself", async () => {
    stack.sandbox.fail({ path: "sms", smsStatus: "1" });
    const { id, code, number } = await start();
    expect(stack.sandbox.handset(number).inbox()).toHaveLength(1);
    await expect(stack.client.check(id, code)).resolves.toEqual({ verified: true });
  });

  it.each([
    ["29", 422, "number_refused"],
    ["9", 502, "send_failed"],
    ["4", 502, "send_failed"],
    ["15", 502, "send_failed"],
  ] as const)(
    "and that Vonage refuses with status %s leaves no challenge: %i %s",
    async (smsStatus, status, code) => {
      stack.sandbox.fail({ path: "sms", smsStatus });
      const number = aNumber();
      const error = await stack.client
        .start({ to: number, channel: "sms" })
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ status, code });
      expect(JSON.stringify(error)).not.toContain(number);
      expect(stack.sandbox.handset(number).inbox()).toEqual([]);
    },
  );
});

describe("the caller", () => {
  it("is the owner of a proxy key for 2FA traffic only", async () => {
    const { call } = callsOf(stack.worker);
    const body = JSON.stringify({ to: aNumber(), channel: "sms" });
    const ask = (headers: Record<string, string>) =>
      call("/2fa", { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
    expect((await ask({})).status).toBe(401);
    expect((await ask(BY_ADMIN)).status).toBe(401);
    const other = await ask({ authorization: `Bearer ${OTHER_PROXY_KEY.key}` });
    expect(problemOf(other)).toBe("wrong-traffic");
    expect((await ask(BY_SHOP)).status).toBe(201);
  });

  it("gets not_found for unknown and malformed ids", async () => {
    for (const id of ["0.AAAAAAAAAAAAAAAAAAAAAA", "zz.AAAAAAAAAAAAAAAAAAAAAA", "nonsense", "../stats", "é"]) {
      await expect(stack.client.check(id, "123456")).rejects.toMatchObject({ code: "not_found" });
      await expect(stack.client.get(id)).rejects.toMatchObject({ code: "not_found" });
      await expect(stack.client.cancel(id)).rejects.toMatchObject({ code: "not_found" });
      await expect(stack.client.resend(id)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("gets every fault of its request, without the values", async () => {
    const { call } = callsOf(stack.worker);
    const canary = "canary-0123456789";
    const answer = await call("/2fa", {
      method: "POST",
      headers: { ...BY_SHOP, "content-type": "application/json" },
      body: JSON.stringify({ channel: canary, brand: canary.repeat(9), locale: canary, extra: "1" }),
    });
    expect(problemOf(answer)).toBe("invalid-parameters");
    const names = answer.body.errors.map((one: { parameter: string }) => one.parameter).sort();
    expect(names).toEqual(["brand", "channel", "extra", "locale", "to"]);
    expect(answer.text).not.toContain(canary);
  });
});

describe("a request that cannot be read as it was meant", () => {
  const ask = (path: string, type: string, body: string) =>
    callsOf(stack.worker).call(path, { method: "POST", headers: { ...BY_SHOP, "content-type": type }, body });
  const FORM = "application/x-www-form-urlencoded";

  it.each(["/2fa", "/2fa/0.a/check", "/2fa/0.a/resend"])(
    "at %s is one fault where its JSON is broken, and not one for each parameter",
    async (path) => {
      for (const body of ["{", '{"to":"+4474', "[1]", "null"]) {
        const answer = await ask(path, "application/json", body);
        expect([answer.status, problemOf(answer)]).toEqual([400, "malformed-body"]);
        expect(answer.body.errors).toHaveLength(1);
      }
    },
  );

  it("names the parameter that cannot be read, without calling it missing as well", async () => {
    const parameters = async (body: string, type = FORM) => {
      const answer = await ask("/2fa", type, body);
      expect(problemOf(answer)).toBe("invalid-parameters");
      return answer.body.errors.map((one: { parameter: string }) => one.parameter);
    };
    expect(await parameters("to=%zz&channel=sms")).toEqual(["to"]);
    expect(await parameters('{"to":44740012345678901234,"channel":"sms"}', "application/json")).toEqual([
      "to",
    ]);
    expect(await parameters("%zz=447400123456&channel=sms")).toEqual([""]);
    expect(await parameters("channel=sms")).toEqual(["to"]);
  });

  it.each(["to=+447400123456", "to=%20447400123456", "to=+1+201+555+0123"])(
    "with an unencoded + gets advice how to write it: %s",
    async (to) => {
      const answer = await ask("/2fa", FORM, `${to}&channel=sms`);
      expect(problemOf(answer)).toBe("invalid-number");
      expect(answer.body.detail).toContain("%2B");
      expect(answer.text).not.toContain("7400123456");
    },
  );

  it.each(["to=abc", "to=%2B44+7400", "to=00447400123456"])(
    "without an unencoded + gets no such advice: %s",
    async (to) => {
      const answer = await ask("/2fa", FORM, `${to}&channel=sms`);
      expect(answer.text).not.toContain("%2B");
    },
  );
});

describe("a challenge whose lifetime runs out", () => {
  it("by time is reported false then, and true when the code comes late", async () => {
    const { id, code, messageId, status } = await start();
    await stack.turnClock(LIFETIME_S * 1000);
    await reported(messageId, [false]);
    const [report] = stack.sandbox.reports().filter((one) => one.messageId === messageId);
    expect(report?.timestamp).toBe(status.expiresAt.slice(0, 19).replace("T", " "));
    await expect(stack.client.get(id)).resolves.toMatchObject({ state: "expired" });
    const late = await stack.client.check(id, code);
    expect(late).toEqual({ verified: false, reason: "expired", attemptsLeft: 4 });
    await reported(messageId, [false, true]);
    await expect(stack.client.resend(id)).rejects.toMatchObject({ code: "expired" });
  });

  it("with wrong codes only is reported false at the end, and not before", async () => {
    const { id, code, messageId } = await start();
    await stack.client.check(id, notThe(code));
    await stack.turnClock((LIFETIME_S - 5) * 1000);
    // The end of another challenge is reported meanwhile.
    const { id: other, messageId: cancelled } = await start();
    await stack.client.cancel(other);
    await reported(cancelled, [false]);
    expect(reportsOf(stack.sandbox, messageId)).toEqual([]);
    await stack.turnClock(5000);
    await reported(messageId, [false]);
  });
});

it("nothing that was logged holds a code or a number", async () => {
  await eventually(() => expect(stack.logs.length).toBeGreaterThan(300));
  expect(usedCodes.length).toBeGreaterThan(15);
  const log = stack.logs.join("\n");
  expect(usedNumbers.filter((number) => log.includes(number))).toEqual([]);
  // Request ids and times are digits too: a code is searched for as a word of its own.
  const words = new Set(stack.logs.flatMap((line) => line.match(/(?<![\w-])\d{6}(?![\w-])/g) ?? []));
  expect(usedCodes.filter((code) => words.has(code))).toEqual([]);
  expect(log).toMatch(/"number":"\+44\*+\d\d"/);
  expect(ADMIN_KEY.key.length).toBeGreaterThan(0);
  expect(log).not.toContain(ADMIN_KEY.key);
});

it("the client needs a key", () => {
  expect(() => createTwoFactorClient({ endpoint: stack.worker.url, key: "" })).toThrow(
    /key must be a proxy key/,
  );
});
