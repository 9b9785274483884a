// The counters of the workflow's own messages: destinations, receipts, causes, and messages that were not sent.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import type { Parameter } from "../../../src/wire/parameters.ts";
import { signParameters } from "../../../src/wire/signature.ts";
import {
  aNumber,
  COOLDOWN_MS,
  codeAt,
  SIGNATURE_SECRET,
  startTwoFactorStack,
  type TwoFactorStack,
} from "../../support/two-factor-stack.ts";
import { BY_ADMIN, callsOf } from "./ledger-worker.ts";

const A_US_NUMBER = "12015550123";

let stack: TwoFactorStack;
beforeAll(async () => {
  stack = await startTwoFactorStack({ LEDGER_SHARDS: "2" });
});
afterAll(() => stack.stop());

/** Figures of the country, when `isComplete`. */
const figures = (path: string, isComplete: (total: Readonly<Record<string, unknown>>) => boolean) =>
  vi.waitFor(
    async () => {
      // Sources send once a minute.
      await stack.turnClock(61_000);
      const { body } = await callsOf(stack.worker).look(path, BY_ADMIN);
      if (!isComplete(body.total)) throw new Error(`Not yet: ${JSON.stringify(body.total)}`);
      return body.total;
    },
    { timeout: 40_000, interval: 500 },
  );

describe("a message of the workflow", () => {
  it("is counted with its network, price, receipt and outcome; one that a later one replaced as superseded", async () => {
    const to = aNumber();
    const { id } = await stack.client.start({ to, channel: "sms" });
    await stack.turnClock(COOLDOWN_MS);
    await stack.client.resend(id);
    await expect(stack.client.check(id, codeAt(stack.sandbox, to))).resolves.toEqual({ verified: true });
    const total = await figures("/insight?country=GB&channel=sms", ({ settled }) => Number(settled) === 2);
    expect(total).toMatchObject({ sent: 2, converted: 1, superseded: 1, notConverted: 0 });
    expect(total.rescue).toMatchObject({ count: 1, of: 1 });
    const { body } = await callsOf(stack.worker).look("/insight?by=network&country=GB", BY_ADMIN);
    expect(body.groups[0].segment.network).toMatch(/^234\d\d$/);
    expect(body.total.receipts).toMatchObject({ delivered: 2, none: 0 });
    expect(body.total.cost.priced).toBe(2);
    expect(JSON.stringify(body) + stack.logs.join()).not.toContain(to.slice(-6));
  }, 60_000);

  it("that Vonage refuses is counted by its status, and one without an answer as uncertain", async () => {
    const { client, sandbox } = stack;
    sandbox.fail({ path: "sms", smsStatus: "9" });
    await expect(client.start({ to: A_US_NUMBER, channel: "sms" })).rejects.toMatchObject({
      code: "send_failed",
    });
    sandbox.fail({ path: "sms", drop: true });
    await expect(client.start({ to: A_US_NUMBER, channel: "sms" })).rejects.toMatchObject({
      code: "send_uncertain",
    });
    const total = await figures("/insight?country=US", ({ uncertain }) => Number(uncertain) === 1);
    expect(total).toMatchObject({ sent: 0, uncertain: 1, refused: { total: 1, byStatus: { 9: 1 } } });
  }, 60_000);
});

describe("a receipt", () => {
  it("belongs to a message that was sent elsewhere too, with the network and the price that it names", async () => {
    const calls = callsOf(stack.worker);
    for (const messageId of ["own-1", "own-2"]) {
      expect((await calls.track({ messageId, country: "FR" })).status).toBe(201);
    }
    const { twoFactor, other } = SANDBOX_CREDENTIALS;
    const receipt = { msisdn: "33612345678", status: "delivered", "network-code": "20801", price: "0.05" };
    await webhook({ ...receipt, messageId: "own-1", "api-key": twoFactor.apiKey });
    // One of another key, and one for a message that is not known: they change nothing.
    await webhook({ ...receipt, messageId: "own-2", "api-key": other.apiKey });
    await webhook({ ...receipt, messageId: "own-2", "api-key": "stranger" });
    await webhook({ ...receipt, messageId: "own-3", "api-key": twoFactor.apiKey });
    for (const messageId of ["own-1", "own-2"]) {
      expect((await calls.report(messageId, true)).body.status).toBe("recorded");
    }
    const total = await figures("/insight?country=FR", ({ settled }) => Number(settled) === 2);
    expect(total).toMatchObject({ sent: 2, receipts: { delivered: 1, none: 1 }, cost: { priced: 1 } });
    const { body } = await calls.look("/insight?country=FR&by=network", BY_ADMIN);
    expect(body.groups.map(({ segment }: { segment: object }) => segment)).toEqual(
      expect.arrayContaining([{ network: "20801" }, { network: "" }]),
    );
    expect((await calls.list("tracking")).flat().map(({ messageId }) => messageId)).not.toContain("own-3");
    expect(JSON.stringify(body) + stack.logs.join()).not.toContain("33612345678");
  }, 60_000);

  it("that is older than the last one changes nothing when it is replayed, by a new signature too", async () => {
    const calls = callsOf(stack.worker);
    expect((await calls.track({ messageId: "replayed", country: "IE" })).status).toBe(201);
    const apiKey = { "api-key": SANDBOX_CREDENTIALS.twoFactor.apiKey };
    const common = { ...apiKey, msisdn: "353871234567", messageId: "replayed", "network-code": "27201" };
    const early = { ...common, status: "delivered", "message-timestamp": "2026-11-25 12:00:00" };
    const late = { ...common, status: "failed", "message-timestamp": "2026-11-25 12:01:00" };
    const nonce = crypto.randomUUID();
    await webhook({ ...early, nonce });
    await webhook(late);
    await webhook({ ...early, nonce });
    await webhook(early);
    expect((await calls.report("replayed", false)).body.status).toBe("recorded");
    const total = await figures("/insight?country=IE", ({ settled }) => Number(settled) === 1);
    expect(total).toMatchObject({ sent: 1, notConverted: 1, receipts: { delivered: 0, failed: 1 } });
  }, 60_000);

  /** As Vonage sends it, signed. */
  async function webhook(parameters: Record<string, string>): Promise<void> {
    const complete: Parameter[] = Object.entries({
      timestamp: String(Math.floor(stack.now() / 1000)),
      nonce: crypto.randomUUID(),
      ...parameters,
    });
    const sig = await signParameters(complete, SIGNATURE_SECRET, "sha256");
    const body = new URLSearchParams([...complete, ["sig", sig]]);
    const { status } = await fetch(`${stack.worker.url}/webhooks/delivery-receipt`, { method: "POST", body });
    expect(status).toBe(200);
  }
});
