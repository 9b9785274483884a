import { describe, expect, it, vi } from "vitest";
import type { Attempt } from "../../../src/client/transport.ts";
import { askRepeatedly } from "../../../src/two-factor/client/repeat.ts";

const RETRY = { attempts: 3, baseDelay: 1, maxDelay: 2 };
const KNOWS_KEYS: Attempt = { status: 200, retryAfter: null, body: '{"status":"ok","idempotencyKeys":true}' };

const answering = (...answers: Attempt[]) =>
  vi.fn(async () => answers.shift() ?? { noAnswer: "network" as const });

describe("a request under an idempotency key", () => {
  it("is repeated after a 5xx without a body from another server", async () => {
    const ask = answering({ status: 502, retryAfter: null }, { status: 200, retryAfter: null, body: "{}" });
    const ended = await askRepeatedly(ask, async () => KNOWS_KEYS, RETRY, undefined);
    expect([ended.status, ask.mock.calls.length]).toEqual([200, 2]);
  });

  it("is repeated if the body of an answer of any status does not arrive", async () => {
    const ask = answering({ status: 201, retryAfter: null }, { status: 201, retryAfter: null, body: "{}" });
    const ended = await askRepeatedly(ask, async () => KNOWS_KEYS, RETRY, undefined);
    expect([ended.body, ask.mock.calls.length]).toEqual(["{}", 2]);
  });

  it.each([
    ["is repeated after an internal error of the Worker", "internal", 500, 2],
    ["is repeated if the Worker could not store it", "challenges-unavailable", 503, 2],
    ["is not repeated if the Worker refused it", "number-limit", 429, 1],
  ])("a request %s: %s", async (_, name, status, requests) => {
    const body = JSON.stringify({ type: `urn:problem:vonage-conversion:${name}`, title: "x", status });
    const ask = answering({ status, retryAfter: null, body }, { status: 200, retryAfter: null, body: "{}" });
    await askRepeatedly(ask, async () => KNOWS_KEYS, RETRY, undefined);
    expect(ask).toHaveBeenCalledTimes(requests);
  });

  it("is not repeated for a Worker that does not know such keys", async () => {
    const ask = answering();
    const ended = await askRepeatedly(ask, async () => ({ ...KNOWS_KEYS, body: "{}" }), RETRY, undefined);
    expect([ended.noAnswer, ask.mock.calls.length]).toEqual(["network", 1]);
  });

  it("is not repeated when the body of /health does not arrive", async () => {
    const ask = answering();
    await askRepeatedly(ask, async () => ({ status: 200, retryAfter: null }), RETRY, undefined);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it("is repeated as often as the options say, with a signal that does not fire", async () => {
    const ask = answering();
    await askRepeatedly(ask, async () => KNOWS_KEYS, RETRY, new AbortController().signal);
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it("is not repeated once the signal has fired", async () => {
    const ask = answering();
    await askRepeatedly(ask, async () => KNOWS_KEYS, RETRY, AbortSignal.abort());
    expect(ask).toHaveBeenCalledTimes(1);
  });
});
