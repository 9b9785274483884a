import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bucketOf,
  estimateQuantile,
  REPORT_LAG_BOUNDS,
  readBuckets,
  TIME_TO_CONVERT_BOUNDS,
} from "../../src/insight/histogram.ts";
import "../support/property-seed.ts";

const BOUNDS = [10, 20, 40];

describe("buckets", () => {
  it("have ascending bounds, among them a minute and a quarter of an hour for reports", () => {
    for (const bounds of [TIME_TO_CONVERT_BOUNDS, REPORT_LAG_BOUNDS]) {
      expect([...bounds].sort((a, b) => a - b)).toEqual(bounds);
      expect(new Set(bounds).size).toBe(bounds.length);
    }
    expect([TIME_TO_CONVERT_BOUNDS[0], TIME_TO_CONVERT_BOUNDS.at(-1)]).toEqual([2, 600]);
    expect(REPORT_LAG_BOUNDS).toContain(60);
    expect(REPORT_LAG_BOUNDS).toContain(900);
  });

  it.each([
    [-5, 0],
    [0, 0],
    [10, 0],
    [10.001, 1],
    [20, 1],
    [40, 2],
    [41, 3],
    [Number.POSITIVE_INFINITY, 3],
  ])("include their upper bound: %d seconds are in bucket %d", (seconds, bucket) => {
    expect(bucketOf(BOUNDS, seconds)).toBe(bucket);
  });

  it("are read from counters", () => {
    expect(readBuckets({ "lag.0": 2, "lag.3": 4, sent: 9 }, "lag.", BOUNDS)).toEqual([2, 0, 0, 4]);
  });
});

describe("a quantile", () => {
  it.each([
    // Prometheus: histogram_quantile over cumulative buckets le=10:4, le=20:8, le=40:8, le=+Inf:10.
    [0.5, 12.5],
    [0.2, 5],
    [0.8, 20],
    [0.95, 40],
  ])("is interpolated within its bucket: %d", (quantile, seconds) => {
    expect(estimateQuantile(BOUNDS, [4, 4, 0, 2], quantile)).toBe(seconds);
  });

  it("is unknown where nothing was counted", () => {
    expect(estimateQuantile(BOUNDS, [0, 0, 0, 0], 0.5)).toBeNull();
    expect(estimateQuantile(BOUNDS, [], 0.5)).toBeNull();
  });

  it("lies in the bucket of the true quantile of any durations", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 900, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (durations, quantile) => {
          const bounds = TIME_TO_CONVERT_BOUNDS;
          const buckets = bounds.map(() => 0).concat(0);
          for (const seconds of durations) {
            const bucket = bucketOf(bounds, seconds);
            buckets[bucket] = (buckets[bucket] ?? 0) + 1;
          }
          const ascending = [...durations].sort((a, b) => a - b);
          const exact = ascending[Math.ceil(quantile * durations.length) - 1] ?? Number.NaN;
          const estimate = estimateQuantile(bounds, buckets, quantile) ?? Number.NaN;
          expect(bucketOf(bounds, estimate)).toBe(Math.min(bucketOf(bounds, exact), bounds.length - 1));
        },
      ),
    );
  });
});
