// Splits a text into messages that a network can carry, in GSM 03.38 or UCS-2. The sandbox splits texts, and senders
// compute how many parts a text takes.

import { isGsmText, sizeInGsm } from "./gsm-alphabet.ts";

export type TextEncoding = "gsm" | "unicode";

/** The capacity of a single message, and of a part, whose header takes 6 bytes. */
const CAPACITY = { gsm: { alone: 160, part: 153 }, unicode: { alone: 70, part: 67 } } as const;

/** Returns what a handset shows of a text sent in the GSM alphabet: "?" for every other character. */
export function toGsm(text: string): string {
  return Array.from(text, (character) => (isGsmText(character) ? character : "?")).join("");
}

/** Splits a text into parts, never within an escape sequence or a surrogate pair. */
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
