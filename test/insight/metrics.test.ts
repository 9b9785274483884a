import { describe, expect, it } from "vitest";
import { toMetrics } from "../../src/insight/metrics.ts";

describe("the metrics", () => {
  const counts = {
    sent: 75,
    converted: 41,
    notConverted: 29,
    superseded: 2,
    cancelled: 1,
    uncertain: 1,
    "refused.9": 3,
    "refused.rate_limited": 1,
    "receipt.delivered.converted": 40,
    "receipt.none.converted": 1,
    "receipt.delivered.notConverted": 20,
    "receipt.failed.notConverted": 4,
    "receipt.expired.notConverted": 1,
    "receipt.rejected.notConverted": 1,
    "receipt.other.notConverted": 1,
    "receipt.none.notConverted": 2,
    "receipt.delivered.superseded": 2,
    "receipt.none.cancelled": 1,
    "receiptEarly.delivered": 9,
    "ttc.4": 20,
    "ttc.5": 20,
    "ttc.18": 1,
    "lag.3": 60,
    "lag.9": 8,
    "lag.13": 2,
    dead: 3,
    priced: 70,
    price: 233_100_000,
    priceNotConverted: 96_570_000,
    firstNotConverted: 25,
    rescued: 10,
    "later.version": 7,
  };

  it("follow from the counters", () => {
    const { timeToConvert, ...metrics } = toMetrics(counts);
    expect(metrics).toEqual({
      sent: 75,
      settled: 73,
      pending: 2,
      converted: 41,
      notConverted: 29,
      superseded: 2,
      cancelled: 1,
      uncertain: 1,
      refused: { total: 4, byStatus: { "9": 3, rate_limited: 1 } },
      conversion: { count: 41, of: 70, share: 0.5857, low: 0.4688, high: 0.6937 },
      receipts: { delivered: 62, failed: 4, expired: 1, rejected: 1, other: 1, none: 4 },
      receiptInformation: {
        value: 0.286,
        converted: { count: 40, of: 41, share: 0.9756, low: 0.874, high: 0.9957 },
        notConverted: { count: 20, of: 29, share: 0.6897, low: 0.5077, high: 0.8272 },
      },
      rescue: { count: 10, of: 25, share: 0.4, low: 0.234, high: 0.5926 },
      cost: { currency: "EUR", total: 2.331, priced: 70, perConversion: 0.060915, notConverted: 0.9657 },
      reportLag: {
        p50: 0.79,
        p95: 108.75,
        within60s: { count: 60, of: 70, share: 0.8571, low: 0.7566, high: 0.9205 },
        within15min: { count: 68, of: 70, share: 0.9714, low: 0.9017, high: 0.9921 },
      },
    });
    expect(timeToConvert).toMatchObject({ p50: 8.07, p90: 10.54 });
    expect(timeToConvert.buckets.filter(({ count }) => count > 0)).toEqual([
      { upTo: 8, count: 20 },
      { upTo: 11, count: 20 },
      { upTo: null, count: 1 },
    ]);
  });

  it("are empty, and no share is given, where nothing was sent", () => {
    const metrics = toMetrics({});
    expect(metrics).toMatchObject({ sent: 0, settled: 0, pending: 0 });
    expect(metrics.conversion).toEqual({ count: 0, of: 0, share: null, low: null, high: null });
    expect(metrics.timeToConvert).toMatchObject({ p50: null, p90: null });
    expect(metrics.reportLag).toMatchObject({ p50: null, p95: null });
    expect(metrics.cost).toEqual({
      currency: "EUR",
      total: 0,
      priced: 0,
      perConversion: null,
      notConverted: 0,
    });
    expect(metrics.timeToConvert.buckets.at(-1)).toEqual({ upTo: null, count: 0 });
  });

  it("do not say that receipts say nothing where there are none, or few messages", () => {
    const settled = { sent: 60, converted: 40, notConverted: 20 };
    const none = { ...settled, "receipt.none.converted": 40, "receipt.none.notConverted": 20 };
    expect(toMetrics(none).receiptInformation.value).toBeNull();
    const lying = { ...settled, "receipt.delivered.converted": 40, "receipt.delivered.notConverted": 20 };
    expect(toMetrics(lying).receiptInformation.value).toBe(0);
    const few = { ...lying, notConverted: 19, "receipt.delivered.notConverted": 19 };
    expect(toMetrics(few).receiptInformation.value).toBeNull();
  });

  it("name no price for each conversion without a conversion or a price", () => {
    expect(toMetrics({ sent: 2, priced: 2, price: 5 }).cost.perConversion).toBeNull();
    expect(toMetrics({ sent: 2, converted: 2 }).cost.perConversion).toBeNull();
  });
});
