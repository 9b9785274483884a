import { type Token, tokenize } from "./tokens.ts";

export type Reader = ReturnType<typeof createReader>;

/** Reads the tokens of a script one after the other. Keywords are compared without regard to case. */
export function createReader(script: string) {
  const tokens = tokenize(script);
  let at = 0;
  let bindings = 0;

  const reader = {
    isAtEnd: () => at >= tokens.length,

    /** Takes these words or signs if they come next. */
    take(...texts: readonly string[]): boolean {
      if (!texts.every((text, index) => isSame(tokens[at + index], text))) return false;
      at += texts.length;
      return true;
    },

    /** @throws {Error} if something else comes next. */
    expect(...texts: readonly string[]): void {
      if (!reader.take(...texts)) throw reader.fault(texts.join(" "));
    },

    /** Takes the next token if it is of this type. */
    takeType(type: Token["type"]): string | undefined {
      const token = tokens[at];
      if (token?.type !== type) return undefined;
      at++;
      return token.text;
    },

    /** The next token, which stays. */
    peek: (): string => tokens[at]?.text ?? "",

    /** Takes a name. @throws {Error} if there is none. */
    name(): string {
      const name = reader.takeType("word");
      if (name === undefined) throw reader.fault("a name");
      return name;
    },

    /** Takes `?` or `?1`, and gives its position among the bindings, from 0. */
    binding(): number | undefined {
      const token = tokens[at];
      if (token?.type !== "sign" || !token.text.startsWith("?")) return undefined;
      at++;
      return token.text === "?" ? bindings++ : Number(token.text.slice(1)) - 1;
    },

    /** Reads a list, separated by commas. */
    list<T>(read: () => T): T[] {
      const all = [read()];
      while (reader.take(",")) all.push(read());
      return all;
    },

    /** Reads a list in parentheses. */
    inParentheses<T>(read: () => T): T[] {
      reader.expect("(");
      const all = reader.list(read);
      reader.expect(")");
      return all;
    },

    /** Skips the rest of the statement. */
    skip(): void {
      while (!reader.isAtEnd() && !isSame(tokens[at], ";")) at++;
    },

    fault(expected: string): Error {
      const found = tokens.slice(at, at + 3).map(({ text }) => text);
      return new Error(
        `The sandbox's database expected ${expected}, and found: ${found.join(" ") || "the end"}`,
      );
    },
  };
  return reader;
}

function isSame(token: Token | undefined, text: string): boolean {
  return token !== undefined && token.type !== "text" && token.text.toUpperCase() === text.toUpperCase();
}
