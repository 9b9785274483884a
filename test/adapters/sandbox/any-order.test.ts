// Whatever a test does with the sandbox, in any order: each step ends without a real clock, and Vonage is never told
// `false` after `true`.

import fc from "fast-check";
import { expect, it } from "vitest";
import { createSandbox } from "../../../adapters/sandbox/index.ts";
import { createTwoFactorClient, isTwoFactorError } from "../../../src/two-factor/index.ts";
import { cases } from "../../support/property-seed.ts";

const PHONES = ["+447400123456", "+447400123457"];
const PATIENCE_MS = 10_000;

const action = fc.oneof(
  fc.record({
    type: fc.constant("start" as const),
    phone: fc.nat(1),
    channel: fc.constantFrom("sms" as const, "voice" as const),
  }),
  fc.record({ type: fc.constant("check" as const), phone: fc.nat(1), isRight: fc.boolean() }),
  fc.record({ type: fc.constant("resend" as const) }),
  fc.record({ type: fc.constant("cancel" as const) }),
  fc.record({ type: fc.constant("reply" as const), phone: fc.nat(1) }),
  fc.record({ type: fc.constant("advance" as const), seconds: fc.constantFrom(1, 30, 61, 400, 5000) }),
  fc.record({
    type: fc.constant("fail" as const),
    fault: fc.record(
      {
        path: fc.constantFrom("conversions" as const, "sms" as const, "calls" as const),
        times: fc.integer({ min: 1, max: 4 }),
        kind: fc.constantFrom(
          { hang: true },
          { drop: true },
          { status: 503 },
          { status: 429, retryAfter: "2" },
          { latency: 3000 },
          { latency: 9000 },
        ),
        recorded: fc.boolean(),
      },
      { requiredKeys: ["path", "times", "kind"] },
    ),
  }),
  fc.record({
    type: fc.constant("carrier" as const),
    settings: fc.record(
      {
        delivers: fc.boolean(),
        deliveryDelay: fc.constantFrom(1000, 400_000),
        receiptDelay: fc.constantFrom(1000, 40_000),
        receipts: fc.constantFrom("honest" as const, "missing" as const, "delivered" as const),
        intermediate: fc.boolean(),
        textsPerSecond: fc.constantFrom(1, 5),
      },
      { requiredKeys: [] },
    ),
  }),
);

it("each step ends, alone and beside another, and reports follow the ledger's rule", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(action, fc.boolean()), { maxLength: 25 }), async (actions) => {
      const sandbox = createSandbox({ twoFactor: true });
      const { endpoint, key, fetch } = sandbox;
      const twoFactor = createTwoFactorClient({ endpoint, key, fetch, retry: false });
      let id = "0.AAAAAAAAAAAAAAAAAAAAAA";
      const codeOf = (phone: number) => {
        try {
          return sandbox.handset(PHONES[phone] ?? "").code();
        } catch {
          return "0000";
        }
      };
      const carryOut = async ([one]: (typeof actions)[number]): Promise<unknown> => {
        switch (one.type) {
          case "start": {
            const started = await twoFactor.start({ to: PHONES[one.phone] ?? "", channel: one.channel });
            id = started.id;
            return;
          }
          case "check":
            return twoFactor.check(id, one.isRight ? codeOf(one.phone) : "000000");
          case "resend":
            return twoFactor.resend(id);
          case "cancel":
            return twoFactor.cancel(id);
          case "reply":
            return sandbox.handset(PHONES[one.phone] ?? "").reply(codeOf(one.phone), "447700900000");
          case "advance":
            return sandbox.advance(one.seconds * 1000);
          case "fail": {
            const { kind, recorded, ...fault } = one.fault;
            return sandbox.fail({ ...fault, ...kind, ...(recorded && !("latency" in kind) && { recorded }) });
          }
          case "carrier":
            return sandbox.carrier(one.settings);
        }
      };
      let beside: Promise<unknown>[] = [];
      for (const one of actions) {
        beside.push(
          carryOut(one).catch((error: unknown) => {
            if (!isTwoFactorError(error)) throw error;
          }),
        );
        if (one[1]) continue;
        await within(beside);
        beside = [];
      }
      await within([...beside, sandbox.advance(30 * 3_600_000)]);
      const proven = new Set<string>();
      for (const { messageId, delivered } of sandbox.reports()) {
        if (delivered) proven.add(messageId);
        else expect(proven.has(messageId)).toBe(false);
      }
      const headers = { authorization: `Bearer ${sandbox.adminKey}` };
      for (const state of ["sending", "queued", "tracking"]) {
        const response = await fetch(`${endpoint}/reports?state=${state}`, { headers });
        expect(await response.json()).toEqual({ reports: [] });
      }
    }),
    { numRuns: cases(30) },
  );
});

async function within(work: readonly Promise<unknown>[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("a step waits for a real clock, or for ever")), PATIENCE_MS);
  });
  try {
    await Promise.race([Promise.all(work), late]);
  } finally {
    clearTimeout(timer);
  }
}
