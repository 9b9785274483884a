import { describe, expect, it } from "vitest";
import { type Facts, sanitizeFacts, toPrice } from "../../src/insight/facts.ts";
import { NOON } from "./arbitraries.ts";

const DAY = 86_400_000;
const FACTS: Facts = {
  country: "GB",
  network: "23410",
  sentAt: NOON - 60_000,
  price: 3_330_000,
  first: true,
};

describe("the facts of a message", () => {
  it("stay as they are where they can be true", () => {
    expect(sanitizeFacts(FACTS, NOON)).toEqual(FACTS);
  });

  it("lose a country or network that cannot exist", () => {
    const odd = sanitizeFacts({ ...FACTS, country: "Atlantis", network: "+23410" }, NOON);
    expect(odd).toEqual({ ...FACTS, country: "ZZ", network: "" });
  });

  it.each([-1, 1.5, 1e10 + 1, Number.NaN, Number.POSITIVE_INFINITY])("lose the price %d", (price) => {
    expect(sanitizeFacts({ ...FACTS, price }, NOON)).not.toHaveProperty("price");
  });

  it.each([0, 1e10])("keep the price %d", (price) => {
    expect(sanitizeFacts({ ...FACTS, price }, NOON).price).toBe(price);
  });

  it.each([
    ["the year 1970", 0, NOON - 5 * DAY],
    ["the far future", NOON + DAY, NOON + 300_000],
    ["no time at all", Number.NaN, NOON],
    ["fractions of a millisecond", NOON - 0.4, NOON],
  ])("have a time of sending near now: %s", (_, sentAt, clamped) => {
    expect(sanitizeFacts({ ...FACTS, sentAt }, NOON).sentAt).toBe(clamped);
  });
});

describe("a price as Vonage writes it", () => {
  it.each([
    ["0.03330000", 3_330_000],
    ["0", 0],
    ["100", 1e10],
  ])("%s is read", (text, price) => {
    expect(toPrice(text)).toBe(price);
  });

  it.each([undefined, "", "-0.03", "100.00000001", "1,5", "free", "NaN", "Infinity"])(
    "%s is none",
    (text) => {
      expect(toPrice(text)).toBeUndefined();
    },
  );
});
