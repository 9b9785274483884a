// Vonage throttles, for example US long numbers to one text a second. Tests the messages, and the waiting callers.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSandbox, SANDBOX_APPLICATION, SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { isSendError, type SendError } from "../../../src/two-factor/senders/send-error.ts";
import type { CodeSender } from "../../../src/two-factor/senders/sender.ts";
import { createShortCodeSender } from "../../../src/two-factor/senders/short-code-sender.ts";
import { createSmsSender, type SmsSenderOptions } from "../../../src/two-factor/senders/sms-sender.ts";
import { createVoiceSender } from "../../../src/two-factor/senders/voice-sender.ts";
import { type Answer, createRecordingFetch } from "../../support/recording-fetch.ts";
import { callReply, json, message, smsReply } from "../../support/two-factor/replies.ts";

const credentials = SANDBOX_CREDENTIALS.twoFactor;
const START = Date.UTC(2026, 10, 25, 12);

beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ["Date", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Advances the clock until all messages have ended, and resolves to their results and times. */
async function outcomesOf(sending: readonly Promise<unknown>[]) {
  const outcomes = sending.map((one) =>
    one.then(
      () => ({ after: Date.now() - START, error: undefined }),
      (error: unknown) => {
        if (!isSendError(error)) throw error;
        return { after: Date.now() - START, error };
      },
    ),
  );
  let over = false;
  const all = Promise.all(outcomes).finally(() => {
    over = true;
  });
  // Requests are read in real time, beside the fake clock.
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(5);
  }
  return all;
}

const errorsIn = (outcomes: readonly { readonly error: SendError | undefined }[]) =>
  outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));

/** Vonage's answer to a text that came too fast. */
const tooFast = (text: unknown, status: string | number = "1"): Answer =>
  json({ "message-count": "1", messages: [{ status, "error-text": text }] });

function createSender(answers: readonly Answer[], options: Partial<SmsSenderOptions> = {}) {
  const { fetch, sent } = createRecordingFetch(...answers);
  const times: number[] = [];
  const timed: typeof globalThis.fetch = (input, init) => {
    times.push(Date.now() - START);
    return fetch(input, init);
  };
  return { sender: createSmsSender({ credentials, from: "Acme", fetch: timed, ...options }), sent, times };
}

describe("a text that came too fast", () => {
  it.each([
    ["Throughput Rate Exceeded - please wait [ 620 ] and retry", 620],
    ["Throughput Rate Exceeded - please wait [620] and retry", 620],
    ["please wait [ 1 ] and retry", 1],
    ["please wait [ 4900 ] and retry", 4900],
    ["Throttled", 1000],
    ["Throttled: please wait", 1000],
    ["please wait [ a while ] and retry", 1000],
    [undefined, 1000],
    [620, 1000],
  ])("with Vonage's answer %j is sent again after %i ms", async (text, wait) => {
    const { sender, times } = createSender([tooFast(text), smsReply("A1")]);
    const [outcome] = await outcomesOf([sender.send(message)]);
    expect(outcome?.error).toBeUndefined();
    expect(times).toHaveLength(2);
    expect(times[1]).toBeGreaterThanOrEqual(wait);
    expect(times[1]).toBeLessThan(wait + 200);
  });

  it.each([
    ["status 10", tooFast("Too many existing binds", "10"), 1000],
    ["a status that is a number", tooFast("please wait [ 300 ] and retry", 1), 300],
    ["HTTP 429", json("", 429), 1000],
    ["HTTP 429 with Retry-After", json("", 429, { "retry-after": "3" }), 3000],
  ] as const)("with %s is sent again too", async (_, answer, wait) => {
    const { sender, times } = createSender([answer, smsReply("A1")]);
    expect(errorsIn(await outcomesOf([sender.send(message)]))).toEqual([]);
    expect(times[1]).toBeGreaterThanOrEqual(wait);
    expect(times[1]).toBeLessThan(wait + 200);
  });

  it.each([
    ["please wait [ 5100 ] and retry", 5100],
    ["please wait [ 30000 ] and retry", 30_000],
    ["please wait [ 9999999 ] and retry", 9_999_999],
  ])("with too long a wait is not sent again, and its error has the wait: %s", async (text, wait) => {
    const { sender, times } = createSender([tooFast(text)]);
    const [outcome] = await outcomesOf([sender.send(message)]);
    expect(outcome?.error).toMatchObject({
      code: "throttled",
      retryAfter: wait,
      attempts: 1,
      retryable: true,
    });
    expect(times).toHaveLength(1);
    expect(outcome?.after).toBeLessThan(100);
  });

  it("three times is given up with the last wait", async () => {
    const { sender, sent } = createSender([tooFast("please wait [ 700 ] and retry")]);
    const [outcome] = await outcomesOf([sender.send(message)]);
    expect(sent).toHaveLength(3);
    expect(outcome?.error).toMatchObject({ code: "throttled", attempts: 3, retryAfter: expect.any(Number) });
    expect(outcome?.error?.retryAfter).toBeGreaterThanOrEqual(700);
    expect(outcome?.error?.retryAfter).toBeLessThan(2500);
  });

  it("is sent once, without waiting, with retry: false", async () => {
    const { sender, sent } = createSender([tooFast("please wait [ 620 ] and retry")], { retry: false });
    const outcomes = await outcomesOf([sender.send(message)]);
    expect(errorsIn(outcomes)).toMatchObject([{ code: "throttled", attempts: 1, retryAfter: 620 }]);
    expect(sent).toHaveLength(1);
  });

  it("with too long a wait delays no other text", async () => {
    const { sender } = createSender([tooFast("please wait [ 9999999 ] and retry"), smsReply("A1")]);
    await outcomesOf([sender.send(message)]);
    const before = Date.now();
    expect(errorsIn(await outcomesOf([sender.send(message)]))).toEqual([]);
    expect(Date.now() - before).toBeLessThan(100);
  });

  it("delays others no longer if the clock goes back", async () => {
    const { sender } = createSender([tooFast("please wait [ 4900 ] and retry"), smsReply("A1")], {
      retry: { attempts: 2 },
    });
    await outcomesOf([sender.send(message)]);
    vi.setSystemTime(START - 3_600_000);
    expect(errorsIn(await outcomesOf([sender.send(message)]))).toEqual([]);
  });

  it("that may have been sent by the next request is never sent again", async () => {
    const broken: Answer = () => Promise.reject(new TypeError("canary"));
    const { sender, sent } = createSender([tooFast("please wait [ 10 ] and retry"), broken, smsReply("A1")]);
    expect(errorsIn(await outcomesOf([sender.send(message)]))).toMatchObject([{ code: "uncertain" }]);
    expect(sent).toHaveLength(2);
  });

  it.each([2, 3, 4, 6, 7, 9, 15, 22])(
    "is recognised by status 1 only: status %i has no wait",
    async (status) => {
      const { sender, sent } = createSender([tooFast("please wait [ 10 ] and retry", status)]);
      const [error] = errorsIn(await outcomesOf([sender.send(message)]));
      expect(error?.code).not.toBe("throttled");
      expect(error).not.toHaveProperty("retryAfter");
      expect(sent).toHaveLength(1);
    },
  );
});

