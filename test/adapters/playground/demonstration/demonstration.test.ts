// The demonstration against the real Worker on workerd. Its clock runs 10 times as fast, and its carriers at once.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  createDemonstration,
  type Demonstration,
} from "../../../../adapters/playground/demonstration/demonstration.ts";
import {
  CARRIERS,
  LYING_NETWORK,
  PUMPED_NETWORK,
  ROUTER,
  STAGE_NETWORK,
} from "../../../../adapters/playground/demonstration/world.ts";
import type { SandboxRoute } from "../../../../src/sandbox/index.ts";
import type { Channel } from "../../../../src/wire/report.ts";
import { COOLDOWN_MS, startTwoFactorStack, type TwoFactorStack } from "../../../support/two-factor-stack.ts";
import { untilEqual } from "../../../support/until.ts";

const SPEED = 10;
const LIFETIME_S = 60;
let stack: TwoFactorStack;
let demonstration: Demonstration;

beforeAll(async () => {
  stack = await startTwoFactorStack({
    TWO_FACTOR_COUNTRIES: "*",
    TWO_FACTOR_LIFETIME_S: String(LIFETIME_S),
    TWO_FACTOR_LIMITS: "number=1000/60 prefix=10000/60 caller=100000/60 total=100000/60",
  });
});
afterAll(() => stack?.stop());
beforeEach(() => {
  const began = performance.now();
  stack.sandbox.carriers(
    CARRIERS.map((one) => ({ ...one, deliveryDelay: 0 })),
    // The whole test fits into one window.
    { ...ROUTER, timeScale: 1 },
  );
  demonstration = createDemonstration({
    twoFactor: {
      ...stack.client,
      // The Worker's clock is not turned while sign-ins are under way, so users wait for its cool-down.
      resend: async (...call) => {
        await new Promise((resolve) => setTimeout(resolve, COOLDOWN_MS));
        return stack.client.resend(...call);
      },
    },
    readTexts: (number) =>
      stack.sandbox
        .handset(number)
        .inbox()
        .map(({ text }) => text),
    answerCalls: (number) =>
      stack.sandbox
        .handset(number)
        .calls()
        .map(({ heard }) => heard),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / SPEED)),
    now: () => (performance.now() - began) * SPEED,
  });
});

/** The router's knowledge of a network, over all of its carriers. */
function sumUp({ carriers }: Pick<SandboxRoute, "carriers">) {
  const add = (figure: keyof SandboxRoute["carriers"][number]["known"]) =>
    carriers.reduce((total, { known }) => total + known[figure], 0);
  const arrived = carriers.reduce((total, { truth }) => total + truth.arrived, 0);
  return {
    sent: add("sent"),
    ...{ converted: add("converted"), notConverted: add("notConverted") },
    ...{ claimed: add("receiptsDelivered"), arrived },
  };
}

describe("the demonstration", () => {
  it("signs users in through each network, but for the one that lies and the one that is pumped", async () => {
    await demonstration.start({ seed: 3, perSecond: 1, lasts: 60 });
    const { isRunning, started, signedIn, givenUp, failed, skipped } = demonstration.status();
    expect([isRunning, failed, skipped]).toEqual([false, 0, 0]);
    expect(started).toBeGreaterThan(25);
    expect(signedIn + givenUp).toBe(started);
    await stack.sandbox.idle();

    await stack.turnClock((LIFETIME_S + 1) * 1000);
    const reported = (channel: Channel) => stack.sandbox.reports().filter((one) => one.channel === channel);
    await expect.poll(() => reported("sms").length, { timeout: 20_000 }).toBe(started);
    // Users without a text asked for a call, and entered the code that they heard.
    expect(reported("voice").length).toBeGreaterThan(0);
    expect(reported("voice").every(({ delivered }) => delivered)).toBe(true);
    const routes = new Map(
      stack.sandbox.routing().routes.map((route) => [route.network, sumUp(route)] as const),
    );
    const [lying, pumped] = [routes.get(LYING_NETWORK), routes.get(PUMPED_NETWORK)];
    expect(lying?.claimed).toBe(lying?.sent);
    expect(lying?.converted).toBeLessThan(0.6 * (lying?.sent ?? 0));
    expect(pumped?.arrived).toBeGreaterThan(0.6 * (pumped?.sent ?? 0));
    expect(pumped).toMatchObject({ converted: 0, notConverted: pumped?.sent });
    routes.delete(LYING_NETWORK);
    routes.delete(PUMPED_NETWORK);
    for (const [network, { sent, converted, notConverted }] of routes) {
      expect([network, converted + notConverted]).toEqual([network, sent]);
    }
    routes.delete(STAGE_NETWORK);
    const others = [...routes.values()];
    const sum = (figure: "sent" | "converted") => others.reduce((total, one) => total + one[figure], 0);
    expect(sum("converted")).toBeGreaterThan(0.5 * sum("sent"));
  }, 60_000);

  it("stops at once, and a new start replaces the run before", async () => {
    const first = demonstration.start({ perSecond: 2, lasts: 900 });
    await untilEqual(() => demonstration.status().started > 3, true);
    const second = demonstration.start({ seed: 2, perSecond: 2, lasts: 900 });
    await first;
    await untilEqual(() => demonstration.status().started > 0, true);
    expect(demonstration.status().isRunning).toBe(true);
    demonstration.stop();
    await second;
    const { started, isRunning } = demonstration.status();
    expect(isRunning).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(demonstration.status().started).toBe(started);
  });

  it("counts what the Worker refuses, and goes on", async () => {
    const refused = createDemonstration({
      twoFactor: { ...stack.client, start: () => Promise.reject(new Error("refused")) },
      readTexts: () => [],
      answerCalls: () => [],
      sleep: async () => {},
      now: () => performance.now() * 1000,
    });
    await refused.start({ perSecond: 5, lasts: 5 });
    const { started, failed } = refused.status();
    expect(started).toBeGreaterThan(5);
    expect(failed).toBe(started);
  });
});
