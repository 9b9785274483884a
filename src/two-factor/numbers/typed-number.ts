// A phone number as users type and paste it: "(201) 555-0123", "+44 (0)20 7946 0018", "００ ４４ …".

import { foldDigits } from "../../shared/decimal-digits.ts";

/** A number without separators. */
export interface TypedNumber {
  /** It began with "+", so the country code comes first. */
  readonly isInternational: boolean;
  /** ASCII. */
  readonly digits: string;
}

/** Longer than any number with its spaces and brackets. */
const LONGEST_TEXT = 60;

/** Spaces, dashes, brackets, dots and slashes, and the direction marks that address books put around numbers. */
const SEPARATORS = /[\s\p{Pd}\p{Cf}\u2212()（）.．·/／]/gu;

/** @returns `undefined` if the text contains anything else, such as letters or an extension. */
export function readTypedNumber(text: string): TypedNumber | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const compact = foldDigits(text).replace(SEPARATORS, "");
  const [, plus, digits] = /^([+＋]?)([0-9]+)$/.exec(compact) ?? [];
  return digits === undefined ? undefined : { isInternational: plus !== "", digits };
}
