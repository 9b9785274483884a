// The results of messages while Vonage or the network fails, through senders, as their users see them.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isSendError, SendError, type SendErrorCode } from "../../../src/two-factor/senders/send-error.ts";
import type { SharedSenderOptions } from "../../../src/two-factor/senders/sender-options.ts";
import { createShortCodeSender } from "../../../src/two-factor/senders/short-code-sender.ts";
import { createSmsSender } from "../../../src/two-factor/senders/sms-sender.ts";
import { type Answer, createRecordingFetch, deaf, hanging } from "../../support/recording-fetch.ts";
import { CANARIES, everythingIn, json, message, smsReply } from "../../support/two-factor/replies.ts";
import { sendErrorOf } from "../../support/two-factor/send-error.ts";

const credentials = { apiKey: "canary-key", apiSecret: "canary-secret" };

function createSenders(answers: readonly Answer[], options: SharedSenderOptions = {}) {
  const { fetch, sent } = createRecordingFetch(...answers);
  return {
    sent,
    sms: createSmsSender({ credentials, from: "Acme", fetch, ...options }),
    shortCode: createShortCodeSender({ credentials, fetch, ...options }),
  };
}

/** Sends a text message with as much time as it takes, and resolves to its error. */
async function failureOf(answers: readonly Answer[], options: SharedSenderOptions = {}) {
  const { sms, sent } = createSenders(answers, options);
  const failure = sendErrorOf(() => sms.send(message));
  await vi.advanceTimersByTimeAsync(60_000);
  return { error: await failure, sent };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("a reply with a status", () => {
  it.each<[number, SendErrorCode]>([
    [1, "throttled"],
    [2, "rejected"],
    [3, "rejected"],
    [4, "unauthorized"],
    [5, "unavailable"],
    [6, "rejected"],
    [7, "number_refused"],
    [8, "account_refused"],
    [9, "account_refused"],
    [10, "throttled"],
    [11, "account_refused"],
    [12, "rejected"],
    [14, "unauthorized"],
    [15, "rejected"],
    [22, "rejected"],
    [23, "rejected"],
    [29, "number_refused"],
    [32, "unauthorized"],
    [33, "number_refused"],
    [99, "unexpected_response"],
  ])('%i means %s, and is retried only if Vonage said "not now"', async (status, code) => {
    const { error, sent } = await failureOf([smsReply(status)]);
    const retryable = [1, 5, 10].includes(status);
    const attempts = retryable ? 3 : 1;
    expect(error).toMatchObject({
      code,
      vonageStatus: status,
      status: 200,
      attempts,
      retryable,
      mayBeSent: false,
    });
    expect(sent).toHaveLength(attempts);
    expect(error.message).toMatch(
      new RegExp(`^POST /sms/json: status ${status} \\(attempts: ${attempts}\\); .{10}`),
    );
  });

  it("written as a number is understood too", async () => {
    const { error } = await failureOf([json({ messages: [{ status: 4 }] })]);
    expect(error.code).toBe("unauthorized");
  });

  it("of several refused parts is the status of the first", async () => {
    const { error, sent } = await failureOf([smsReply(9, 1)]);
    expect(error).toMatchObject({ code: "account_refused", vonageStatus: 9 });
    expect(sent).toHaveLength(1);
  });
});

describe("a message of several parts", () => {
  it("has the ids of all parts", async () => {
    const { sms } = createSenders([smsReply("A1", "A2", "A3")]);
    expect(await sms.send(message)).toEqual({ messageIds: ["A1", "A2", "A3"], network: "310090" });
  });

  it("has the network of the first part, and the price of all accepted parts", async () => {
    const part = (id: string, status: string, price: unknown) => ({
      ...{ "message-id": id, status, network: "23410", "message-price": price },
    });
    const answered =
      (...messages: object[]) =>
      () =>
        Response.json({ messages });
    const priced = createSenders([
      answered(part("A1", "0", "0.03330000"), part("A2", "5", "1"), part("A3", "0", "0.03330000")),
    ]);
    expect(await priced.sms.send(message)).toEqual({
      messageIds: ["A1", "A3"],
      network: "23410",
      price: 0.0666,
    });
    const odd = createSenders([answered({ ...part("A1", "0", "-0.03"), network: "GB" })]);
    expect(await odd.sms.send(message)).toEqual({ messageIds: ["A1"] });
  });

  it("counts as sent if some parts were accepted, and is not sent again", async () => {
    const { sms, sent } = createSenders([smsReply(1, "A2", 5, "A4")]);
    expect(await sms.send(message)).toEqual({ messageIds: ["A2", "A4"], network: "310090" });
    expect(sent).toHaveLength(1);
  });
});

/** A status that `new Response` rejects but fetch may return, such as a browser's 0 for a redirect. */
const odd =
  (status: number): Answer =>
  () =>
    Object.defineProperty(new Response(), "status", { value: status });

describe("an HTTP status", () => {
  it.each<[number, SendErrorCode]>([
    [202, "uncertain"],
    [204, "uncertain"],
    [299, "uncertain"],
    [300, "unexpected_response"],
    [301, "unexpected_response"],
    [302, "unexpected_response"],
    [307, "unexpected_response"],
    [400, "rejected"],
    [401, "unauthorized"],
    [402, "account_refused"],
    [403, "unauthorized"],
    [404, "unexpected_response"],
    [405, "unexpected_response"],
    [408, "uncertain"],
    [413, "rejected"],
    [415, "rejected"],
    [420, "rejected"],
    [422, "rejected"],
    [423, "rejected"],
    [429, "throttled"],
    [500, "uncertain"],
    [502, "uncertain"],
    [503, "unavailable"],
    [504, "uncertain"],
    [599, "uncertain"],
  ])("of %i means %s, and only 429 and 503 are retried", async (status, code) => {
    const { error, sent } = await failureOf([status]);
    const retryable = status === 429 || status === 503;
    expect(error).toMatchObject({ code, status, retryable, mayBeSent: code === "uncertain" });
    expect(error).not.toHaveProperty("vonageStatus");
    expect(sent).toHaveLength(retryable ? 3 : 1);
  });

  it.each([0, 199, 600])("of %i is not part of HTTP, and so unexpected", async (status) => {
    const { error, sent } = await failureOf([odd(status)]);
    expect(error).toMatchObject({ code: "unexpected_response", status, mayBeSent: false });
    expect(sent).toHaveLength(1);
  });

  it.each([
    [307, /redirects.*check baseUrl/],
    [400, /check the sender \(from\)/],
    [401, /check API key and secret, or application id and private key/],
    [402, /balance is too low/],
    [429, /slow down/],
    [500, /may have gone out; send another only if the user asks/],
    [503, /try again later/],
  ])("of %i comes with advice", async (status, advice) => {
    expect((await failureOf([status])).error.message).toMatch(advice);
  });

  it("of a redirect is not followed", async () => {
    const { error, sent } = await failureOf([
      () => new Response(null, { status: 307, headers: { location: "https://canary.example/" } }),
    ]);
    expect(error.code).toBe("unexpected_response");
    expect(sent.map((one) => [one.url, one.redirect])).toEqual([
      ["https://rest.nexmo.com/sms/json", "manual"],
    ]);
  });
});

describe("a message that may have been sent", () => {
  it.each<[string, Answer]>([
    ["no answer in time", hanging],
    ["no answer in time from a fetch that is deaf to its signal", deaf],
    ["a broken connection", () => Promise.reject(new TypeError("canary: fetch failed"))],
    [
      "a fetch that throws at once",
      () => {
        throw new Error("canary");
      },
    ],
    ["an empty success", 200],
    ["a success that is not JSON", json("<html>canary</html>")],
    ["a success without messages", json({ messages: [] })],
    ["a success of another kind", json({ ok: true })],
    ["a success without a message id", json({ messages: [{ status: "0" }] })],
    ["a success with an invalid message id", json({ messages: [{ status: "0", "message-id": "a\nb" }] })],
    ["a status that is not a number", json({ messages: [{ status: "fine", "message-id": "A1" }] })],
    ["a status that begins with a number", json({ messages: [{ status: "4 or so", "message-id": "A1" }] })],
    ["a status that ends with a number", json({ messages: [{ status: "no 4", "message-id": "A1" }] })],
    ["a status that is too long", json({ messages: [{ status: "00000", "message-id": "A1" }] })],
    ["a success too long to read", json(`{"messages":[${" ".repeat(10_000)}]}`)],
    ["an endless success", () => new Response(new ReadableStream())],
    [
      "a truncated success",
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.error(new Error("canary")),
          }),
        ),
    ],
  ])("is uncertain and sent once after %s", async (_, answer) => {
    const { error, sent } = await failureOf([answer]);
    expect(sent).toHaveLength(1);
    expect(error).toMatchObject({ code: "uncertain", attempts: 1, retryable: false, mayBeSent: true });
    expect(everythingIn(error)).not.toMatch(CANARIES);
  });

  it("is uncertain even after an earlier refusal", async () => {
    const { error, sent } = await failureOf([smsReply(1), hanging, smsReply("A1")]);
    expect(sent).toHaveLength(2);
    expect(error).toMatchObject({ code: "uncertain", attempts: 2, mayBeSent: true });
  });

  it("has the system's error code as cause", async () => {
    const cause = Object.assign(new Error("connect ECONNRESET canary"), { code: "ECONNRESET" });
    const { error } = await failureOf([() => Promise.reject(new TypeError("fetch failed", { cause }))]);
    expect(error.cause).toBe("ECONNRESET");
    expect(Object.keys(error)).not.toContain("cause");
    expect(everythingIn(error)).not.toMatch(CANARIES);
  });

  it("has no cause if the system gives no code", async () => {
    const { error } = await failureOf([hanging]);
    expect("cause" in error).toBe(false);
  });
});

