import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  listSpellings,
  toCanonicalNumber,
  toDialledNumber,
} from "../../../src/two-factor/numbers/spellings.ts";
import { cases } from "../../support/property-seed.ts";

describe("the spellings of a phone", () => {
  it.each([
    ["5511987654321", "551187654321"],
    ["5585977654321", "558577654321"],
    ["525512345678", "5215512345678"],
    ["5491143211234", "541143211234"],
    ["5492966412345", "542966412345"],
    ["970599123456", "972599123456"],
    ["970562123456", "972562123456"],
  ])("are %s, the canonical one, and %s", (canonical, other) => {
    expect(listSpellings(canonical)).toEqual([canonical, other]);
    expect(listSpellings(other)).toEqual([canonical, other]);
    expect(toCanonicalNumber(other)).toBe(canonical);
    expect(toDialledNumber(other, "sms")).toBe(canonical);
  });

  it.each([
    "447400123456",
    "12015550123",
    // A landline in Brazil, and a mobile number that never had eight digits.
    "551132345678",
    "5511912345678",
    // A toll-free number in Argentina, one of a network in Israel, and one that is too long.
    "548003331234",
    "972541234567",
    "52155123456789",
    "123",
    "",
  ])("are one for %j", (number) => {
    expect(listSpellings(number)).toEqual([number]);
    expect(toDialledNumber(number, "voice")).toBe(number);
  });

  it("are called by the canonical one, except an Argentine number without 9", () => {
    expect(toDialledNumber("541143211234", "voice")).toBe("541143211234");
    expect(toDialledNumber("5491143211234", "voice")).toBe("5491143211234");
    expect(toDialledNumber("551187654321", "voice")).toBe("5511987654321");
    expect(toDialledNumber("5215512345678", "voice")).toBe("525512345678");
  });

  it("all have the same canonical one", () => {
    const number = fc.stringMatching(/^(55|52|521|54|549|970|972|44|1)[0-9]{6,11}$/);
    fc.assert(
      fc.property(number, (digits) => {
        const spellings = listSpellings(digits);
        expect(spellings).toContain(digits);
        for (const one of spellings) expect(listSpellings(one)).toEqual(spellings);
        expect(toCanonicalNumber(digits)).toBe(spellings[0]);
      }),
      { numRuns: cases(1000) },
    );
  });
});
