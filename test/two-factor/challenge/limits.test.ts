import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_LIMITS,
  LIMIT_KINDS,
  type Limit,
  oldestPart,
  partOf,
  toPrefix,
  waitFor,
} from "../../../src/two-factor/challenge/limits.ts";
import { cases } from "../../support/property-seed.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 5, 1, 12);
const FIVE_AN_HOUR: Limit = { messages: 5, period: HOUR };

describe("a limit", () => {
  it("allows messages up to its number, and gives the wait for the next", () => {
    const counter = createCounter(FIVE_AN_HOUR);
    const waits = Array.from({ length: 6 }, () => counter.ask(NOW));
    // An hour, and the part of five minutes in which they were sent.
    expect(waits).toEqual([0, 0, 0, 0, 0, 65 * MINUTE]);
    expect(counter.ask(NOW + 65 * MINUTE - 1)).toBe(1);
    expect(counter.ask(NOW + 65 * MINUTE)).toBe(0);
  });

  it("waits for no more parts to pass than necessary", () => {
    const counter = createCounter(FIVE_AN_HOUR);
    for (const minute of [0, 10, 20, 30, 40]) expect(counter.ask(NOW + minute * MINUTE)).toBe(0);
    expect(counter.ask(NOW + 50 * MINUTE)).toBe(15 * MINUTE);
    expect(counter.ask(NOW + 65 * MINUTE)).toBe(0);
    expect(counter.ask(NOW + 65 * MINUTE)).toBe(10 * MINUTE);
  });

  it("that was lowered below the sent messages waits until enough of them have passed", () => {
    const counter = createCounter({ messages: 3, period: HOUR });
    const counts = new Map(
      [0, 10, 20, 30, 40].map((minute) => [partOf(NOW + minute * MINUTE, FIVE_AN_HOUR), 1]),
    );
    expect(counter.wait(NOW + 50 * MINUTE, counts)).toBe(35 * MINUTE);
  });

  it("does not depend on the order of stored counts", () => {
    const counts = [40, 0, 20, 10, 30].map(
      (minute) => [partOf(NOW + minute * MINUTE, FIVE_AN_HOUR), 1] as const,
    );
    expect(waitFor(new Map(counts), FIVE_AN_HOUR, NOW + 50 * MINUTE)).toBe(15 * MINUTE);
  });

  it("ignores messages before its window, however many", () => {
    const counts = new Map([[oldestPart(NOW, FIVE_AN_HOUR) - 1, 1_000_000]]);
    expect(waitFor(counts, FIVE_AN_HOUR, NOW)).toBe(0);
    expect(waitFor(counts, FIVE_AN_HOUR, NOW + MINUTE)).toBe(0);
    expect(waitFor(new Map([[oldestPart(NOW, FIVE_AN_HOUR), 5]]), FIVE_AN_HOUR, NOW)).toBe(5 * MINUTE);
    expect(waitFor(new Map(), FIVE_AN_HOUR, NOW)).toBe(0);
  });

  it("exists for each kind, from the narrowest to the widest", () => {
    expect(LIMIT_KINDS).toEqual(["number", "address", "prefix", "country", "caller", "total"]);
    const defaults = LIMIT_KINDS.flatMap((kind) => DEFAULT_LIMITS[kind] ?? []);
    const messages = defaults.map((limit) => limit.messages);
    expect(messages).toEqual([...messages].sort((a, b) => a - b));
    expect(defaults.map(({ period }) => period)).toEqual([HOUR, HOUR, HOUR, HOUR, HOUR]);
    // Countries have no default limit, because applications differ in the countries they serve.
    expect(DEFAULT_LIMITS.country).toBeUndefined();
  });
});

describe("a number's neighbours", () => {
  it("differ only in the last four digits", () => {
    expect(toPrefix("447400123456")).toBe("44740012");
    expect(toPrefix("447400129999")).toBe(toPrefix("447400120000"));
    expect(toPrefix("447400133456")).not.toBe(toPrefix("447400123456"));
    expect(toPrefix("4474001234")).not.toBe(toPrefix("447400123456"));
    expect(toPrefix("1234567")).toBe("123");
  });
});

