import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findFaults } from "../../src/shared/validation.ts";
import { checkSchema, resendSchema, startSchema } from "../../src/two-factor/request-schemas.ts";
import { cases } from "../support/property-seed.ts";

const START = { to: "+447400123456", channel: "sms" };

describe("a request for a code", () => {
  it.each<[string, object]>([
    ["with the required fields", {}],
    ["by a call", { channel: "voice" }],
    ["that supersedes earlier codes", { supersede: true }],
    ["for a number in national notation", { to: "(07400) 123-456" }],
    ["with a default country", { to: "(201) 555-0123", defaultCountry: "US" }],
    ["with a brand", { brand: "Ämé & Söhne 株式会社" }],
    ["with the shortest brand", { brand: "A" }],
    ["with the longest brand", { brand: "A".repeat(30) }],
    ["with a brand of emoji, which count as one character each", { brand: "👩".repeat(30) }],
    ["in another language", { locale: "de" }],
    ["in another language with script and country", { locale: "zh-Hant-TW" }],
    ["in Latin American Spanish", { locale: "es-419" }],
    ["with a reference", { clientRef: "Order_7.a:b-c" }],
    ["with the longest reference", { clientRef: "a".repeat(40) }],
    ["from an IPv4 address", { ip: "192.0.2.1" }],
    ["from an IPv6 address", { ip: "2001:db8::1" }],
    ["with an address of a dual-stack socket", { ip: "::ffff:192.0.2.1" }],
  ])("is accepted %s", (_, more) => {
    const { output } = findFaults(startSchema, { ...START, ...more });
    expect(output).toEqual({ ...START, locale: "en", ...more });
  });

  it("is accepted with supersede as text of a form", () => {
    const superseding = (supersede: unknown) =>
      findFaults(startSchema, { ...START, supersede }).output?.supersede;
    expect(["true", "false", "yes"].map(superseding)).toEqual([true, false, undefined]);
  });

  it.each<[string, unknown, string]>([
    ["nothing at all", undefined, "it"],
    ["a text", "to=447400123456", "it"],
    ["no number", { channel: "sms" }, "to"],
    ["an empty number", { ...START, to: "" }, "to"],
    ["a phone number as a number", { ...START, to: 447_400_123_456 }, "to"],
    ["a number that is too long", { ...START, to: "4".repeat(41) }, "to"],
    ["the name of a country", { ...START, defaultCountry: "Germany" }, "defaultCountry"],
    ["a country in lower case", { ...START, defaultCountry: "gb" }, "defaultCountry"],
    ["the pseudo-country of Tor", { ...START, defaultCountry: "T1" }, "defaultCountry"],
    ["no channel", { to: START.to }, "channel"],
    ["another channel", { ...START, channel: "SMS" }, "channel"],
    ["a property of every object as channel", { ...START, channel: "constructor" }, "channel"],
    ["an empty name", { ...START, brand: "" }, "brand"],
    ["a name of spaces", { ...START, brand: "   " }, "brand"],
    ["a name too long", { ...START, brand: "A".repeat(31) }, "brand"],
    ["a name with a line break", { ...START, brand: "Acme\nYour account is blocked" }, "brand"],
    ["a name with Unicode's line separator", { ...START, brand: "Acme\u2028Call us" }, "brand"],
    ["a name with half a character", { ...START, brand: "Acme \ud83d" }, "brand"],
    ["the name of a language", { ...START, locale: "german" }, "locale"],
    ["a POSIX locale", { ...START, locale: "de_DE.UTF-8" }, "locale"],
    ["a language tag that is too long", { ...START, locale: "de-aa-bb-cc-dd" }, "locale"],
    ["an empty reference", { ...START, clientRef: "" }, "clientRef"],
    ["a reference with a space", { ...START, clientRef: "order 7" }, "clientRef"],
    ["a reference with a line break at its end", { ...START, clientRef: "order\n" }, "clientRef"],
    ["a reference too long", { ...START, clientRef: "a".repeat(41) }, "clientRef"],
    ["a reference that is not ASCII", { ...START, clientRef: "bestellung-ä" }, "clientRef"],
    ["an empty address", { ...START, ip: "" }, "ip"],
    ["an address with a port", { ...START, ip: "192.0.2.1:443" }, "ip"],
    ["an address in brackets", { ...START, ip: "[2001:db8::1]" }, "ip"],
    ["a list of addresses of X-Forwarded-For", { ...START, ip: "192.0.2.1, 198.51.100.2" }, "ip"],
    ["a word instead of an address", { ...START, ip: "unknown" }, "ip"],
    ["an address that is not a text", { ...START, ip: 3_221_225_985 }, "ip"],
    ["a code", { ...START, code: "123456" }, "code"],
  ])("is refused with %s, naming the field", (_, input, field) => {
    const { output, faults = [] } = findFaults(startSchema, input);
    expect(output).toBeUndefined();
    expect(faults.map((fault) => fault.field)).toEqual([field]);
  });

  it.each([
    ["to", "a phone number of 1 to 40 characters"],
    ["defaultCountry", "an ISO 3166 alpha-2 code such as GB"],
    ["channel", "one of sms, voice"],
    ["brand", "1 to 30 characters, no control characters"],
    ["locale", "a BCP 47 tag such as de or pt-BR"],
    ["clientRef", "1 to 40 letters, digits, _, ., : or -"],
    ["ip", "an IPv4 or IPv6 address, without a port"],
  ])("is refused with the rule of %s", (field, rule) => {
    const { faults = [] } = findFaults(startSchema, { ...START, [field]: "" });
    expect(faults.map((fault) => [fault.field, fault.rule])).toEqual([[field, `must be ${rule}`]]);
  });

  it("is refused with all faults at once, and without values", () => {
    const canary = "canary-918273\n";
    const { faults = [] } = findFaults(startSchema, {
      to: canary.repeat(5),
      channel: canary,
      brand: canary,
      locale: canary,
      clientRef: canary,
      ip: canary,
    });
    expect(faults.map(({ field }) => field)).toEqual(["to", "channel", "brand", "locale", "clientRef", "ip"]);
    expect(JSON.stringify(faults)).not.toContain("918273");
  });

  it("never has a brand that is too long, looks empty, or has more than one line", () => {
    const unit = fc.oneof(
      fc.constantFrom(" ", "\n", "\u2029", "\u0000", "\ud800", "\t"),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 6 }), (parts) => {
        const brand = parts.join("");
        if (findFaults(startSchema, { ...START, brand }).output === undefined) return;
        expect([...brand].length).toBeLessThanOrEqual(30);
        expect(brand.trim()).not.toBe("");
        expect(brand).not.toMatch(/[\n\r\t\0\u2028\u2029]/);
        expect(brand).not.toMatch(/\p{Cs}/u);
      }),
      { numRuns: cases(2000) },
    );
  });
});

