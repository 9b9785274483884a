import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextAttemptAt } from "../../src/ledger/schedule.ts";
import "../support/property-seed.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const SINCE = Date.UTC(2026, 5, 1, 12);
const ALMOST_ONE = 1 - Number.EPSILON / 2;

/** The wait of a report of some age, in milliseconds. */
function waitOf(attempts: number, age: number, random: number, retryAfter?: number): number {
  const now = SINCE + age;
  return (nextAttemptAt(attempts, SINCE, now, retryAfter, random) ?? Number.NaN) - now;
}

describe("the wait for the next request", () => {
  it.each([
    ["a second after the first attempt", 1, 0, SECOND],
    ["twice as long after each further one", 2, 0, 2 * SECOND],
    ["twice as long again", 6, 5 * MINUTE, 32 * SECOND],
    ["a minute at most within the first quarter of an hour", 7, 5 * MINUTE, MINUTE],
    ["a minute, however many attempts there were", 5000, 5 * MINUTE, MINUTE],
    ["a minute to the last moment of that quarter", 20, 15 * MINUTE - 1, MINUTE],
    ["half of the report's age from then on", 20, 15 * MINUTE, 7.5 * MINUTE],
    ["half of it whatever the number of attempts", 1, HOUR, HOUR / 2],
    ["half of it up to an hour", 30, 2 * HOUR, HOUR],
    ["an hour at most", 30, 3 * HOUR, HOUR],
    ["an hour until the day is over", 90, DAY - 1, HOUR],
  ])("is at most %s", (_, attempts, age, bound) => {
    expect(waitOf(attempts, age, ALMOST_ONE)).toBe(Math.round(bound * ALMOST_ONE));
    expect(waitOf(attempts, age, 0.5)).toBe(bound / 2);
    expect(waitOf(attempts, age, 0)).toBe(0);
  });

  it.each([
    ["more than the dice", 5 * SECOND, 5 * SECOND],
    ["less than the dice", 100, SECOND],
    ["nothing", 0, SECOND],
    ["an hour", HOUR, HOUR],
    ["more than an hour, cut to an hour", DAY, HOUR],
  ])("respects a Retry-After that is longer: %s", (_, retryAfter, wait) => {
    expect(waitOf(2, MINUTE, 0.5, retryAfter)).toBe(wait);
  });

  it("respects Retry-After to the last moment, and not beyond", () => {
    expect(waitOf(50, DAY - 1, 0, 10 * MINUTE)).toBe(10 * MINUTE);
    expect(waitOf(50, DAY, 0, 10 * MINUTE)).toBeNaN();
  });

  it("ends exactly when the report is a day old, after any number of requests", () => {
    for (const attempts of [1, 2, 100]) {
      expect(waitOf(attempts, DAY - 1, 0.5)).toBe(HOUR / 2);
      expect(waitOf(attempts, DAY, 0.5)).toBeNaN();
      expect(waitOf(attempts, 400 * DAY, 0.5)).toBeNaN();
    }
  });

  it("is a whole number of milliseconds, neither in the past nor longer than an hour, for any input", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.nat(2 * DAY),
        fc.option(fc.double({ min: 0, max: 10 * DAY, noNaN: true }), { nil: undefined }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, age, retryAfter, random) => {
          const now = SINCE + age;
          const at = nextAttemptAt(attempts, SINCE, now, retryAfter, random);
          expect(at === undefined).toBe(age >= DAY);
          if (at === undefined) return;
          expect(Number.isInteger(at)).toBe(true);
          expect(at).toBeGreaterThanOrEqual(now);
          expect(at).toBeLessThanOrEqual(now + HOUR);
          if (age < 15 * MINUTE && retryAfter === undefined) expect(at).toBeLessThanOrEqual(now + MINUTE);
        },
      ),
    );
  });

  it("is spread evenly, so that reports which failed together do not come back together", () => {
    const tenths = new Set<number>();
    const steps = 10;
    for (let step = 0; step < steps; step++) {
      tenths.add(Math.floor(waitOf(7, MINUTE, (step + 0.5) / steps) / (MINUTE / steps)));
    }
    expect(tenths.size).toBe(steps);
  });
});

describe("the life of a report that Vonage never takes", () => {
  const lives = Array.from({ length: 500 }, (_, seed) => simulate(seed + 1, 200));

  it("has many requests in the first quarter of an hour, and not too many", () => {
    const quick = lives.map((instants) => instants.filter((at) => at < 15 * MINUTE).length);
    // Half a minute between two on average, once the bound has grown.
    expect(average(quick)).toBeGreaterThan(33);
    expect(average(quick)).toBeLessThan(38);
    expect(Math.min(...quick)).toBeGreaterThanOrEqual(24);
    expect(Math.max(...quick)).toBeLessThanOrEqual(56);
  });

  it("has its first request soon", () => {
    const second = lives.map(([, at = Number.NaN]) => at);
    expect(Math.max(...second)).toBeLessThanOrEqual(1200);
    const inAMinute = lives.map((instants) => instants.filter((at) => at < MINUTE).length);
    expect(Math.min(...inAMinute)).toBeGreaterThanOrEqual(4);
  });

  it("costs Vonage no more than a hundred and twenty requests", () => {
    const all = lives.map((instants) => instants.length);
    expect(average(all)).toBeGreaterThan(86);
    expect(average(all)).toBeLessThan(95);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(65);
    expect(Math.max(...all)).toBeLessThanOrEqual(120);
  });

  it("is sent until the end of the day, and once after it", () => {
    for (const instants of lives) {
      const last = instants.at(-1) ?? 0;
      expect(last + 200).toBeGreaterThanOrEqual(DAY);
      expect(last).toBeLessThanOrEqual(DAY + HOUR);
      expect(instants.filter((at) => at + 200 >= DAY)).toHaveLength(1);
    }
  });

  it("is one request after the other while Vonage is slow to fail, and ends too", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const instants = simulate(seed, 15 * SECOND);
      expect(instants.length).toBeGreaterThan(50);
      expect(instants.length).toBeLessThan(110);
      expect(instants.at(-1)).toBeLessThanOrEqual(DAY + HOUR);
    }
  });
});

/** When its attempts begin, from its first; each fails after `latency` milliseconds. */
function simulate(seed: number, latency: number): number[] {
  const random = createRandom(seed);
  const instants: number[] = [];
  for (let at: number | undefined = SINCE; at !== undefined; ) {
    instants.push(at - SINCE);
    at = nextAttemptAt(instants.length, SINCE, at + latency, undefined, random());
  }
  return instants;
}

/** mulberry32: dice that fall the same way each time. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const average = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
