import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { poissonTail } from "../../src/insight/poisson.ts";
import { toInterval, toShare } from "../../src/insight/share.ts";
import known from "../fixtures/insight-statistics.json" with { type: "json" };
import "../support/property-seed.ts";

describe("the Wilson interval", () => {
  it.each(known.wilson)("of $count of $of is SciPy's", ({ count, of, low, high }) => {
    const interval = toInterval(count, of);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it("contains the share, and lies within 0 and 1", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (of, part) => {
          const count = Math.round(of * part);
          const { low, high } = toInterval(count, of);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(low).toBeLessThanOrEqual(count / of + 1e-4);
          expect(high).toBeGreaterThanOrEqual(count / of - 1e-4);
          expect(high).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it("is withheld with the share under 20 messages", () => {
    expect(toShare(19, 19)).toEqual({ count: 19, of: 19, share: null, low: null, high: null });
    expect(toShare(41, 70)).toEqual({ count: 41, of: 70, share: 0.5857, low: 0.4688, high: 0.6937 });
    expect(toShare(0, 20)).toMatchObject({ share: 0, low: 0 });
  });
});

describe("the Poisson tail", () => {
  it.each(known.poissonTail)("of mean $mean at $probability is SciPy's", ({ mean, probability, count }) => {
    expect(poissonTail(mean, probability)).toBe(count);
  });

  it.each([0, -1, Number.NaN])("of the mean %d is reached by a single message", (mean) => {
    expect(poissonTail(mean, 1e-6)).toBe(1);
  });

  it("does not take long for an absurd mean", () => {
    expect(poissonTail(Number.POSITIVE_INFINITY, 1e-6)).toBe(poissonTail(1e7, 1e-6));
  });

  it("ends even for a probability of 1", () => {
    expect(poissonTail(5, 1)).toBe(1);
  });
});
