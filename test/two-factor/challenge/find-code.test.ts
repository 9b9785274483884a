import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LONGEST_CODE, SHORTEST_CODE } from "../../../src/two-factor/challenge/code.ts";
import { findCode } from "../../../src/two-factor/challenge/find-code.ts";
import { cases } from "../../support/property-seed.ts";

/** The decimal digits of a text. Unicode has them in runs of ten, so a digit's value is its offset in its run. */
function toDigits(text: string): string {
  const isDigit = (point: number) => /^\p{Nd}$/u.test(String.fromCodePoint(point));
  return [...text]
    .flatMap((character) => {
      const point = character.codePointAt(0) ?? 0;
      if (!isDigit(point)) return [];
      let distance = 0;
      while (isDigit(point - distance - 1)) distance++;
      return [String(distance % 10)];
    })
    .join("");
}

describe("the code in a reply", () => {
  it.each<[string, string]>([
    ["123456", "123456"],
    ["000000", "000000"],
    ["  123456\r\n", "123456"],
    ["123 456", "123456"],
    ["1 2 3 4 5 6", "123456"],
    ["123-456", "123456"],
    ["12-34-56", "123456"],
    ["123\u00a0456", "123456"],
    ["123\n456", "123456"],
    ["My code is 123456.", "123456"],
    ["123456 is my code, thanks", "123456"],
    ["code:123456!", "123456"],
    ["A123456B", "123456"],
    ["It is 3 pm, and the code 123456", "123456"],
    ["Here from 2026: 123456", "123456"],
    // Between other words.
    ["It's 398 838.", "398838"],
    ["398\u2013838", "398838"],
    ["the code is 398\u2014838, thanks", "398838"],
    ["code 398\u2011838", "398838"],
    ["code 398 \u2013 838!", "398838"],
    ["code 398\u2212838", "398838"],
    ["code 398\u202f838", "398838"],
    ["code 3 9 8 8 3 8 :)", "398838"],
    ["Mein Code lautet: 39-88-38", "398838"],
    ["(398 838)", "398838"],
    ["验证码398 838。", "398838"],
    // Digits of other scripts, and invisible characters.
    ["١٢٣٤٥٦", "123456"],
    ["رمزي هو ٣٩٨ ٨٣٨", "398838"],
    ["۳۹۸۸۳۸", "398838"],
    ["３９８８３８です", "398838"],
    ["१२३-४५६", "123456"],
    ["߀10000", "010000"],
    ["12345６", "123456"],
    ["\u{1d7d8}\u{1d7e3}\u{1d7ee}\u{1d7f9}\u{1d7f6}\u{1d7ff}", "012309"],
    ["\u202a398838\u202c", "398838"],
    ["39\u00ad88\u200b38", "398838"],
    // The same code twice.
    ["123456, 123456", "123456"],
    ["123456 123456", "123456"],
    ["123456/123456", "123456"],
    ["398838 (398 838)", "398838"],
    ["398 838 398 838", "398838"],
    ["398838 (5 minutes ago)", "398838"],
    ["398838\n\n> 398838 is your Acme code. It is valid for 5 minutes.", "398838"],
    // Beside a longer number.
    ["398838 10:30", "398838"],
    ["10:30 398838", "398838"],
    ["It's 398 838 at 10:30 on 25.11.2026", "398838"],
    ["I am on +44 7400 123456, the code is 398838", "398838"],
    ["paid $123456 and the code is 398 838", "398838"],
    ["123,456.00 EUR; 398838", "398838"],
    ["Today is 25-11-26, the code is 398838", "398838"],
    ["Only 1 try? 398838", "398838"],
  ])("is found in %j: %j", (text, code) => {
    expect(findCode(text, 6)).toBe(code);
  });

  it.each([
    "",
    " ",
    "-",
    "STOP",
    "12345",
    "1234567",
    "my code is 12345",
    "my code is 1234567",
    "12 345",
    "①②③④⑤⑥",
    "²³⁴⁵⁶⁷",
    // Two codes are no guess.
    "123456 654321",
    "123456-654321",
    "123456 or 654321",
    "123456,654321",
    "123 456 or 654 321",
    "123 456 654 321",
    "398838 398 839",
    "٣٩٨٨٣٨ 398839",
    // Phone numbers.
    "+44 7400 123456",
    "+447400 123456 call me",
    "call 07400 123456",
    "call 7400-123456",
    "(201) 555-0123",
    "+44 (0)123456",
    "+123456",
    "+ 123456 me",
    "1-201-123456",
    // Prices, and numbers with more digits.
    "$123456",
    "€ 123456 please",
    "123456 €",
    "123456 EUR was it",
    "USD 123456",
    "it is 100%, 123456% sure",
    "123456.50",
    "123,456",
    "it costs 123.456",
    "1'234'567",
    "123456789",
    "0.123456",
    // Dates and times.
    "on 25-11-26 at noon",
    "it was 2026-11 then",
    "at 12:34:56",
    "25/11/26 ok",
    "25. 11. 26",
    "since 11-2026 or so",
    // Addresses.
    "https://acme.example/123456",
    "123456@acme.example",
  ])("is not found in %j", (text) => {
    expect(findCode(text, 6)).toBeUndefined();
  });

  it.each<[string, number, string | undefined]>([
    ["at 10:30", 4, undefined],
    ["at 1030 pm", 4, undefined],
    ["1030h", 4, undefined],
    ["um 1030 Uhr", 4, undefined],
    ["25.11.2026", 4, undefined],
    ["25. 11. 2026: 1234", 4, "1234"],
    ["1234 am I in?", 4, undefined],
    ["1234, am I in?", 4, "1234"],
    ["123456 am I in?", 6, "123456"],
    ["I was born on 2001-02-03", 8, undefined],
    ["I was born on 03 02 2001", 8, undefined],
    ["from 2025-2026 on", 8, undefined],
    ["the code is 1234 5678", 8, "12345678"],
    ["call (020) 7946 0018", 8, undefined],
    ["(201) 555-0123", 10, undefined],
    ["39 88", 4, "3988"],
  ])("in %j with %d digits is %j", (text, length, code) => {
    expect(findCode(text, length)).toBe(code);
  });

  it.each([4, 5, 6, 7, 8, 9, 10])("with %d digits is found among runs of all other lengths", (length) => {
    const runs = [3, 4, 5, 6, 7, 8, 9, 10, 11].map((digits) => "1234567890987".slice(0, digits));
    const code = "1234567890987".slice(0, length);
    expect(findCode(runs.join(" and "), length)).toBe(code);
    expect(findCode(runs.filter((run) => run !== code).join(" and "), length)).toBeUndefined();
  });

  it("is found with any blanks and dashes in it, in any script", () => {
    const gap = fc
      .array(fc.constantFrom(" ", "\t", "\n", "-", "\u2013", "\u2011", "\u00a0", "\u2009", "\u200f"), {
        maxLength: 3,
      })
      .map((parts) => parts.join(""));
    const zero = fc.constantFrom(0x30, 0x660, 0x6f0, 0x966, 0xff10, 0x1d7ce, 0x1d7f6, 0x1e950);
    const digits = fc.array(fc.tuple(fc.nat(9), zero, gap), {
      minLength: SHORTEST_CODE,
      maxLength: LONGEST_CODE,
    });
    fc.assert(
      fc.property(digits, (places) => {
        const text = places
          .map(([digit, from, after]) => String.fromCodePoint(from + digit) + after)
          .join("");
        expect(findCode(text, places.length)).toBe(places.map(([digit]) => digit).join(""));
      }),
    );
  });

  it("is found in any sentence without another number", () => {
    const words = fc.stringMatching(/^[a-z ,!?]{0,20}$/).filter((text) => !/(usd|eur|gbp) ?$/.test(text));
    fc.assert(
      fc.property(words, words, fc.stringMatching(/^[0-9]{6}$/), fc.nat(6), (before, after, code, cut) => {
        fc.pre(!/^ ?(usd|eur|gbp|dollars?|euros?|pounds?)(?![a-z])/.test(after));
        fc.pre(cut === 3 || cut === 0 || cut === 6);
        const written = [code.slice(0, cut), code.slice(cut)].filter(Boolean).join(" ");
        expect(findCode(`${before}${written}${after}`, 6)).toBe(code);
      }),
    );
  });

  it("is not found among two different ones", () => {
    const code = fc.stringMatching(/^[0-9]{6}$/);
    fc.assert(
      fc.property(
        code,
        code,
        fc.constantFrom(" ", ", ", " or ", "-", "/", "\n", ". ", ":"),
        (a, b, between) => {
          expect(findCode(`${a}${between}${b}`, 6)).toBe(a === b ? a : undefined);
        },
      ),
    );
  });

  it("is always a run of so many digits of the text", () => {
    const words = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.nat(10_000_000).map(String),
      fc.constantFrom(" ", "-", ". ", "6", "(", ")", ":", "+", "٣"),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 6 }), (parts) => {
        const text = parts.join("");
        const code = findCode(text, 6);
        if (code === undefined) return;
        expect(code).toMatch(/^[0-9]{6}$/);
        expect(toDigits(text)).toContain(code);
      }),
      { numRuns: cases(2000), examples: [[["߀", "10000"]], [["١٢", "３４56"]], [["\u{1d7d7}", "12345"]]] },
    );
  });
});