describe("at one text a second", () => {
  function createLimited(from = "12015550100") {
    const sandbox = createSandbox({ now: Date.now });
    sandbox.carrier({ textsPerSecond: 1 });
    const sender = createSmsSender({ credentials, from, fetch: sandbox.fetch });
    const statuses = () =>
      sandbox.exchanges().map(({ at, note = "" }) => ({
        at: Date.parse(at) - START,
        status: /^status (\d+)/.exec(note)?.[1],
      }));
    return { sandbox, sender, statuses };
  }

  const sendMany = (sender: CodeSender, count: number) =>
    Array.from({ length: count }, (_, index) => sender.send({ ...message, to: `1201555010${index % 10}` }));

  it.each([2, 3, 5])("%i at once are all sent, one after the other", async (count) => {
    const { sender, sandbox, statuses } = createLimited();
    const outcomes = await outcomesOf(sendMany(sender, count));
    expect(errorsIn(outcomes)).toEqual([]);
    expect(Math.max(...outcomes.map(({ after }) => after))).toBeLessThan(5200);
    expect(statuses().filter(({ status }) => status === "0")).toHaveLength(count);
    const arrived = Array.from({ length: 10 }, (_, index) => sandbox.handset(`1201555010${index}`).inbox());
    expect(arrived.flat()).toHaveLength(count);
  });

  it("of 40 at once those that fit into five seconds are sent, and the others fail at once with a wait", async () => {
    const { sender, statuses } = createLimited();
    const outcomes = await outcomesOf(sendMany(sender, 40));
    const refused = outcomes.filter(({ error }) => error !== undefined);
    expect(outcomes.length - refused.length).toBe(5);
    for (const { after, error } of refused) {
      expect(error).toMatchObject({ code: "throttled", attempts: 1 });
      expect(after).toBeLessThan(200);
      expect(error?.retryAfter).toBeGreaterThan(5000);
      expect(error?.retryAfter).toBeLessThan(7000);
    }
    // They do not all come back at the same time.
    const later = statuses().filter(({ at }) => at > 200);
    expect(later.length).toBeLessThanOrEqual(8);
  });

  it("one that comes while others wait queues behind them, without further refusals", async () => {
    const { sender, statuses } = createLimited();
    const first = sendMany(sender, 3);
    const late = new Promise((resolve) => setTimeout(resolve, 300)).then(() => sender.send(message));
    const outcomes = await outcomesOf([...first, late]);
    expect(errorsIn(outcomes)).toEqual([]);
    expect(outcomes.at(-1)?.after).toBeGreaterThan(3000);
    expect(statuses().filter(({ at, status }) => at > 200 && status !== "0")).toEqual([]);
  });

  it("one that comes when all turns are taken is refused at once, without a request", async () => {
    const { sender, statuses } = createLimited();
    const first = sendMany(sender, 5);
    let asked = 0;
    const late = new Promise((resolve) => setTimeout(resolve, 100)).then(() => {
      asked = statuses().length;
      return sender.send(message);
    });
    const outcomes = await outcomesOf([...first, late]);
    expect(errorsIn(outcomes)).toMatchObject([
      { code: "throttled", attempts: 0, message: expect.stringMatching(/^POST \/sms\/json: not sent/) },
    ]);
    expect(outcomes.at(-1)?.after).toBeLessThan(200);
    expect(asked).toBe(5);
  });

  it("senders with separate rates do not wait for each other", async () => {
    const { sandbox, sender } = createLimited();
    const second = createSmsSender({ credentials, from: "12015550199", fetch: sandbox.fetch });
    const outcomes = await outcomesOf([...sendMany(sender, 2), second.send(message)]);
    expect(errorsIn(outcomes)).toEqual([]);
    expect(outcomes[2]?.after).toBeLessThan(200);
  });

  it("two isolates that are refused at the same instant both succeed", async () => {
    const { sandbox, sender } = createLimited();
    const other = createSmsSender({ credentials, from: "12015550100", fetch: sandbox.fetch });
    const outcomes = await outcomesOf([...sendMany(sender, 2), other.send(message)]);
    expect(errorsIn(outcomes)).toEqual([]);
  });

  it("waiting ends after a while without refusals", async () => {
    const { sandbox, sender } = createLimited();
    await outcomesOf(sendMany(sender, 3));
    await vi.advanceTimersByTimeAsync(10_000);
    sandbox.carrier({});
    const before = Date.now();
    expect(errorsIn(await outcomesOf(sendMany(sender, 20)))).toEqual([]);
    expect(Date.now() - before).toBeLessThan(200);
  });
});

