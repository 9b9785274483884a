import { describe, expect, it } from "vitest";
import { type PlannedSignIn, planSignIns } from "../../../../adapters/playground/demonstration/plan.ts";
import {
  CARRIERS,
  CROWDS,
  LYING_NETWORK,
  PUMPED_NETWORK,
  ROUTER,
} from "../../../../adapters/playground/demonstration/world.ts";
import { createSandbox, SANDBOX_CREDENTIALS } from "../../../../src/sandbox/index.ts";
import { networkOf } from "../../../../src/sandbox/routing/networks.ts";
import { parsePhoneNumber } from "../../../../src/two-factor/numbers/phone-number.ts";

const plan = (seed: number): PlannedSignIn[] => [...planSignIns({ seed, perSecond: 5, duration: 300_000 })];

describe("the demonstration's plan", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(plan(3)).toEqual(plan(3));
    expect(plan(3)).not.toEqual(plan(4));
  });

  it("has as many sign-ins a second as asked for, in order, until its end", () => {
    const times = plan(1).map(({ at }) => at);
    expect(times.length).toBeGreaterThan(1350);
    expect(times.length).toBeLessThan(1650);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(times.at(-1)).toBeLessThan(300_000);
  });

  it("has mobile numbers that a code may go to, each of the network of its crowd", () => {
    const networks = new Map<string | undefined, number>();
    for (const { number } of plan(1)) {
      const parsed = parsePhoneNumber(`+${number}`);
      expect([number, parsed.number, parsed.types?.includes("mobile")]).toEqual([number, number, true]);
      const network = networkOf(number);
      networks.set(network, (networks.get(network) ?? 0) + 1);
    }
    for (const { network } of CROWDS)
      expect([network, (networks.get(network) ?? 0) > 60]).toEqual([network, true]);
    expect(networks.size).toBe(CROWDS.length);
  });

  it("pumps one block of one network, where no user enters a code", () => {
    const pumped = plan(1).filter(({ number }) => networkOf(number) === PUMPED_NETWORK);
    expect(new Set(pumped.map(({ number }) => number.slice(0, -4))).size).toBe(1);
    expect(pumped.filter(({ enters }) => enters)).toEqual([]);
    const others = plan(1).filter(({ number }) => networkOf(number) !== PUMPED_NETWORK);
    expect(others.filter(({ enters }) => enters).length).toBeGreaterThan(0.9 * others.length);
  });
});

it("what arrives in the demonstration follows from its carriers alone, not from who signs in", async () => {
  const sandbox = createSandbox({
    carriers: CARRIERS.map((one) => ({ ...one, deliveryDelay: 0 })),
    router: ROUTER,
  });
  const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.twoFactor;
  for (const { number } of plan(1)) {
    const fields = { api_key: apiKey, api_secret: apiSecret, from: "Acme", to: number, text: "4711" };
    const init = { method: "POST", body: new URLSearchParams(fields) };
    await sandbox.fetch("https://rest.nexmo.com/sms/json", init);
  }
  for (const { network, carriers } of sandbox.routing().routes) {
    for (const { name, truth } of carriers) {
      const share = truth.arrived / truth.sent;
      const spread = Math.sqrt((truth.delivered * (1 - truth.delivered)) / truth.sent);
      expect([network, name, truth.sent > 30]).toEqual([network, name, true]);
      expect(Math.abs(share - truth.delivered) / spread).toBeLessThan(4);
    }
  }
});

it("the demonstration's carriers serve every crowd, and all of the lying network lose messages and claim delivery", () => {
  for (const { network } of CROWDS) {
    expect(CARRIERS.filter((one) => one.network === network).length).toBeGreaterThanOrEqual(2);
  }
  for (const carrier of CARRIERS.filter(({ network }) => network === LYING_NETWORK)) {
    expect(carrier).toMatchObject({ receipts: "delivered" });
    expect(carrier.delivered).toBeLessThan(0.5);
  }
});
