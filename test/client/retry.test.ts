import { describe, expect, it } from "vitest";
import { nextDelay, parseRetryAfter } from "../../src/client/retry.ts";

const policy = { attempts: 5, baseDelay: 100, maxDelay: 1000 };

describe("the wait before a retry", () => {
  it("is a random share of a bound that doubles up to maxDelay", () => {
    expect([1, 2, 3, 4].map((attempt) => nextDelay(attempt, policy, undefined, 0.5))).toEqual([
      50, 100, 200, 400,
    ]);
    expect(nextDelay(4, { ...policy, maxDelay: 300 }, undefined, 0.999)).toBe(300);
    expect(nextDelay(1, policy, undefined, 0)).toBe(0);
  });

  it("is the server's Retry-After, clamped to maxDelay", () => {
    expect(nextDelay(1, policy, 700, 0.5)).toBe(700);
    expect(nextDelay(1, policy, 3_600_000, 0.5)).toBe(1000);
    expect(nextDelay(1, policy, 0, 0.5)).toBe(0);
  });

  it("does not exist after the last request, even with Retry-After", () => {
    expect(nextDelay(5, policy, undefined, 0.5)).toBeUndefined();
    expect(nextDelay(5, policy, 1, 0.5)).toBeUndefined();
  });
});

describe("Retry-After", () => {
  const now = Date.UTC(2026, 0, 1);

  it.each([
    ["120", 120_000],
    ["0", 0],
    ["Thu, 01 Jan 2026 00:00:10 GMT", 10_000],
    ["Wed, 31 Dec 2025 23:59:00 GMT", 0],
  ])("%s is read as milliseconds from now", (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });

  it.each([null, undefined, "", "-5", "1.5", "soon", "9999999999", "yesterday GMT"])(
    "%s is ignored",
    (header) => {
      expect(parseRetryAfter(header, now)).toBeUndefined();
    },
  );
});
