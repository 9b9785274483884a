import { beforeEach, describe, expect, it } from "vitest";
import {
  createWebhookRecord,
  type WebhookSighting,
} from "../../../../adapters/http/two-factor/webhook-record.ts";

const START = Date.UTC(2026, 10, 25);
let now: number;
let written: WebhookSighting[];
let fails: boolean;

beforeEach(() => {
  now = START;
  written = [];
  fails = false;
});

const create = () =>
  createWebhookRecord(
    {
      see: async (sighting) => {
        if (fails) throw new Error("unreachable");
        written.push(sighting);
      },
      sightings: async () => {
        if (fails) throw new Error("unreachable");
        return written;
      },
    },
    () => now,
  );

describe("the record of webhooks", () => {
  it("writes the first of each kind at once, and then no more than once a minute", async () => {
    const record = create();
    for (let times = 0; times < 500; times++) {
      await record.note("inbound-sms", "forged");
      now += 1000;
    }
    expect(written.length).toBeGreaterThanOrEqual(8);
    expect(written.length).toBeLessThanOrEqual(9);
    expect(written[0]).toEqual({ webhook: "inbound-sms", outcome: "forged", count: 1, lastAt: START });
    const [, second] = written;
    expect(second).toEqual({ webhook: "inbound-sms", outcome: "forged", count: 60, lastAt: START + 60_000 });
  });

  it("does not let one kind hide another", async () => {
    const record = create();
    await record.note("inbound-sms", "forged");
    await record.note("delivery-receipt", "forged");
    await record.note("inbound-sms", "verified");
    expect(written.map(({ webhook, outcome }) => `${webhook}:${outcome}`)).toEqual([
      "inbound-sms:forged",
      "delivery-receipt:forged",
      "inbound-sms:verified",
    ]);
  });

  it("writes what waits before it is read, so that nothing seen here is missing", async () => {
    const record = create();
    for (let times = 0; times < 3; times++) await record.note("inbound-sms", "unsigned");
    const sightings = (await record.read()) ?? [];
    expect(sightings.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    await record.read();
    expect(written).toHaveLength(2);
  });

  it("loses no count when it cannot write, and tries again a minute later, not for each webhook", async () => {
    const record = create();
    fails = true;
    await record.note("inbound-sms", "stale");
    await record.note("inbound-sms", "stale");
    expect(await record.read()).toBeUndefined();
    fails = false;
    await record.note("inbound-sms", "stale");
    expect(written).toEqual([]);
    now += 60_000;
    await record.note("inbound-sms", "stale");
    expect(written).toEqual([{ webhook: "inbound-sms", outcome: "stale", count: 4, lastAt: now }]);
  });

  it("writes on when the clock has gone back", async () => {
    const record = create();
    await record.note("inbound-sms", "verified");
    now -= 3_600_000;
    await record.note("inbound-sms", "verified");
    expect(written.map(({ count }) => count)).toEqual([1, 1]);
  });
});
