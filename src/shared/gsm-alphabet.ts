// Which texts travel in 7 bits a character (GSM 03.38): 160 characters a part, where others have 70.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/** Its extension table: each takes an escape as well. */
const EXTENSION = "\f^{}\\[~]|€";

const EXTENDED: ReadonlySet<string> = new Set(EXTENSION);
const ALPHABET: ReadonlySet<string> = new Set([...BASIC, ...EXTENSION]);

/** Whether every character is in the alphabet or its extension table. */
export function isGsmText(text: string): boolean {
  return [...text].every((character) => ALPHABET.has(character));
}

/** How many of a part's characters one takes; of those in the alphabet. */
export function sizeInGsm(character: string): 1 | 2 {
  return EXTENDED.has(character) ? 2 : 1;
}
