// A code as users type and paste it: "398 838", "398–838", "٣٩٨٨٣٨".

import { foldDigits } from "../../shared/decimal-digits.ts";

/** Longer than any code with its spaces and dashes. */
const LONGEST_TEXT = 60;

/** Spaces, dashes, the minus sign, and invisible characters such as soft hyphens and direction marks. */
const SEPARATORS = /[\s\p{Pd}\p{Cf}\u2212]/gu;

/**
 * Reads a typed code. Decimal digits of any script become ASCII digits; spaces and dashes are dropped.
 *
 * @returns The digits; `undefined` if the text contains anything else, or no digit.
 */
export function readTypedCode(text: string): string | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const digits = foldDigits(text).replace(SEPARATORS, "");
  return /^[0-9]+$/.test(digits) ? digits : undefined;
}
