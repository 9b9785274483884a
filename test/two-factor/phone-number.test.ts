import "../support/property-seed.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskNumber, parsePhoneNumber } from "../../src/two-factor/phone-number.ts";

describe("a phone number", () => {
  it.each([
    ["+12015550123", "12015550123", "US", "1"],
    ["12015550123", "12015550123", "US", "1"],
    ["+14165550123", "14165550123", "CA", "1"],
    ["+18765550123", "18765550123", "JM", "1"],
    ["447400123456", "447400123456", "GB", "44"],
    ["+4915112345678", "4915112345678", "DE", "49"],
    ["+390612345678", "390612345678", "IT", "39"],
    ["+881612345678", "881612345678", undefined, "881"],
  ])("%s is taken", (text, number, country, callingCode) => {
    expect(parsePhoneNumber(text)).toEqual({ number, country, callingCode });
  });

  it("is the same with a trunk prefix after the country code", () => {
    expect(parsePhoneNumber("+4407400123456")).toEqual(parsePhoneNumber("+447400123456"));
    expect(parsePhoneNumber("49015112345678")).toEqual(parsePhoneNumber("4915112345678"));
  });

  it.each([
    "",
    "+",
    "canary",
    "07400123456",
    "00447400123456",
    "+44 7400 123456",
    "+44-7400-123456",
    "(201) 555-0123",
    "tel:+12015550123",
    "+12015550123 ",
    "+12015550123\n",
    "+12015550123;ext=5",
    "++12015550123",
    "+1٢٠15550123",
    "123456",
    "1234567890123456",
  ])("%j is none: it is not in E.164", (text) => {
    expect(parsePhoneNumber(text)).toEqual({ fault: expect.stringContaining("E.164") });
  });

  it.each(["+120155501", "+1201555012345", "+11235550123", "+999123456789", "+44123456789012"])(
    "%s is none: no plan has it",
    (text) => {
      expect(parsePhoneNumber(text)).toEqual({ fault: expect.stringContaining("exists") });
    },
  );

  it("is not quoted when it is refused", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+?[0-9 ]{4,20}$/), (text) => {
        const { fault } = parsePhoneNumber(text);
        if (fault !== undefined && text.trim().length > 3) expect(fault).not.toContain(text.trim());
      }),
    );
  });

  it("that was taken is 7 to 15 digits, and taken again as it is", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+?(1|44|49|33|7|81|881)[0-9]{6,11}$/), (text) => {
        const { number, fault } = parsePhoneNumber(text);
        if (fault !== undefined) return;
        expect(number).toMatch(/^[1-9]\d{6,14}$/);
        expect(parsePhoneNumber(number)).toMatchObject({ number });
      }),
    );
  });
});

describe("a masked number", () => {
  it.each([
    ["12015550123", "+1********23"],
    ["+447400123456", "+44********56"],
    ["881612345678", "+881*******78"],
    ["canary", "***"],
    ["", "***"],
    ["123456", "***"],
    ["999123456789", "***"],
  ])("of %j is %s", (number, masked) => {
    expect(maskNumber(number)).toBe(masked);
  });

  it("shows the country code and two digits at most", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+?[1-9][0-9]{5,16}$/), (text) => {
        expect(maskNumber(text)).toMatch(/^(\+\d{1,3}\*{2,}\d\d|\*\*\*)$/);
      }),
    );
  });
});
