// The alphabet of texts with 7 bits per character (GSM 03.38): 160 characters per message, instead of 70.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/** The extension table: each of its characters needs an escape and takes two places. */
const EXTENSION = "\f^{}\\[~]|€";

const EXTENDED: ReadonlySet<string> = new Set(EXTENSION);
const ALPHABET: ReadonlySet<string> = new Set([...BASIC, ...EXTENSION]);

/** Tells whether every character is in the alphabet or its extension table. */
export function isGsmText(text: string): boolean {
  return [...text].every((character) => ALPHABET.has(character));
}

/** Returns the number of places that a character of the alphabet takes. */
export function sizeInGsm(character: string): 1 | 2 {
  return EXTENDED.has(character) ? 2 : 1;
}
