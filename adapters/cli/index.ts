#!/usr/bin/env node
// `npx vonage-conversion`: connects the command line to this process's arguments, environment and streams.

import { readFile } from "node:fs/promises";
import { run } from "./run.ts";
import type { Terminal } from "./terminal.ts";

// The reader of a pipe may close it early, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const toTerminal = (stream: NodeJS.WriteStream): Terminal | undefined =>
  stream.isTTY ? { columns: () => stream.columns } : undefined;

process.exitCode = await run(process.argv.slice(2), {
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
    // A second Ctrl-C ends the process at once.
    process.once("SIGINT", () => stop.abort());
    return stop.signal;
  },
});
