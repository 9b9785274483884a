// A program in a terminal: it asks, and gets lines typed.

import { spawn } from "node:child_process";
import { once } from "node:events";

/** A compiler on a busy machine takes its time. */
const PATIENCE_MS = 60_000;

export interface Terminal {
  /** Waits for output that is new since the last call and ends with `prompt`, and returns it without the prompt. */
  shows(prompt: string): Promise<string>;
  type(line: string): void;
  /** The exit code, and the output since the last call. */
  ended(): Promise<{ readonly code: number | null; readonly output: string }>;
  stop(): void;
}

export function openTerminal(
  command: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Terminal {
  // In a process group of its own, since the shell and some languages start a further process.
  const child = spawn("bash", ["-c", command], {
    cwd: folder,
    env: { ...process.env, ...env },
    detached: true,
  });
  let output = "";
  let read = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      child.emit("output");
    });
  }
  const closed = once(child, "close").then(([code]): number | null => code);
  const stop = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has already ended.
    }
  };
  return {
    async shows(prompt) {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      while (!output.slice(read).endsWith(prompt)) {
        const more = once(child, "output", { signal }).catch(() => {
          throw new Error(`waited for "${prompt}"; the terminal shows:\n${output}`);
        });
        const code = await Promise.race([more, closed]);
        if (code === null || typeof code === "number")
          throw new Error(`it ended with ${code} before "${prompt}":\n${output}`);
      }
      const shown = output.slice(read, -prompt.length);
      read = output.length;
      return shown;
    },
    type: (line) => child.stdin.write(`${line}\n`),
    ended: async () => ({ code: await closed, output: output.slice(read) }),
    stop,
  };
}
