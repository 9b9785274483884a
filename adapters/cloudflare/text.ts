// How settings that hold several things are written.

/** Separated by commas or white space. */
export const toList = (text = ""): string[] => text.split(/[\s,]+/).filter(Boolean);

/** Cuts a text at the first mark. */
export function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
