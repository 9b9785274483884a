// The sandbox with the Worker's workflow, as users' unit tests see it.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSandbox, SANDBOX_CREDENTIALS } from "../../../adapters/sandbox/index.ts";
import { createConversionClient } from "../../../src/index.ts";
import { createTrackingClient } from "../../../src/track/index.ts";
import { createTwoFactorClient } from "../../../src/two-factor/index.ts";
import { conversionErrorOf } from "../../support/conversion-error.ts";
import { notThe } from "../../support/two-factor-stack.ts";

const PHONE = "+447400123456";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 5, 1, 12);
const TEXT = { to: PHONE, channel: "sms" } as const;
const CALL = { to: PHONE, channel: "voice" } as const;

type Options = Parameters<typeof createSandbox>[0];

function create(options: Omit<NonNullable<Options>, "waitUntil"> & { twoFactor?: object } = {}) {
  const sandbox = createSandbox({ now: () => START, ...options, twoFactor: options.twoFactor ?? true });
  const { endpoint, key, fetch } = sandbox;
  const twoFactor = createTwoFactorClient({ endpoint, key, fetch });
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${sandbox.adminKey}` };
    const response = await fetch(endpoint + path, { headers, ...init });
    return JSON.parse(await response.text());
  };
  const outcomes = () => sandbox.reports().map(({ channel, delivered }) => `${channel} ${delivered}`);
  const texts = () => sandbox.handset(PHONE).inbox().length;
  const reportedAfter = () =>
    sandbox.reports().map(({ receivedAt }) => (Date.parse(receivedAt) - START) / MINUTE);
  return { sandbox, twoFactor, ask, outcomes, texts, reportedAfter, phone: () => sandbox.handset(PHONE) };
}

/** Fails if anything waits for a real clock for longer than a moment. */
async function soon<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it waits for a real clock")), 3000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

describe("a sign-in", () => {
  it("succeeds with the code on the handset, and its report is there when the check returns", async () => {
    const { sandbox, twoFactor, phone, outcomes } = create();
    const { id } = await twoFactor.start(TEXT);
    expect(await twoFactor.check(id, phone().code())).toEqual({ verified: true });
    expect(outcomes()).toEqual(["sms true"]);
    const [text] = phone().inbox();
    expect(sandbox.reports()[0]).toMatchObject({
      messageId: text?.messageIds[0],
      receivedAt: new Date(START).toISOString(),
      apiKey: SANDBOX_CREDENTIALS.twoFactor.apiKey,
    });
  });

  it("by phone has its code in the call", async () => {
    const { twoFactor, phone, outcomes } = create();
    const { id } = await twoFactor.start(CALL);
    expect(phone().calls()).toHaveLength(1);
    expect(await twoFactor.check(id, phone().code())).toEqual({ verified: true });
    expect(outcomes()).toEqual(["voice true"]);
  });

  it("refuses a wrong code, and the fifth ends it and reports false", async () => {
    const { sandbox, twoFactor, phone, outcomes } = create();
    const { id } = await twoFactor.start(TEXT);
    const wrong = notThe(phone().code());
    const answers = [];
    for (let guess = 0; guess < 6; guess++) answers.push(await twoFactor.check(id, wrong));
    expect(answers).toMatchObject([
      ...[4, 3, 2, 1, 0].map((attemptsLeft) => ({ verified: false, reason: "wrong", attemptsLeft })),
      { verified: false, reason: "too_many_attempts" },
    ]);
    await sandbox.advance(15 * MINUTE);
    expect(outcomes()).toEqual(["sms false"]);
  });

  it("ends by a reply to the text, which a waiting page sees at once", async () => {
    const { twoFactor, phone, outcomes } = create();
    const { id } = await twoFactor.start(TEXT);
    const waiting = twoFactor.get(id, { wait: 20 });
    await phone().reply(phone().code());
    expect(outcomes()).toEqual(["sms true"]);
    expect(await soon(waiting)).toMatchObject({ state: "verified" });
  });

  it("that is waited for stays pending until time passes", async () => {
    const { sandbox, twoFactor } = create();
    const { id } = await twoFactor.start(TEXT);
    const waiting = twoFactor.get(id, { wait: 20 });
    let answered = false;
    waiting.then(() => {
      answered = true;
    });
    await sandbox.advance(19 * SECOND);
    expect(answered).toBe(false);
    await sandbox.advance(SECOND);
    expect(await soon(waiting)).toMatchObject({ state: "pending" });
  });

  it("is repeated under its idempotency key without a second text", async () => {
    const { twoFactor, texts } = create();
    const [one, two] = await Promise.all([
      twoFactor.start(TEXT, { idempotencyKey: "form-1" }),
      twoFactor.start(TEXT, { idempotencyKey: "form-1" }).catch(() => undefined),
    ]);
    const again = await twoFactor.start(TEXT, { idempotencyKey: "form-1" });
    expect([texts(), again.id, two?.id ?? one.id]).toEqual([1, one.id, one.id]);
  });
});

describe("time", () => {
  it("stands still until it is advanced, and begins at the time given", async () => {
    const { sandbox, twoFactor } = create();
    const { expiresAt } = await twoFactor.start(TEXT);
    expect([sandbox.now(), Date.parse(expiresAt)]).toEqual([START, START + 5 * MINUTE]);
    await sandbox.advance(1234);
    expect(sandbox.now()).toBe(START + 1234);
  });

  it("begins at the real time by default", () => {
    const before = Date.now();
    expect(createSandbox({ twoFactor: true }).now()).toBeGreaterThanOrEqual(before);
  });

  it("ends a code after its lifetime: it is refused, and false is reported at that moment", async () => {
    const { sandbox, twoFactor, phone, outcomes, reportedAfter } = create();
    const { id } = await twoFactor.start(TEXT);
    await sandbox.advance(15 * MINUTE);
    expect([outcomes(), reportedAfter()]).toEqual([["sms false"], [5]]);
    expect(await twoFactor.check(id, phone().code())).toMatchObject({ verified: false, reason: "expired" });
  });

  it("corrects false to true, if a code comes back late by a reply", async () => {
    const { sandbox, twoFactor, phone, outcomes } = create();
    await twoFactor.start(TEXT);
    await sandbox.advance(15 * MINUTE);
    await phone().reply(phone().code());
    expect(outcomes()).toEqual(["sms false", "sms true"]);
  });

  it("allows the next message after the cooldown", async () => {
    const { sandbox, twoFactor, texts } = create();
    const { id } = await twoFactor.start(TEXT);
    await expect(twoFactor.resend(id)).rejects.toMatchObject({
      code: "resend_too_soon",
      retryAfter: 30 * SECOND,
    });
    await sandbox.advance(30 * SECOND);
    await twoFactor.resend(id, { channel: "sms" });
    expect(texts()).toBe(2);
  });

  it("brings late texts and their receipts in their order", async () => {
    const { sandbox, twoFactor, texts } = create();
    sandbox.carrier({ deliveryDelay: 20 * SECOND, receiptDelay: 10 * SECOND });
    const { id } = await twoFactor.start(TEXT);
    const seen: unknown[] = [];
    for (const wait of [19, 1, 9, 1]) {
      await sandbox.advance(wait * SECOND);
      const receipts = sandbox.exchanges().filter(({ path }) => path.endsWith("delivery-receipt"));
      seen.push([texts(), receipts.map(({ status, at }) => [status, Date.parse(at) - START])]);
    }
    expect(seen).toEqual([
      [0, []],
      [1, []],
      [1, []],
      [1, [[200, 30 * SECOND]]],
    ]);
    expect(await twoFactor.get(id)).toMatchObject({ state: "pending" });
  });

  it("keeps webhooks, application tokens and reports valid after weeks", async () => {
    const { sandbox, twoFactor, phone, outcomes } = create();
    await sandbox.advance(31 * 24 * HOUR);
    const text = await twoFactor.start(TEXT);
    await phone().reply(phone().code());
    expect(await twoFactor.get(text.id)).toMatchObject({ state: "verified" });
    const call = await twoFactor.start(CALL);
    expect(await twoFactor.check(call.id, phone().code())).toEqual({ verified: true });
    expect(outcomes()).toEqual(["sms true", "voice true"]);
    expect(sandbox.exchanges().filter(({ status }) => status >= 300)).toEqual([]);
  });

  it.each([[-1], [0.5], [Number.NaN], [32 * 24 * HOUR]])("is not advanced by %d", async (milliseconds) => {
    const error = await conversionErrorOf(() => create().sandbox.advance(milliseconds));
    expect(error).toMatchObject({ code: "invalid_options" });
  });

  it("deletes a challenge a day after its end", async () => {
    const { sandbox, twoFactor } = create();
    const { id } = await twoFactor.start(TEXT);
    await sandbox.advance(24 * HOUR);
    expect(await twoFactor.get(id)).toMatchObject({ state: "expired" });
    await sandbox.advance(10 * MINUTE);
    await expect(twoFactor.get(id)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("faults", () => {
  it("of one request for a text are repaired by the Worker, which takes as long as it would", async () => {
    const { sandbox, twoFactor, texts } = create();
    sandbox.fail({ path: "sms", status: 503, times: 2 });
    await soon(twoFactor.start(TEXT));
    expect(texts()).toBe(1);
    expect(sandbox.now() - START).toBeGreaterThan(0);
    expect(sandbox.now() - START).toBeLessThan(5 * SECOND);
  });

  it("of Vonage for long refuse the start", async () => {
    const { sandbox, twoFactor, texts } = create();
    sandbox.fail({ path: "sms", status: 503, times: 50 });
    await expect(soon(twoFactor.start(TEXT))).rejects.toMatchObject({ code: "unavailable" });
    expect(texts()).toBe(0);
  });

  it("that hang end after the Worker's timeout, and the challenge lives on", async () => {
    const { sandbox, twoFactor, phone } = create();
    sandbox.fail({ path: "sms", hang: true, recorded: true });
    const error = await soon(
      twoFactor.start(TEXT).then(
        () => undefined,
        (thrown) => thrown,
      ),
    );
    expect(error).toMatchObject({ code: "send_uncertain" });
    expect(sandbox.now() - START).toBe(4 * SECOND);
    const { id } = error.challenge;
    expect(await twoFactor.check(id, phone().code())).toEqual({ verified: true });
  });

  it("of the Conversion API delay reports, and never a sign-in", async () => {
    const { sandbox, twoFactor, phone, outcomes, ask } = create();
    sandbox.fail({ status: 503, times: 3 });
    const { id } = await twoFactor.start(TEXT);
    expect(await twoFactor.check(id, phone().code())).toEqual({ verified: true });
    expect(outcomes()).toEqual([]);
    expect(await ask("/reports?state=queued")).toMatchObject({ reports: [{ delivered: true, attempts: 1 }] });
    await sandbox.advance(HOUR);
    expect(outcomes()).toEqual(["sms true"]);
    expect(await ask("/reports?state=queued")).toEqual({ reports: [] });
  });

  it("that last for a day leave a dead report, which the operator retries", async () => {
    const { sandbox, twoFactor, phone, outcomes, ask } = create();
    sandbox.fail({ status: 503, times: 100_000 });
    const { id } = await twoFactor.start(TEXT);
    await twoFactor.check(id, phone().code());
    await soon(sandbox.advance(26 * HOUR));
    const { reports } = await ask("/reports?state=dead");
    expect(reports).toMatchObject([{ delivered: true, reason: "unavailable", vonageStatus: 503 }]);
    sandbox.reset();
    expect(outcomes()).toEqual([]);
  });

  it("of slow reports delay nothing but themselves", async () => {
    const { sandbox, twoFactor, phone, outcomes, ask } = create();
    sandbox.fail({ latency: 3000, times: 2 });
    const { id } = await twoFactor.start(TEXT);
    expect(await soon(twoFactor.check(id, phone().code()))).toEqual({ verified: true });
    const underWay = async () => (await ask("/reports?state=sending")).reports.length;
    expect([await underWay(), sandbox.now()]).toEqual([1, START]);
    await sandbox.advance(3 * SECOND);
    expect([await underWay(), outcomes()]).toEqual([0, ["sms true"]]);
  });

  it("of a drained queue with slow answers end", async () => {
    const { sandbox, twoFactor, outcomes } = create({
      twoFactor: { limits: { number: { messages: 99, period: HOUR } } },
    });
    for (let start = 0; start < 8; start++) await twoFactor.start(TEXT);
    sandbox.fail({ latency: 1500, times: 20 });
    await soon(sandbox.advance(HOUR));
    expect(outcomes()).toEqual(Array(8).fill("sms false"));
  });

  it("of a carrier that loses texts are reported as false, whatever its receipts claim", async () => {
    const { sandbox, twoFactor, outcomes, texts } = create();
    sandbox.carrier({ delivers: false, receipts: "delivered" });
    await twoFactor.start(TEXT);
    await sandbox.advance(15 * MINUTE);
    expect([texts(), outcomes()]).toEqual([0, ["sms false"]]);
  });

  it("of a busy phone reach the workflow, and the text after it counts", async () => {
    const { sandbox, twoFactor, phone, outcomes } = create();
    sandbox.carrier({ delivers: false, callStatus: "busy" });
    const { id } = await twoFactor.start(CALL);
    const events = sandbox.exchanges().filter(({ path }) => path.endsWith("voice-event"));
    expect(events.map(({ parameters, status }) => [parameters.status, status])).toEqual([
      ["started", 200],
      ["busy", 200],
    ]);
    sandbox.carrier({});
    await sandbox.advance(30 * SECOND);
    await twoFactor.resend(id, { channel: "sms" });
    await twoFactor.check(id, phone().code());
    await sandbox.advance(15 * MINUTE);
    expect(outcomes().toSorted()).toEqual(["sms true", "voice false"]);
  });

  it("of too many texts at once make the Worker wait for its turns", async () => {
    const { sandbox, twoFactor } = create({
      twoFactor: { limits: { prefix: { messages: 99, period: HOUR } } },
    });
    sandbox.carrier({ textsPerSecond: 1 });
    const numbers = ["+447400123451", "+447400123452", "+447400123453"];
    await soon(Promise.all(numbers.map((to) => twoFactor.start({ to, channel: "sms" }))));
    expect(numbers.map((to) => sandbox.handset(to).inbox().length)).toEqual([1, 1, 1]);
    expect(sandbox.now() - START).toBeGreaterThanOrEqual(2 * SECOND);
  });

  it("of an account without the Conversion API park its reports until it is enabled", async () => {
    const { sandbox, twoFactor, phone, outcomes } = create();
    const { apiKey } = SANDBOX_CREDENTIALS.twoFactor;
    sandbox.enable(apiKey, false);
    const { id } = await twoFactor.start(TEXT);
    await twoFactor.check(id, phone().code());
    await sandbox.advance(2 * HOUR);
    expect(outcomes()).toEqual([]);
    sandbox.enable(apiKey, true);
    await sandbox.advance(2 * HOUR);
    expect(outcomes()).toEqual(["sms true"]);
  });
});

describe("refusals", () => {
  it("by the limits are those of the Worker, and end with their period", async () => {
    const { sandbox, twoFactor, texts } = create();
    for (let start = 0; start < 5; start++) await twoFactor.start(TEXT);
    await expect(twoFactor.start(TEXT)).rejects.toMatchObject({ code: "number_limit" });
    await sandbox.advance(65 * MINUTE);
    await twoFactor.start(TEXT);
    expect(texts()).toBe(6);
  });

  it("by a pause hold for its route and its time", async () => {
    const { sandbox, twoFactor, texts } = create();
    sandbox.pause({ country: "GB", channel: "sms" }, HOUR);
    await expect(twoFactor.start(TEXT)).rejects.toMatchObject({ code: "route_paused", retryAfter: HOUR });
    await twoFactor.start(CALL);
    await twoFactor.start({ ...TEXT, to: "+12015550123" });
    await sandbox.advance(HOUR);
    await twoFactor.start(TEXT);
    expect(texts()).toBe(1);
    sandbox.pause({ country: "GB" }, HOUR);
    await expect(twoFactor.start(CALL)).rejects.toMatchObject({ code: "route_paused" });
    sandbox.pause({ country: "GB" }, 0);
    await twoFactor.start(CALL);
    const error = await conversionErrorOf(() => sandbox.pause({ country: "England" }, 1));
    expect(error.message).toContain("country must be an ISO 3166 alpha-2 code");
  });

  it("by settings follow those given", async () => {
    const { sandbox, twoFactor, phone } = create({
      twoFactor: {
        brand: "Acme",
        countries: ["GB"],
        codeLength: 4,
        lifetime: 60,
        maxGuesses: 1,
        from: "Acme",
      },
    });
    await expect(twoFactor.start({ ...TEXT, to: "+12015550123" })).rejects.toMatchObject({
      code: "country_not_served",
    });
    const { id } = await twoFactor.start(TEXT);
    expect(phone().inbox()).toMatchObject([{ from: "Acme", text: expect.stringMatching(/^\d{4} .*Acme/) }]);
    expect(await twoFactor.check(id, notThe(phone().code()))).toMatchObject({
      reason: "wrong",
      attemptsLeft: 0,
    });
    const second = await twoFactor.start(TEXT);
    await sandbox.advance(61 * SECOND);
    expect(await twoFactor.check(second.id, phone().code())).toMatchObject({ reason: "expired" });
  });

  it("of wrong settings name each of them", async () => {
    const error = await conversionErrorOf(() =>
      createSandbox({ twoFactor: { codeLength: 3, countries: ["England"] } }),
    );
    expect(error).toMatchObject({ code: "invalid_options" });
    expect(error.message).toMatch(/codeLength.*countries|countries.*codeLength/);
  });

  it("of another key, and of an unknown path, are the Worker's", async () => {
    const { sandbox, twoFactor } = create();
    const { endpoint, fetch } = sandbox;
    const stranger = createTwoFactorClient({ endpoint, fetch, key: "another-key-0123456789-0123456789-ab" });
    await expect(stranger.start(TEXT)).rejects.toMatchObject({ code: "unauthorized" });
    await expect(twoFactor.check("0.AAAAAAAAAAAAAAAAAAAAAA", "123456")).rejects.toMatchObject({
      code: "not_found",
    });
    expect((await sandbox.fetch(`${sandbox.endpoint}/else`)).status).toBe(404);
  });
});

describe("everything else of the Worker", () => {
  it("takes reports, tracked messages, and the operator's calls", async () => {
    const { sandbox, outcomes, ask } = create();
    const { endpoint, key, fetch } = sandbox;
    const tracking = createTrackingClient({ endpoint, key, fetch });
    const { token } = await tracking.track({ messageId: "0A0000000123ABCD1", channel: "sms" });
    const page = createConversionClient({ endpoint, token: token ?? "", fetch });
    expect(await page.sms({ messageId: "0A0000000123ABCD1", delivered: true })).toMatchObject({
      status: "recorded",
    });
    await tracking.track({ messageId: "0A0000000123ABCD2", channel: "sms", expiresIn: 300 });
    await sandbox.advance(10 * MINUTE);
    expect(outcomes()).toEqual(["sms true", "sms false"]);
    expect(await ask("/stats")).toMatchObject({ reports: { recorded: 2 } });
    expect(await ask("/doctor", { method: "POST" })).toBeTypeOf("object");
    expect(await ask("/health")).toMatchObject({ status: "ok", twoFactor: true, idempotencyKeys: true });
  });

  it("erases a number", async () => {
    const { sandbox, twoFactor, ask } = create();
    const { id } = await twoFactor.start(TEXT);
    const headers = { authorization: `Bearer ${sandbox.adminKey}`, "content-type": "application/json" };
    const body = JSON.stringify({ to: PHONE });
    expect(await ask("/erase", { method: "POST", headers, body })).toMatchObject({ challenges: 1 });
    await expect(twoFactor.get(id)).rejects.toMatchObject({ code: "not_found" });
  });

  it("sends the webhooks elsewhere, if the test wants them", async () => {
    const seen: string[] = [];
    const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
      seen.push(new Request(input, init).url);
      return new Response();
    };
    const { twoFactor } = create({ fetch, webhooks: { deliveryReceipt: "https://shop.example/receipts" } });
    await twoFactor.start(TEXT);
    expect(seen).toEqual(["https://shop.example/receipts"]);
  });

  it("repeats webhooks that the test's own receiver refuses, on its own clock", async () => {
    const { sandbox, twoFactor } = create({
      fetch: async () => new Response(null, { status: 503 }),
      webhooks: { deliveryReceipt: "https://shop.example/receipts" },
    });
    sandbox.carrier({ intermediate: true });
    await soon(twoFactor.start(TEXT));
    await soon(sandbox.advance(20 * SECOND));
    const sent = sandbox
      .exchanges()
      .filter(({ path }) => path === "/receipts")
      .map(({ parameters, at }) => `${Date.parse(at) - START} ${parameters.status}`);
    expect(sent).toEqual([
      ...["0 buffered", "250 buffered", "1250 buffered", "5250 buffered"],
      ...["5250 delivered", "5500 delivered", "6500 delivered", "10500 delivered"],
    ]);
  });

  it("may be called by the test's own webhooks, while the sandbox sends them", async () => {
    const answers: unknown[] = [];
    const { sandbox, twoFactor, phone } = create({
      fetch: async () => {
        answers.push(await twoFactor.check(id, sandbox.handset(PHONE).code()));
        return new Response();
      },
      webhooks: { inboundSms: "https://shop.example/replies" },
    });
    const { id } = await twoFactor.start(TEXT);
    await soon(phone().reply("yes"));
    expect(answers).toEqual([{ verified: true }]);
  });
});

it.each([undefined, false])("without the workflow (%s) it is Vonage alone", async (twoFactor) => {
  const sandbox = createSandbox({ twoFactor } as object);
  expect(Object.keys(sandbox)).not.toContain("endpoint");
  expect((await sandbox.fetch("https://worker.sandbox.test/2fa", { method: "POST" })).status).toBe(404);
});

describe("a reset", () => {
  it("forgets challenges, limits, pauses and whatever was to come", async () => {
    const { sandbox, twoFactor, outcomes, texts } = create();
    sandbox.pause({ country: "US" }, HOUR);
    const { id } = await twoFactor.start(TEXT);
    for (let start = 0; start < 4; start++) await twoFactor.start(TEXT);
    sandbox.reset();
    await sandbox.advance(HOUR);
    expect([outcomes(), texts()]).toEqual([[], 0]);
    await expect(twoFactor.get(id)).rejects.toMatchObject({ code: "not_found" });
    await twoFactor.start(TEXT);
    await twoFactor.start({ ...TEXT, to: "+12015550123" });
    expect(texts()).toBe(1);
  });

  it("of the control panel is the same", async () => {
    const { sandbox, twoFactor, outcomes } = create();
    await twoFactor.start(TEXT);
    const init = { method: "POST", headers: { "content-type": "application/json" } };
    expect((await sandbox.fetch("https://api.nexmo.com/sandbox/reset", init)).status).toBe(200);
    await sandbox.advance(HOUR);
    expect(outcomes()).toEqual([]);
  });
});

describe("fake timers of the test", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("do not stop the sandbox", async () => {
    const { sandbox, twoFactor, phone, outcomes } = create();
    const { id } = await twoFactor.start(TEXT);
    await twoFactor.check(id, phone().code());
    await sandbox.advance(HOUR);
    expect(outcomes()).toEqual(["sms true"]);
  });
});

describe("many tests at once", () => {
  it("each have a sandbox of their own", async () => {
    const worlds = Array.from({ length: 20 }, () => create());
    const verified = await Promise.all(
      worlds.map(async ({ twoFactor, phone }) => {
        const { id } = await twoFactor.start(TEXT);
        return twoFactor.check(id, phone().code());
      }),
    );
    expect(verified).toEqual(Array(20).fill({ verified: true }));
    expect(worlds.map(({ outcomes }) => outcomes())).toEqual(Array(20).fill(["sms true"]));
  });
});
