import fc from "fast-check";
import { getCountries, getExampleNumber } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { describe, expect, it } from "vitest";
import { toNumberTypes } from "../../../src/two-factor/numbers/number-type.ts";
import {
  identifyNumber,
  maskNumber,
  parsePhoneNumber,
} from "../../../src/two-factor/numbers/phone-number.ts";
import { cases } from "../../support/property-seed.ts";

describe("a phone number", () => {
  it.each([
    ["+12015550123", "12015550123", "US", "1"],
    ["12015550123", "12015550123", "US", "1"],
    ["447400123456", "447400123456", "GB", "44"],
    ["+4915112345678", "4915112345678", "DE", "49"],
    ["+390612345678", "390612345678", "IT", "39"],
    ["+881612345678", "881612345678", undefined, "881"],
  ])("%s is accepted", (text, number, country, callingCode) => {
    expect(parsePhoneNumber(text)).toMatchObject({ number, called: number, country, callingCode });
  });

  it.each([
    ["+14165550123", "CA"],
    ["+12042345678", "CA"],
    ["+18765550123", "JM"],
    ["+16582345678", "JM"],
    ["+18095551234", "DO"],
    ["+18292345678", "DO"],
    ["+17872345678", "PR"],
    ["+12462345678", "BB"],
    ["+12423591234", "BS"],
    ["+14413701234", "BM"],
    ["+12642351234", "AI"],
    ["+12684641234", "AG"],
    ["+18687212345", "TT"],
    ["+13406421234", "VI"],
    ["+16714881234", "GU"],
    ["+447797712345", "JE"],
    ["+447781123456", "GG"],
    ["+447624123456", "IM"],
    ["+77012345678", "KZ"],
    ["+79161234567", "RU"],
  ])("%s, with a shared country code, belongs to %s", (text, country) => {
    expect(parsePhoneNumber(text)).toMatchObject({ country });
  });

  it.each([
    ["+447400123456", ["mobile"]],
    ["+442079460018", ["landline"]],
    ["+12015550123", ["mobile", "landline"]],
    ["+19005550123", ["premium-rate"]],
    ["+12129761234", ["premium-rate"]],
    ["+12125551212", ["premium-rate"]],
    ["+33899123456", ["premium-rate"]],
    ["+448712345678", ["premium-rate"]],
    ["+443451234567", ["uan"]],
    ["+491801234567", ["shared-cost"]],
    ["+18005550199", ["toll-free"]],
    ["+18885550123", ["toll-free"]],
    ["+447012345678", ["personal"]],
    ["+15005550006", ["personal"]],
    ["+447640123456", ["pager"]],
    ["+445612345678", ["voip"]],
    ["+972151123456789", ["voicemail"]],
    ["+881612345678", ["mobile"]],
    ["+8821612345678", ["voip"]],
    ["+979123456789", ["premium-rate"]],
  ])("%s has the type %j", (text, types) => {
    expect(parsePhoneNumber(text)).toMatchObject({ types });
  });

  it("is the same with a trunk prefix after the country code", () => {
    const same = ["+4407400123456", "+44 (0)7400 123456", "(+44) 07400-123456", "447400123456"];
    for (const text of same) expect(parsePhoneNumber(text)).toEqual(parsePhoneNumber("+447400123456"));
    expect(parsePhoneNumber("49015112345678")).toEqual(parsePhoneNumber("4915112345678"));
  });

  it.each([
    "+44 7400 123456",
    "+44-7400-123456",
    "+44\u20117400\u2013123\u00a0456",
    "+44.7400.123456",
    "+44/7400/123456",
    " +447400123456\n",
    "+４４７４００１２３４５６",
    "＋４４ （０）７４００ １２３４５６",
    "+٤٤٧٤٠٠١٢٣٤٥٦",
    "\u202a+44 7400 123456\u202c",
    "+44\u00b77400\u00b7123456",
  ])("is read in any usual notation: %j", (text) => {
    expect(parsePhoneNumber(text)).toMatchObject({ number: "447400123456" });
  });

  it.each([
    ["(201) 555-0123", "US", "12015550123"],
    ["201.555.0123", "US", "12015550123"],
    ["1 201 555 0123", "US", "12015550123"],
    ["2015550123", "US", "12015550123"],
    ["２０１５５５０１２３", "US", "12015550123"],
    ["011 44 20 7946 0018", "US", "442079460018"],
    ["00 44 20 7946 0018", "US", "442079460018"],
    ["020 7946 0018", "GB", "442079460018"],
    ["(020) 7946 0018", "GB", "442079460018"],
    ["+44 (0)20 7946 0018", "GB", "442079460018"],
    ["00 44 (0)20 7946 0018", "GB", "442079460018"],
    ["442079460018", "GB", "442079460018"],
    ["+1 (201) 555-0123", "GB", "12015550123"],
    ["06 12 34 56 78", "FR", "33612345678"],
    ["0151 12345678", "DE", "4915112345678"],
    ["4915112345678", "DE", "4915112345678"],
    ["0049 151 12345678", "DE", "4915112345678"],
    ["393 123 4567", "IT", "393931234567"],
    ["06 1234 5678", "IT", "390612345678"],
    ["8 (916) 123-45-67", "RU", "79161234567"],
    ["612 34 56 78", "ES", "34612345678"],
    ["90-1234-5678", "JP", "819012345678"],
    ["010 44 7400 123456", "JP", "447400123456"],
    ["00 44 7400 123456", "JP", "447400123456"],
    ["0011 44 7400 123456", "AU", "447400123456"],
  ])("%j in %s is %s", (text, country, number) => {
    expect(parsePhoneNumber(text, country)).toMatchObject({ number });
  });

  it("without a + never becomes a number of another country", () => {
    // As +20 it would be a number in Egypt.
    expect(parsePhoneNumber("+2015550123").country).toBe("EG");
    expect(parsePhoneNumber("(201) 555-0123")).toEqual({ fault: expect.stringContaining("defaultCountry") });
    expect(parsePhoneNumber("447400123456", "US")).toEqual({
      fault: expect.stringContaining("valid phone number"),
    });
    expect(parsePhoneNumber("201555012", "US")).toEqual({
      fault: expect.stringContaining("valid phone number"),
    });
  });

  it("of every country is the same in E.164 and in national notation", () => {
    for (const country of getCountries()) {
      const example = getExampleNumber(country, examples);
      if (example === undefined) continue;
      const whole = parsePhoneNumber(example.number);
      expect(whole.fault, country).toBeUndefined();
      for (const text of [example.formatNational(), example.formatInternational(), example.number.slice(1)]) {
        expect(parsePhoneNumber(text, country), `${country} ${text}`).toMatchObject({ number: whole.number });
      }
      expect(parsePhoneNumber(`+${whole.number}`, "US"), country).toMatchObject({ number: whole.number });
    }
  });

  it("with two possible readings is refused", () => {
    // A number in Siegen with Germany's country code, or one in Frisia without it.
    expect(parsePhoneNumber("49271403", "DE")).toEqual({ fault: expect.stringMatching(/^can be read/) });
    expect(parsePhoneNumber("+49271403", "DE")).toMatchObject({ number: "49271403" });
    expect(parsePhoneNumber("049271403", "DE")).toMatchObject({ number: "4949271403" });
  });

  it.each([
    "07400123456",
    "00447400123456",
    "(201) 555-0123",
    "44 7400 123456",
    "４４７４００１２３４５６",
    "123456",
    "1234567890123456",
  ])("%j needs a default country", (text) => {
    expect(parsePhoneNumber(text)).toEqual({ fault: expect.stringMatching(/E\.164.*defaultCountry/) });
  });

  it("whose + a form turned into a blank is still read in its own country", () => {
    expect(parsePhoneNumber(" 447400123456")).toEqual({ fault: expect.stringContaining("E.164") });
    expect(parsePhoneNumber(" 447400123456", "US")).toEqual({
      fault: expect.stringContaining("valid phone number"),
    });
    expect(parsePhoneNumber(" 447400123456", "GB")).toMatchObject({ number: "447400123456" });
  });

  it.each([
    "",
    "+",
    "()",
    "canary",
    "tel:+12015550123",
    "+12015550123;ext=5",
    "+12015550123 x5",
    "1-800-FLOWERS",
    "++12015550123",
    "+1+2015550123",
    "12015550123+",
    "+1②015550123",
    `+1201555${" ".repeat(60)}0123`,
  ])("%j is invalid in every country", (text) => {
    expect(parsePhoneNumber(text)).toEqual({ fault: expect.stringContaining("digits") });
    expect(parsePhoneNumber(text, "US")).toEqual({ fault: expect.stringContaining("digits") });
  });

  it.each([
    ["+120155501"],
    ["+1201555012345"],
    ["+11235550123"],
    ["+999123456789"],
    ["+44123456789012"],
    ["+447700900123"],
    ["020 7946 001", "GB"],
    ["02079460018", "US"],
    ["+0044 7400 123456", "GB"],
    ["5491", "AR"],
    ["1", "AR"],
    ["1", "GB"],
    ["+5"],
    ["+52"],
    ["+54"],
    ["+541"],
  ])("%s is invalid, because no numbering plan contains it", (text, country?: string) => {
    expect(parsePhoneNumber(text, country)).toEqual({ fault: expect.stringContaining("valid phone number") });
  });

  it.each(["UK", "XX", "gb", "001", "constructor", ""])("is refused with the country %j", (country) => {
    expect(parsePhoneNumber("020 7946 0018", country).fault).toContain("defaultCountry");
  });

  it("is not quoted in the fault", () => {
    const country = fc.constantFrom(undefined, "US", "GB", "AR");
    fc.assert(
      fc.property(fc.stringMatching(/^\+?[0-9 ()-]{4,20}$/), country, (text, from) => {
        const { fault } = parsePhoneNumber(text, from);
        if (fault !== undefined && text.trim().length > 3) expect(fault).not.toContain(text.trim());
      }),
    );
  });

  it("has 7 to 15 digits once read, and is then read unchanged with any default country", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^\+?(1|44|49|33|7|81|881|52|521|54|549|55|972|970)[0-9]{6,11}$/),
        fc.constantFrom(undefined, "US", "GB", "AR", "MX", "BR"),
        (text, country) => {
          const { number, fault } = parsePhoneNumber(text, country);
          if (fault !== undefined) return;
          expect(number).toMatch(/^[1-9]\d{6,14}$/);
          expect(parsePhoneNumber(`+${number}`, country)).toMatchObject({ number });
          expect(identifyNumber(number)).toBe(number);
        },
      ),
      { numRuns: cases(1000) },
    );
  });
});

