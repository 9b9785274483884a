// Reads texts that hold several values.

/** Splits a list whose items are separated by commas or white space. */
export const toList = (text = ""): string[] => text.split(/[\s,]+/).filter(Boolean);

/** Cuts a text at the first `mark`. Without one, the second part is empty. */
export function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
