#!/usr/bin/env node
// `npx vonage-conversion`: arguments, environment and streams of this process, and nothing else.

import { run } from "./run.ts";

// The reader of a pipe may have seen enough, as `head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  fetch: globalThis.fetch,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  now: Date.now,
  timeout: 30_000,
});
