// One line on a terminal while a call is slow: without it, waiting looks like a crash.

import type { Terminal } from "./terminal.ts";

export interface Progress {
  /** Shows a line from the first second on, and removes it when the work ends. */
  readonly during: <T>(text: () => string, work: Promise<T>) => Promise<T>;
  /** Removes the line until it is next updated, so that other output starts on an empty one. */
  readonly hide: () => void;
}

/** Faster calls show nothing. */
const SHOWN_AFTER_MS = 1000;

const BACK_TO_START = "\r\u001b[K";

/**
 * Makes the progress line.
 *
 * @param terminal That of stderr; `undefined`: nothing is shown.
 * @param now Epoch milliseconds.
 */
export function createProgress(
  stderr: (text: string) => unknown,
  terminal: Terminal | undefined,
  now: () => number,
): Progress {
  if (terminal === undefined) return { during: (_, work) => work, hide: () => {} };
  let depth = 0;
  let isShown = false;
  const hide = () => {
    if (isShown) stderr(BACK_TO_START);
    isShown = false;
  };
  return {
    hide,
    async during(text, work) {
      // The outermost line says more.
      if (depth > 0) return work;
      depth += 1;
      const started = now();
      const timer = setInterval(() => {
        isShown = true;
        const seconds = Math.floor((now() - started) / 1000);
        stderr(BACK_TO_START + `${text()} ${seconds} s`.slice(0, terminal.columns() - 1));
      }, SHOWN_AFTER_MS);
      try {
        return await work;
      } finally {
        clearInterval(timer);
        depth -= 1;
        hide();
      }
    },
  };
}