describe("a further message", () => {
  it("may name a channel and an address only", () => {
    expect(findFaults(resendSchema, {}).output).toEqual({});
    expect(findFaults(resendSchema, { channel: "voice" }).output).toEqual({ channel: "voice" });
    for (const input of [{ channel: "email" }, { channel: null }, { to: START.to }, null]) {
      expect(findFaults(resendSchema, input).output, JSON.stringify(input)).toBeUndefined();
    }
  });
});

describe("a typed code", () => {
  it.each<[string, string]>([
    ["0000", "0000"],
    ["123456", "123456"],
    ["0123456789", "0123456789"],
    ["398 838", "398838"],
    [" 398838", "398838"],
    ["398838\r\n", "398838"],
    ["398-838", "398838"],
    ["398\u2013838", "398838"],
    ["398\u2011838", "398838"],
    ["398\u2212838", "398838"],
    ["398\u00a0838", "398838"],
    ["398\u3000838", "398838"],
    ["\u202a398838\u202c", "398838"],
    ["3 9 8 8 3 8", "398838"],
    ["١٢٣٤٥٦", "123456"],
    ["۱۲۳ ۴۵۶", "123456"],
    ["１２３４５６", "123456"],
    ["१२३\uff0d४५६", "123456"],
    ["\u{1e950}\u{1e951}\u{1e952}\u{1e959}", "0129"],
  ])("may be %j, which means %s", (code, digits) => {
    expect(findFaults(checkSchema, { code }).output).toEqual({ code: digits });
  });

  it.each<[unknown]>([
    [undefined],
    [null],
    [""],
    ["   "],
    ["---"],
    ["123"],
    ["1 2 3"],
    ["12345678901"],
    ["12345 678901"],
    ["12345a"],
    ["123.456"],
    ["123,456"],
    ["①②③④⑤⑥"],
    ["²³⁴⁵"],
    ["+12345"],
    ["1e1000"],
    [`1${" ".repeat(100)}23456`],
    [123_456],
    [["123456"]],
    [{ toString: "123456" }],
  ])("may not be %j, and the fault does not quote it", (code) => {
    const { output, faults = [] } = findFaults(checkSchema, { code });
    expect(output).toBeUndefined();
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ field: "code", rule: "must be a code of 4 to 10 digits" });
    if (typeof code === "string" && code.length > 3)
      expect(JSON.stringify(faults)).not.toContain(code.trim());
  });
});
