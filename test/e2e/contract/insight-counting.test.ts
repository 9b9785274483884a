// Counters of messages in the ledger reach GET /insight.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type LedgerStack, startLedgerStack } from "./ledger-stack.ts";
import { A_SHARD_EACH, problemOf } from "./ledger-worker.ts";

let stack: LedgerStack;
beforeAll(async () => {
  stack = await startLedgerStack({ LEDGER_SHARDS: A_SHARD_EACH });
});
afterAll(() => stack.stop());

/** The figures of a country, when they are complete. */
async function figuresOf(country: string, isComplete: (metrics: Metrics) => boolean): Promise<Metrics> {
  return vi.waitFor(
    async () => {
      const { body } = await stack.calls.look(`/insight?by=country,network&country=${country}`);
      expect(body.total).toSatisfy(isComplete);
      return body.total;
    },
    { timeout: 30_000, interval: 200 },
  );
}

interface Metrics {
  readonly sent: number;
  readonly settled: number;
  readonly converted: number;
  readonly [name: string]: unknown;
}

describe("a message that was sent elsewhere", () => {
  it("is counted where it went, with its price, and as converted once it is reported", async () => {
    const { track, report } = stack.calls;
    const sentAt = new Date(Date.now() - 10_000).toISOString();
    for (const messageId of ["a", "b", "c"]) {
      const facts = { country: "GB", network: "23410", price: "0.0333", sentAt };
      expect((await track({ messageId, ...facts })).status).toBe(201);
    }
    expect((await report("a", true)).body.status).toBe("recorded");
    expect((await report("b", false)).body.status).toBe("recorded");
    const metrics = await figuresOf("GB", ({ sent, settled }) => sent === 3 && settled === 2);
    expect(metrics).toMatchObject({ sent: 3, settled: 2, pending: 1, converted: 1, notConverted: 1 });
    expect(metrics.cost).toMatchObject({ total: 0.0999, priced: 3 });
    expect(metrics.reportLag).toMatchObject({ within60s: { count: 2, of: 2 } });
  }, 40_000);

  it("is counted in the country of its number, which is nowhere else", async () => {
    const { track, call } = stack.calls;
    expect((await track({ messageId: "d", to: "+49 1512 3456789" })).status).toBe(201);
    await figuresOf("DE", ({ sent }) => sent === 1);
    expect(stack.worker.logs.join()).not.toContain("3456789");
    expect((await call("/health")).text).not.toContain("3456789");
  }, 40_000);

  it.each([
    ["to", "+49", "is not a valid phone number"],
    ["to", "nobody", "must be a phone number"],
    ["country", "UK", "did you mean GB?"],
    ["country", "gb", "must be an ISO 3166 code"],
    ["network", "vodafone", "must be an MCCMNC"],
    ["price", "-0.03", "must be a price in EUR"],
    ["price", "1e3", "must be a price in EUR"],
    ["sentAt", "yesterday", "must be a valid Date"],
    ["sentAt", "2038-01-19T03:14:07Z", "must not be later than now"],
    ["sentAt", "2001-01-19T03:14:07Z", "must be within the last day"],
  ])("is refused with %s %s, which is named and not quoted", async (parameter, value, detail) => {
    const refused = await stack.calls.track({ messageId: "e", [parameter]: value });
    expect([refused.status, problemOf(refused)]).toEqual([400, "invalid-parameters"]);
    expect(refused.body.errors).toMatchObject([{ parameter, detail: expect.stringContaining(detail) }]);
  });

  it("is refused if its number is of another country", async () => {
    const refused = await stack.calls.track({ messageId: "e", to: "+4915123456789", country: "GB" });
    expect(refused.body.errors).toMatchObject([{ parameter: "country" }]);
    expect(refused.text).not.toContain("4915123456789");
  });
});