describe("the timeout", () => {
  it("is five seconds by default", async () => {
    const { sms } = createSenders([hanging]);
    const ended = vi.fn();
    const failure = sendErrorOf(() => sms.send(message)).finally(ended);
    await vi.advanceTimersByTimeAsync(4999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await failure).message).toMatch(/^POST \/sms\/json: timeout /);
  });

  it("aborts the request", async () => {
    const { sent } = await failureOf([hanging], { timeout: 100 });
    expect(sent[0]?.signal.aborted).toBe(true);
  });
});

describe("a refused message", () => {
  it("is retried after a random part of a growing bound", async () => {
    const { sms, sent } = createSenders([smsReply(5), 503, smsReply("A1")]);
    const done = sms.send(message);
    for (const [wait, requests] of [
      [99, 1],
      [1, 2],
      [199, 2],
      [1, 3],
    ] as const) {
      await vi.advanceTimersByTimeAsync(wait);
      expect(sent).toHaveLength(requests);
    }
    expect(await done).toEqual({ messageIds: ["A1"], network: "310090" });
    expect(new Set(sent.map((one) => one.body)).size).toBe(1);
  });

  it("waits for Retry-After, but at most two seconds", async () => {
    const late = json("", 503, { "retry-after": "1" });
    const never = json("", 503, { "retry-after": "3600" });
    const { sms, sent } = createSenders([late, never, smsReply("A1")]);
    const done = sms.send(message);
    await vi.advanceTimersByTimeAsync(999);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await done).toEqual({ messageIds: ["A1"], network: "310090" });
  });

  it("is not retried with retry: false", async () => {
    const { error, sent } = await failureOf([429], { retry: false });
    expect(sent).toHaveLength(1);
    expect(error).toMatchObject({ code: "throttled", attempts: 1, retryable: true });
  });
});

describe("an error", () => {
  it.each<[string, Answer]>([
    ["a status", smsReply(3)],
    ["an HTTP status", json("canary 738291", 401)],
    ["a timeout", hanging],
    ["a broken connection", () => Promise.reject(new Error("canary 12015550123"))],
  ])("after %s shows no secret, code, number or upstream text", async (_, answer) => {
    const { error } = await failureOf([answer]);
    expect(everythingIn(error)).not.toMatch(CANARIES);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: "SendError",
      code: error.code,
      attempts: 1,
      message: error.message,
    });
  });

  it("is recognised by its brand, even from another copy", () => {
    const foreign = Object.assign(new Error("x"), { [Symbol.for("vonage-conversion.send-error")]: true });
    expect([new SendError("throttled", "x"), foreign, new Error("x"), null, "x"].map(isSendError)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

it("a short code's failures are the same", async () => {
  const { shortCode } = createSenders([smsReply(4)]);
  expect(await sendErrorOf(() => shortCode.send(message))).toMatchObject({
    code: "unauthorized",
    vonageStatus: 4,
    message: expect.stringMatching(/^POST \/sc\/us\/2fa\/json: status 4 /),
  });
});
