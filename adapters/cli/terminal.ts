// Decides what the streams can show: colours and a width only where a person looks at a terminal.

/** A stream that is a terminal. */
export interface Terminal {
  /** Characters in a line. It changes when the window does. */
  readonly columns: () => number;
}

/**
 * Tells whether text may have colours. `FORCE_COLOR` takes precedence over `NO_COLOR` (no-color.org), as in Node.
 *
 * @param terminal `undefined`: the stream is a pipe or a file.
 */
export function hasColours(
  env: Readonly<Record<string, string | undefined>>,
  terminal: Terminal | undefined,
): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: none, TERM: kind } = env;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if (none) return false;
  return terminal !== undefined && kind !== "dumb";
}
