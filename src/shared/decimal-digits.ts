// Keyboards of many scripts have their own digits, which phones insert into texts and forms.

const DECIMAL_DIGIT = /\p{Nd}/u;
const OTHER_DIGITS = /(?![0-9])\p{Nd}/gu;

/** Replaces every decimal digit of Unicode (`\p{Nd}`), such as ٣, ३ or ３, with the ASCII digit of the same value. */
export function foldDigits(text: string): string {
  return text.replace(OTHER_DIGITS, (digit) => String(digitValue(Number(digit.codePointAt(0)))));
}

/**
 * Unicode keeps the ten digits of a script together and in order, so the distance from the start of the run gives the
 * value. The longest run has 50 digits: five styles of mathematical digits.
 */
function digitValue(codePoint: number): number {
  let first = codePoint;
  while (DECIMAL_DIGIT.test(String.fromCodePoint(first - 1))) first--;
  return (codePoint - first) % 10;
}
