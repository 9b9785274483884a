import { expect, it } from "vitest";
import { foldDigits } from "../../src/shared/decimal-digits.ts";

it.each([
  ["Arabic-Indic", "٠١٢٣٤٥٦٧٨٩"],
  ["Extended Arabic-Indic", "۰۱۲۳۴۵۶۷۸۹"],
  ["Devanagari", "०१२३४५६७८९"],
  ["Bengali", "০১২৩৪৫৬৭৮৯"],
  ["full-width", "０１２３４５６７８９"],
  ["mathematical bold", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"],
  ["mathematical monospace, the last style of its run", "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿"],
])("digits of a script become ASCII digits of the same value: %s", (_, digits) => {
  expect(foldDigits(digits)).toBe("0123456789");
});

it("text without foreign digits stays as it is", () => {
  expect(foldDigits("It's 398 838, ½ ² Ⅷ")).toBe("It's 398 838, ½ ² Ⅷ");
});
