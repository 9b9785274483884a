#!/usr/bin/env node
// `npx vonage-conversion`: connects the command line to this process's arguments, environment and streams.

import { readFile } from "node:fs/promises";
import { run } from "./run.ts";

// The reader of a pipe may close it early, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  fetch: globalThis.fetch,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  readFile: (path) => readFile(path, "utf8"),
  now: Date.now,
  timeout: 30_000,
});
