/** A call reads the digits out one by one, with pauses as commas. */
const SPOKEN = /(?<![\d,] ?)\d(?:, \d){3,9}(?!, \d)/;
const WRITTEN = /(?<!\d)\d{4,10}(?!\d)/;

/** Finds the code in a text or in what a call says: the first 4 to 10 digits in a row. */
export function readCode(text: string): string | undefined {
  return WRITTEN.exec(text)?.[0] ?? SPOKEN.exec(text)?.[0].replaceAll(", ", "");
}
