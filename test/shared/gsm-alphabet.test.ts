import "../support/property-seed.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isGsmText } from "../../src/shared/gsm-alphabet.ts";

// The tables of 3GPP TS 23.038, 6.2.1, written as its columns are: character after character by its 7-bit code.
const TABLE = [
  "@£$¥èéùìòÇ\nØø\rÅå",
  "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ",
  " !\"#¤%&'()*+,-./",
  "0123456789:;<=>?",
  "¡ABCDEFGHIJKLMNO",
  "PQRSTUVWXYZÄÖÑÜ§",
  "¿abcdefghijklmno",
  "pqrstuvwxyzäöñüà",
].join("");
const EXTENSION = "\f^{}\\[~]|€";

describe("a text fits the GSM alphabet", () => {
  it("when all of it is in the table, and there are 127 of these", () => {
    expect(new Set(TABLE).size).toBe(127);
    for (const character of TABLE + EXTENSION) expect(isGsmText(character)).toBe(true);
  });

  it("when it is made of these, and not once anything else is among it", () => {
    const gsm = fc.array(fc.constantFrom(...TABLE, ...EXTENSION)).map((all) => all.join(""));
    const other = fc
      .string({ unit: "binary", minLength: 1, maxLength: 1 })
      .filter((character) => !(TABLE + EXTENSION).includes(character));
    fc.assert(
      fc.property(gsm, other, gsm, (before, character, after) => {
        expect(isGsmText(before + after)).toBe(true);
        expect(isGsmText(before + character + after)).toBe(false);
      }),
    );
  });

  it.each(["ç", "á", "ó", "ê", "`", "’", "–", "\t", "Á", "ş", "ł", "あ", "👍", "µ", "Α"])(
    "but not with %j",
    (text) => {
      expect(isGsmText(text)).toBe(false);
    },
  );

  it("when there is nothing in it", () => {
    expect(isGsmText("")).toBe(true);
  });
});
