// One attempt at the operator's webhook. test/adapters/cloudflare/insight/keeper.test.ts has the repetitions.

import { afterEach, describe, expect, it, vi } from "vitest";
import { toDelay } from "../../../../adapters/cloudflare/insight/deliver-webhooks.ts";
import { sendWebhook } from "../../../../adapters/cloudflare/insight/send-webhook.ts";

const TARGET = { url: "https://hooks.acme.com/alarms", secrets: [`whsec_${btoa("s".repeat(32))}`] };
const WEBHOOK = { id: "drop:x:1:raised", body: "{}" };
const send = (fetch: typeof globalThis.fetch) => sendWebhook(TARGET, WEBHOOK, { fetch, now: Date.now });

afterEach(() => {
  vi.useRealTimers();
});

it.each([
  [200, {}, { end: "sent" }],
  [204, {}, { end: "sent" }],
  [410, {}, { end: "gone" }],
  [301, { location: "https://10.0.0.1/" }, { end: "failed", reason: "redirect" }],
  [500, {}, { end: "failed", reason: "status 500" }],
  [429, { "retry-after": "60" }, { end: "failed", reason: "status 429", retryAfter: 60_000 }],
  [503, { "retry-after": "999999" }, { end: "failed", reason: "status 503", retryAfter: 3_600_000 }],
  [503, { "retry-after": "soon" }, { end: "failed", reason: "status 503" }],
  [503, { "retry-after": "-1" }, { end: "failed", reason: "status 503" }],
])("%i with %j ends as %j", async (status, headers, end) => {
  expect(
    await send(
      async () => new Response(null, { status, headers: new Headers(headers as Record<string, string>) }),
    ),
  ).toEqual(end);
});

it("that is not answered ends after ten seconds", async () => {
  vi.useFakeTimers();
  let signal: AbortSignal | null | undefined;
  const ended = send((_, init) => {
    signal = init?.signal;
    return new Promise((__, reject) =>
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))),
    );
  });
  // Signing is real work.
  await vi.waitUntil(() => signal !== undefined);
  expect(signal?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await ended).toEqual({ end: "failed", reason: "timeout" });
});

it("does not read the answer, however long it is", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    cancel: () => {
      cancelled = true;
    },
  });
  expect(await send(async () => new Response(body))).toEqual({ end: "sent" });
  expect(cancelled).toBe(true);
});

describe("the delay", () => {
  it("doubles from five seconds to an hour, and half of it is random", () => {
    expect([0, 1, 2, 9, 10, 60].map((attempts) => toDelay(attempts, 1))).toEqual([
      5000, 10_000, 20_000, 2_560_000, 3_600_000, 3_600_000,
    ]);
    expect(toDelay(3, 0)).toBe(20_000);
  });
});
