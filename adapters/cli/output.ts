// All that is printed goes through here, so nothing from outside can steer the terminal.

export interface Output {
  /** Lines for stdout. */
  readonly print: (...lines: readonly string[]) => void;
  /** Lines for stderr. */
  readonly complain: (...lines: readonly string[]) => void;
}

/** Shorter ones are no admin keys, and would be found in any text. */
const LEAST_SECRET_LENGTH = 16;

/**
 * Makes the output.
 *
 * @param secret What is never printed, even when a server sends it back.
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
 * Makes visible what a terminal would obey or hide: control and format characters (escape sequences, C1, marks that
 * turn the direction of writing), line separators, halves of a surrogate pair. The spelling is JSON's, so that JSON
 * stays JSON and means the same.
 */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}
