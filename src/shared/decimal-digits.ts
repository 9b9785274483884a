// Keyboards of many scripts have digits of their own, and phones write them into texts and forms.

const DECIMAL_DIGIT = /\p{Nd}/u;
const OTHER_DIGITS = /(?![0-9])\p{Nd}/gu;

/** Replaces every decimal digit of Unicode (`\p{Nd}`), such as ٣, ३ or ３, by the ASCII digit of the same value. */
export function foldDigits(text: string): string {
  return text.replace(OTHER_DIGITS, (digit) => String(digitValue(digit.codePointAt(0) ?? 0)));
}

/**
 * Unicode keeps the ten digits of a script together and in order, so the distance to where such a run begins tells the
 * value. The longest run is of 50: five styles of mathematical digits.
 */
function digitValue(codePoint: number): number {
  let first = codePoint;
  while (DECIMAL_DIGIT.test(String.fromCodePoint(first - 1))) first--;
  return (codePoint - first) % 10;
}
