import "../support/property-seed.ts";
import fc from "fast-check";
import { expect, it } from "vitest";
import { isGsmText } from "../../src/shared/gsm-alphabet.ts";
import { splitText, toGsm } from "../../src/shared/text-parts.ts";

const isWhole = (one: string) => !/\p{Cs}/u.test(one);
const text = fc.string({ unit: "binary", maxLength: 700 }).filter(isWhole);
const gsmText = fc.string({ unit: fc.constantFrom(..."aZ09 @£ü€{}[]^~|\\\n"), maxLength: 700 });

it("no part of any text is over its size, none cuts a character, and together they are the text", () => {
  fc.assert(
    fc.property(text, (whole) => {
      const parts = splitText(whole, "unicode");
      const most = parts.length > 1 ? 67 : 70;
      expect(parts.every((part) => part.length <= most && isWhole(part))).toBe(true);
      expect(parts.join("")).toBe(whole);
    }),
  );
});

it("no part of a GSM text is over its septets, and no fewer parts would do", () => {
  const septets = (part: string) =>
    [...part].reduce((sum, one) => sum + ("€{}[]^~|\\".includes(one) ? 2 : 1), 0);
  fc.assert(
    fc.property(gsmText, (whole) => {
      const parts = splitText(whole, "gsm");
      expect(parts.join("")).toBe(whole);
      if (septets(whole) <= 160) expect(parts).toEqual([whole]);
      else {
        expect(Math.max(...parts.map(septets))).toBeLessThanOrEqual(153);
        expect(Math.min(...parts.slice(0, -1).map(septets))).toBeGreaterThanOrEqual(152);
      }
    }),
  );
});

it("what is made GSM is GSM, and what is GSM stays as it is", () => {
  fc.assert(
    fc.property(text, (any) => {
      expect(isGsmText(toGsm(any))).toBe(true);
      expect(toGsm(any) === any).toBe(isGsmText(any));
    }),
  );
  expect(["Grüße für 5 €", "Ñandú?", "`", "ç", "Ç"].map(isGsmText)).toEqual([
    true,
    false,
    false,
    false,
    true,
  ]);
});
