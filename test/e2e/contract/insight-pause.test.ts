// The pause on workerd: pumping traffic begins it, codes to the country are refused but for a sample, and it ends.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Alarm } from "../../../src/insight/answer.ts";
import { createTwoFactorClient, type StartRequest } from "../../../src/two-factor/index.ts";
import { PROXY_KEY } from "../../support/local-stack.ts";
import { type SandboxServer, startSandboxServer } from "../../support/sandbox-server.ts";
import { aNumber, COOLDOWN_MS, codeHeardAt, twoFactorBindingsFor } from "../../support/two-factor-stack.ts";
import { GB, type InsightStack, startInsightStack } from "./insight-stack.ts";
import { callsOf } from "./ledger-worker.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The Worker reads the pauses so often. */
const READ_MS = 30_000;
const US = "2fa/sms/US/310260";

let vonage: SandboxServer;
let stack: InsightStack;
beforeAll(async () => {
  vonage = await startSandboxServer({ now: () => stack?.now() ?? Date.now() });
  stack = await startInsightStack({
    ...twoFactorBindingsFor(vonage.url),
    INSIGHT_PAUSE: "pumping",
    INSIGHT_PAUSE_NEVER: "US",
    TWO_FACTOR_MESSAGES: "2",
  });
  await setRandom(0.5);
});
afterAll(async () => {
  await stack?.stop();
  await vonage?.close();
});

const setRandom = (value: number) =>
  fetch(`${stack.worker.url}/test/random`, { method: "POST", body: String(value) });

const clientOf = () => createTwoFactorClient({ endpoint: stack.worker.url, key: PROXY_KEY.key });
const start = (request: Partial<StartRequest> = {}) =>
  clientOf().start({ to: `+${aNumber()}`, channel: "sms", ...request });

const pausedUntil = async (country: string) => {
  const answer = await stack.get("/insight/alarms?state=open");
  const { alarms } = (await answer.json()) as { alarms: Alarm[] };
  return alarms.find((one) => one.cause === "pumping" && one.segment.country === country)?.paused;
};

describe("a pause of a country", () => {
  it("begins with pumping, refuses starts and resends but for a sample, and ends", async () => {
    await start();
    await pump();
    await stack.turn(READ_MS);
    const to = `+${aNumber()}`;
    await expect(start({ to })).rejects.toMatchObject({ code: "route_paused", status: 503, retryable: true });
    const { retryAfter = 0 } = await start().catch((error) => error);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(HOUR_MS);
    expect(vonage.sandbox.handset(to.slice(1)).inbox()).toEqual([]);

    // The country where the same happened is never paused.
    expect(await pausedUntil("US")).toBeNull();
    await expect(start({ to: "+12015550123" })).resolves.toMatchObject({ channel: "sms" });

    const called = await start({ channel: "voice" });
    await stack.turn(COOLDOWN_MS);
    // A refused text uses up none of the two messages, and Insight does not count it as refused by Vonage.
    for (let times = 0; times < 3; times++) {
      await expect(clientOf().resend(called.id, { channel: "sms" })).rejects.toMatchObject({
        code: "route_paused",
      });
    }
    await expect(clientOf().resend(called.id, { channel: "voice" })).resolves.toMatchObject({
      channel: "voice",
    });
    await stack.turn(COOLDOWN_MS);
    await expect(clientOf().resend(called.id, { channel: "voice" })).rejects.toMatchObject({
      code: "too_many_messages",
    });
    await stack.turn(MINUTE_MS);
    const { body } = await callsOf(stack.worker).look("/insight?country=GB");
    expect(body.total.refused).toEqual({ total: 0, byStatus: {} });
    // The code of the call is still good.
    const heard = codeHeardAt(vonage.sandbox, called.to.slice(1));
    await expect(clientOf().check(called.id, heard)).resolves.toMatchObject({ verified: true });

    await setRandom(0.04);
    await expect(start()).resolves.toMatchObject({ channel: "sms" });
    await setRandom(0.5);
    await expect(start()).rejects.toMatchObject({ code: "route_paused" });

    await stack.turn(2 * HOUR_MS);
    await expect(start()).resolves.toMatchObject({ channel: "sms" });
  }, 60_000);
});

/** Four days as usual, then messages that no one converts, in both countries, until Insight sees it. */
async function pump(): Promise<void> {
  await stack.turnToFullHour();
  for (let part = 0; part < 16; part++) {
    for (const segment of [GB, US]) {
      await stack.count(segment, {
        sent: 100,
        converted: 90,
        notConverted: 10,
        "receipt.delivered.converted": 90,
      });
    }
    for (const by of [10 * MINUTE_MS, 5 * HOUR_MS + 50 * MINUTE_MS]) await stack.turn(by);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  const isFound = async () => (await pausedUntil("GB")) && (await pausedUntil("US")) !== undefined;
  await vi.waitUntil(
    async () => {
      for (const segment of [GB, US]) {
        await stack.count(segment, {
          sent: 200,
          notConverted: 200,
          "receipt.delivered.notConverted": 200,
        });
      }
      await stack.turn(MINUTE_MS);
      return isFound();
    },
    { timeout: 20_000, interval: 100 },
  );
}