it("an unknown type of number matches no type", () => {
  expect(toNumberTypes("447400123456", undefined)).toEqual([]);
});

describe("one phone", () => {
  it.each([
    [
      "in Brazil, with the ninth digit and without",
      "5511987654321",
      ["+55 11 98765-4321", "+551187654321", "551187654321"],
      "BR",
      ["(11) 8765-4321", "(11) 98765-4321", "0 15 11 8765-4321", "0 15 11 98765-4321"],
    ],
    [
      "in Mexico, with the former 1 and without",
      "525512345678",
      [
        "+52 55 1234 5678",
        "+52 1 55 1234 5678",
        "5215512345678",
        "+52 044 55 1234 5678",
        "+52 01 55 12345678",
      ],
      "MX",
      ["55 1234 5678", "044 55 1234 5678", "045 55 1234 5678", "01 55 1234 5678", "1 55 1234 5678"],
    ],
    [
      "in Buenos Aires, with 9, with 15 and without",
      "5491143211234",
      ["+54 9 11 4321-1234", "+54 11 4321-1234", "+54 11 15 4321-1234", "+54 9 11 15 4321-1234"],
      "AR",
      ["011 15-4321-1234", "11 15 4321 1234", "9 11 4321 1234", "011 4321-1234"],
    ],
    [
      "in Córdoba, whose area code is longer",
      "5493514123456",
      ["+5493514123456", "+543514123456", "+54 351 15 412-3456", "+54 9 351 15 412-3456"],
      "AR",
      ["0351 15 412-3456", "0351 412-3456"],
    ],
    [
      "of a Palestinian network",
      "970599123456",
      ["+970 599 123 456", "+972 599 123 456", "972599123456"],
      "PS",
      ["0599 123 456"],
    ],
  ])("%s is one number", (_, number, whole, country, national) => {
    for (const text of whole) {
      expect(parsePhoneNumber(text), text).toMatchObject({ number, country });
      expect(identifyNumber(text.replace(/\D/g, "")), text).toBe(number);
    }
    for (const text of national) {
      expect(parsePhoneNumber(text, country), text).toMatchObject({ number, country });
    }
  });

  it("in Argentina is called as written, because a landline has no 9", () => {
    expect(parsePhoneNumber("+54 11 4321-1234")).toMatchObject({
      called: "541143211234",
      types: ["mobile", "landline"],
    });
    expect(parsePhoneNumber("+54 9 11 4321-1234")).toMatchObject({
      called: "5491143211234",
      types: ["mobile"],
    });
    expect(parsePhoneNumber("+54 11 15 4321-1234")).toMatchObject({ called: "5491143211234" });
    expect(parsePhoneNumber("+54 800 333 1234")).toMatchObject({
      number: "548003331234",
      types: ["toll-free"],
    });
  });

  it("with a landline in Brazil has no ninth digit", () => {
    expect(parsePhoneNumber("+55 11 3234-5678")).toMatchObject({
      number: "551132345678",
      types: ["landline"],
    });
  });

  it.each(["12345", "99912345678", "123", ""])("%j, which is invalid, stays unchanged", (digits) => {
    expect(identifyNumber(digits)).toBe(digits);
  });
});

describe("a masked number", () => {
  it.each([
    ["12015550123", undefined, "+1********23"],
    ["+447400123456", undefined, "+44********56"],
    ["+44 (0)7400 123456", undefined, "+44********56"],
    ["07400 123456", "GB", "+44********56"],
    ["881612345678", undefined, "+881*******78"],
    ["07400 123456", undefined, "***"],
    ["canary", undefined, "***"],
    ["", undefined, "***"],
    ["123456", undefined, "***"],
    ["999123456789", undefined, "***"],
  ])("of %j in %j is %s", (number, country, masked) => {
    expect(maskNumber(number, country)).toBe(masked);
  });

  it("shows at most the country code and two digits", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^\+?[0-9 ]{6,17}$/),
        fc.constantFrom(undefined, "US", "GB"),
        (text, country) => {
          expect(maskNumber(text, country)).toMatch(/^(\+\d{1,3}\*{2,}\d\d|\*\*\*)$/);
        },
      ),
    );
  });
});
