// A code as users type and paste it: "398 838", "398–838", "٣٩٨٨٣٨".

import { foldDigits } from "../../shared/decimal-digits.ts";

/** Longer than any code with its blanks and dashes. */
const LONGEST_TEXT = 60;

/** Blanks of every kind, dashes of every kind, the minus sign, and what nobody sees: soft hyphens, bidi marks. */
const SEPARATORS = /[\s\p{Pd}\p{Cf}\u2212]/gu;

/**
 * Reads a code that was typed: decimal digits of any script become ASCII digits, blanks and dashes are left out.
 *
 * @returns The digits; `undefined` where the text holds anything else, or none.
 */
export function readTypedCode(text: string): string | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const digits = foldDigits(text).replace(SEPARATORS, "");
  return /^[0-9]+$/.test(digits) ? digits : undefined;
}
