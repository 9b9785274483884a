// All output passes through here, so that data from outside cannot control the terminal.

export interface Output {
  /** Writes lines to stdout. */
  readonly print: (...lines: readonly string[]) => void;
  /** Writes lines to stderr. */
  readonly complain: (...lines: readonly string[]) => void;
}

/** Shorter strings are not admin keys, and could occur in any text. */
const LEAST_SECRET_LENGTH = 16;

/**
 * Makes the output.
 *
 * @param secret Never printed, even if a server sends it back.
 */
export function createOutput(
  stdout: (text: string) => unknown,
  stderr: (text: string) => unknown,
  secret = "",
): Output {
  const toText = (lines: readonly string[]) => {
    const text = lines.map((line) => `${escapeControls(line)}\n`).join("");
    return secret.length < LEAST_SECRET_LENGTH ? text : text.replaceAll(secret, "[admin key]");
  };
  return {
    print: (...lines) => stdout(toText(lines)),
    complain: (...lines) => stderr(toText(lines)),
  };
}

/**
 * Escapes characters that a terminal obeys or hides: control and format characters (escape sequences, C1, direction
 * marks), line separators and lone surrogates. It uses JSON's notation, so JSON keeps its meaning.
 */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}
