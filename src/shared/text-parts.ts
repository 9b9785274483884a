// How a text is cut into messages that a network can carry: GSM 03.38 septets or UCS-2. For the sandbox, which cuts, and
// for senders, which tell how many parts a text takes.

import { isGsmText, sizeInGsm } from "./gsm-alphabet.ts";

export type TextEncoding = "gsm" | "unicode";

/** What one message holds alone, and as a part, where a header of 6 bytes joins it to the others. */
const CAPACITY = { gsm: { alone: 160, part: 153 }, unicode: { alone: 70, part: 67 } } as const;

/** What a handset shows of a text that is sent in the GSM alphabet: "?" for what that does not have. */
export function toGsm(text: string): string {
  return Array.from(text, (character) => (isGsmText(character) ? character : "?")).join("");
}

/** Cuts a text into parts, none of them ending within an escape or a surrogate pair. */
export function splitText(text: string, encoding: TextEncoding): string[] {
  const { alone, part } = CAPACITY[encoding];
  const sizeOf = (character: string) => (encoding === "unicode" ? character.length : sizeInGsm(character));
  const characters = [...text];
  if (characters.reduce((sum, one) => sum + sizeOf(one), 0) <= alone) return [text];
  const parts: string[] = [];
  let current = "";
  let size = 0;
  for (const character of characters) {
    if (size + sizeOf(character) > part) {
      parts.push(current);
      current = "";
      size = 0;
    }
    current += character;
    size += sizeOf(character);
  }
  return [...parts, current];
}
