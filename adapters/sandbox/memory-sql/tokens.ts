/** A token of a statement: a word (names and keywords), a number, a text, or a sign such as `<=` or `?1`. */
export interface Token {
  readonly type: "word" | "number" | "text" | "sign";
  readonly text: string;
}

const TOKEN = /\s*(?:([A-Za-z_]\w*)|(\d+)|'((?:[^']|'')*)'|(\?\d+|<=|>=|<>|[?=<>+\-*/(),.;]))/y;

/** Splits a script into its tokens. @throws {Error} at anything that is no token. */
export function tokenize(script: string): Token[] {
  const tokens: Token[] = [];
  const end = script.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const [, word, number, text, sign] = TOKEN.exec(script) ?? [];
    if (word !== undefined) tokens.push({ type: "word", text: word });
    else if (number !== undefined) tokens.push({ type: "number", text: number });
    else if (text !== undefined) tokens.push({ type: "text", text: text.replaceAll("''", "'") });
    else if (sign !== undefined) tokens.push({ type: "sign", text: sign });
    else throw new Error(`The sandbox's database cannot read: ${script.slice(from, from + 40)}`);
  }
  return tokens;
}
