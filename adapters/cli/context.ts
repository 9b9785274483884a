// Connects the command line to this process: its arguments, environment, streams and signals.

import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import type { Machine } from "./machine/machine.ts";
import type { CliContext } from "./run.ts";
import type { Terminal } from "./terminal.ts";

/** Creates the context of this process. */
export function createContext(machine: Pick<Machine, "built" | "program">): CliContext {
  // The reader of a pipe may close it early, as `head` does.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  return {
    env: process.env,
    fetch: globalThis.fetch,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    terminals: { stdout: toTerminal(process.stdout), stderr: toTerminal(process.stderr) },
    readFile: (path) => readFile(path, "utf8"),
    now: Date.now,
    timeout: 30_000,
    interruption: () => {
      const stop = new AbortController();
      // A second signal ends the process at once.
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());
      return stop.signal;
    },
    machine: {
      ...machine,
      cwd: process.cwd(),
      nodeVersion: process.versions.node,
      ask: process.stdin.isTTY ? ask : undefined,
    },
  };
}

const toTerminal = (stream: NodeJS.WriteStream): Terminal | undefined =>
  stream.isTTY ? { columns: () => stream.columns } : undefined;

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