/** Includes periods that twelve does not divide. */
const limits = fc.record({
  messages: fc.integer({ min: 1, max: 12 }),
  period: fc.oneof(
    fc.integer({ min: 1000, max: 86_400_000 }),
    fc.constantFrom(1000, 1001, 1013, 60_000, HOUR, 24 * HOUR),
  ),
});
/** Shares of the period, so that events come near every limit. */
const gaps = fc.array(
  fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.3, noNaN: true }), fc.constantFrom(1 / 12, 1, 13 / 12)),
  {
    minLength: 1,
    maxLength: 80,
  },
);
const begins = fc.integer({ min: NOW, max: NOW + 10 * HOUR });

describe("at any instants of requests", () => {
  it("no window exceeds the limit, even if the clock goes back", () => {
    const jumps = fc.array(fc.double({ min: -0.6, max: 0.6, noNaN: true }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(limits, begins, fc.oneof(gaps, jumps), (limit, begin, steps) => {
        const counter = createCounter(limit);
        let now = begin;
        for (const step of steps) {
          now = Math.round(now + step * limit.period);
          counter.ask(now);
        }
        for (const end of counter.sent) {
          const held = counter.sent.filter((at) => at > end - limit.period && at <= end);
          expect(held.length).toBeLessThanOrEqual(limit.messages);
        }
      }),
      { numRuns: cases(1000) },
    );
  });

  it("the given wait is exact, and at most a window and one of its parts", () => {
    fc.assert(
      fc.property(limits, begins, gaps, (limit, begin, steps) => {
        const counter = createCounter(limit);
        let now = begin;
        for (const step of steps) {
          now = Math.round(now + step * limit.period);
          const wait = counter.ask(now);
          expect(Number.isInteger(wait)).toBe(true);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual((limit.period * 13) / 12 + 1);
          if (wait > 0) {
            expect(counter.wait(now + wait)).toBe(0);
            expect(counter.wait(now + wait - 1)).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: cases(1000) },
    );
  });

  it("a refusal has a reason: the window and the part before it are full", () => {
    fc.assert(
      fc.property(limits, begins, gaps, (limit, begin, steps) => {
        const counter = createCounter(limit);
        let now = begin;
        for (const step of steps) {
          now = Math.round(now + step * limit.period);
          const near = counter.sent.filter((at) => at > now - (limit.period * 13) / 12 - 1);
          if (counter.ask(now) > 0) expect(near.length).toBeGreaterThanOrEqual(limit.messages);
        }
      }),
      { numRuns: cases(1000) },
    );
  });

  it("the given wait is enough even if the clock has gone back", () => {
    fc.assert(
      fc.property(limits, begins, fc.double({ min: 0, max: 3, noNaN: true }), (limit, begin, share) => {
        const counter = createCounter(limit);
        for (let sent = 0; sent < limit.messages; sent++) expect(counter.ask(begin)).toBe(0);
        const now = Math.floor(begin - share * limit.period);
        const wait = counter.wait(now);
        expect(wait).toBeGreaterThan(0);
        expect(counter.wait(now + wait)).toBe(0);
      }),
    );
  });
});

/** Counts allowed messages, like a store. */
function createCounter(limit: Limit) {
  const counts = new Map<number, number>();
  const sent: number[] = [];
  const wait = (now: number, held: ReadonlyMap<number, number> = counts) => waitFor(held, limit, now);
  return {
    sent: sent as readonly number[],
    wait,
    ask(now: number): number {
      const milliseconds = wait(now);
      if (milliseconds > 0) return milliseconds;
      const part = partOf(now, limit);
      counts.set(part, (counts.get(part) ?? 0) + 1);
      sent.push(now);
      return 0;
    },
  };
}
