// All output passes through here, so that data from outside cannot control the terminal.

import { applyStyle, type Line } from "./line.ts";
import { hasColours, type Terminal } from "./terminal.ts";

export interface Output {
  /** Writes lines to stdout. */
  readonly print: (...lines: readonly Line[]) => void;
  /** Writes lines to stderr. */
  readonly complain: (...lines: readonly Line[]) => void;
  /** Clears the terminal before the next lines; does nothing to a pipe. */
  readonly clear: () => void;
  /** The width of stdout; `undefined`: it is no terminal, and lines are as long as they are. */
  readonly width: () => number | undefined;
}

export interface OutputStreams {
  readonly stdout: (text: string) => unknown;
  readonly stderr: (text: string) => unknown;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The streams that are terminals. */
  readonly terminals?: { readonly stdout?: Terminal | undefined; readonly stderr?: Terminal | undefined };
  /** Never printed, even if a server sends it back. */
  readonly secret?: string | undefined;
  /** Called before each output. */
  readonly before?: () => void;
}

/** Shorter strings are not admin keys, and could occur in any text. */
const LEAST_SECRET_LENGTH = 16;

/** Moves to the top left, and erases the screen with what has scrolled away. */
const CLEAR = "\u001b[H\u001b[2J\u001b[3J";

/** Makes the output. */
export function createOutput({
  stdout,
  stderr,
  env,
  terminals = {},
  secret = "",
  before,
}: OutputStreams): Output {
  const toText = (lines: readonly Line[], isColoured: boolean) => {
    before?.();
    const text = lines.map((line) => `${formatLine(line, isColoured)}\n`).join("");
    return secret.length < LEAST_SECRET_LENGTH ? text : text.replaceAll(secret, "[admin key]");
  };
  return {
    print: (...lines) => stdout(toText(lines, hasColours(env, terminals.stdout))),
    complain: (...lines) => stderr(toText(lines, hasColours(env, terminals.stderr))),
    clear: () => {
      if (terminals.stdout !== undefined) stdout(CLEAR);
    },
    width: () => terminals.stdout?.columns(),
  };
}

function formatLine(line: Line, isColoured: boolean): string {
  if (typeof line === "string") return escapeControls(line);
  return line
    .map((part) => {
      if (typeof part === "string") return escapeControls(part);
      const text = escapeControls(part.text);
      return isColoured ? applyStyle({ ...part, text }) : text;
    })
    .join("");
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
