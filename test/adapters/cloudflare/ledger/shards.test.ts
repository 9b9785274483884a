import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createShardedLedger } from "../../../../adapters/cloudflare/ledger/shards.ts";
import type { LedgerReport } from "../../../../adapters/http/ports/ledger.ts";
import type { Layout } from "../../../../src/ledger/layout.ts";

const LATENCY_MS = 300;
const REPORT: LedgerReport = {
  channel: "sms",
  messageId: "0A0000000123ABCD1",
  delivered: true,
  occurredAt: 0,
  traffic: "2fa",
};
const AGREED: Layout = { generation: 1, since: 0, counts: [1] };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

it("tells the shard how much of its budget a caller has waited already: for the layout, and for a call that was cut off", async () => {
  const waits: (number | undefined)[] = [];
  const ends: (() => unknown)[] = [
    () => ({ moved: null }),
    () => {
      throw new Error("The object was moved.");
    },
    () => ({ status: "recorded", attempts: 1 }),
  ];
  const afterLatency = async <T>(answer: () => T): Promise<T> => {
    await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
    return answer();
  };
  const shard = {
    layout: () => afterLatency(() => AGREED),
    report: (_: LedgerReport, __: Layout, waited?: number) => {
      waits.push(waited);
      return afterLatency(ends.shift() ?? (() => {}));
    },
  };
  const namespace = { idFromName: () => 0, get: () => shard };
  const ledger = createShardedLedger(namespace as never, { shards: [1], budget: 2000 });
  const answer = ledger.report(REPORT);
  await vi.advanceTimersByTimeAsync(4 * LATENCY_MS);
  expect(await answer).toEqual({ status: "recorded", attempts: 1 });
  expect(waits).toEqual([0, 2 * LATENCY_MS, 3 * LATENCY_MS]);
});