it("an account with a higher rate is not slowed to one a second, because accepted bursts show its rate", async () => {
  const sandbox = createSandbox({ now: Date.now });
  sandbox.limit(30);
  const sender = createSmsSender({ credentials, from: "Acme", fetch: sandbox.fetch });
  const outcomes = await outcomesOf(Array.from({ length: 45 }, () => sender.send(message)));
  expect(errorsIn(outcomes).length).toBeLessThanOrEqual(3);
  expect(Math.max(...outcomes.map(({ after }) => after))).toBeLessThan(5300);
});

describe("other channels", () => {
  it("short codes wait for their turns too", async () => {
    const sandbox = createSandbox({ now: Date.now });
    sandbox.carrier({ textsPerSecond: 1 });
    const sender = createShortCodeSender({ credentials, fetch: sandbox.fetch });
    expect(
      errorsIn(
        await outcomesOf([
          sender.send({ ...message, to: "12025550123" }),
          sender.send({ ...message, to: "12025550124" }),
        ]),
      ),
    ).toEqual([]);
  });

  it.each([
    ["without a wait", {}, 1000],
    ["with one", { "retry-after": "2" }, 2000],
  ])("calls above three a second are retried after a 429 %s", async (_, headers, wait) => {
    const { fetch, sent } = createRecordingFetch(callReply, json("", 429, headers), callReply);
    const { applicationId, privateKey } = SANDBOX_APPLICATION;
    const times: number[] = [];
    const timed: typeof globalThis.fetch = (input, init) => {
      times.push(Date.now());
      return fetch(input, init);
    };
    const sender = createVoiceSender({ applicationId, privateKey, from: "12015550100", fetch: timed });
    await sender.send(message);
    expect(errorsIn(await outcomesOf([sender.send(message)]))).toEqual([]);
    expect(sent).toHaveLength(3);
    const [, refused = 0, again = 0] = times;
    // Calls are signed in real time beside the fake clock, so an upper bound cannot be checked.
    expect(again - refused).toBeGreaterThanOrEqual(wait);
  });

  it("a call with too long a wait fails with that wait", async () => {
    const { fetch } = createRecordingFetch(json("", 429, { "retry-after": "60" }));
    const { applicationId, privateKey } = SANDBOX_APPLICATION;
    const sender = createVoiceSender({ applicationId, privateKey, from: "12015550100", fetch });
    const outcomes = await outcomesOf([sender.send(message)]);
    expect(errorsIn(outcomes)).toMatchObject([{ code: "throttled", retryAfter: 60_000, attempts: 1 }]);
  });
});
