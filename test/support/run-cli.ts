// Runs the command line: as a function against a real HTTP server, or as a process.

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { afterEach, expect } from "vitest";
import { type CliContext, run } from "../../adapters/cli/run.ts";
import { ADMIN_KEY, NOW, type Route, startOperatorServer } from "./operator-server.ts";

const servers: Awaited<ReturnType<typeof startOperatorServer>>[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Starts a Worker's operator routes; the test's end closes it. */
export async function serve(routes: Readonly<Record<string, Route>> = {}) {
  const server = await startOperatorServer(routes);
  servers.push(server);
  return server;
}

export interface Options {
  readonly endpoint?: string;
  readonly key?: string | undefined;
  readonly env?: Record<string, string>;
  readonly timeout?: number;
  /** The columns of a terminal; without them, the streams are pipes. */
  readonly columns?: number;
  readonly signal?: AbortSignal;
  /** Takes the place of the time between two repetitions; `false` ends the command. */
  readonly pause?: (milliseconds: number) => Promise<boolean>;
  /** Sees everything that is written, as it is written. */
  readonly watch?: (text: string) => void;
}

/** Runs a command as a function. Its output must never contain the key. */
export async function cli(argv: readonly string[], options: Options = {}) {
  const { endpoint, env, timeout = 5000, columns, signal, pause, watch, ...rest } = options;
  const key = "key" in rest ? rest.key : ADMIN_KEY;
  let out = "";
  let err = "";
  const terminal = columns === undefined ? undefined : { columns: () => columns };
  const context: CliContext = {
    env: {
      ...(endpoint !== undefined && { VONAGE_CONVERSION_ENDPOINT: endpoint }),
      ...(key !== undefined && { VONAGE_CONVERSION_ADMIN_KEY: key }),
      ...env,
    },
    fetch: globalThis.fetch,
    stdout: (text) => {
      out += text;
      watch?.(text);
    },
    stderr: (text) => {
      err += text;
      watch?.(text);
    },
    terminals: { stdout: terminal, stderr: terminal },
    readFile: (path) => readFile(path, "utf8"),
    now: () => NOW,
    timeout,
    ...(signal && { interruption: () => signal }),
    ...(pause && { pause }),
    machine: {
      cwd: process.cwd(),
      built: "dist",
      program: "vonage-conversion",
      nodeVersion: process.versions.node,
      ask: undefined,
    },
  };
  const code = await run(argv, context);
  expect(out + err).not.toContain(ADMIN_KEY);
  return { code, out, err, lines: out.split("\n").slice(0, -1) };
}

/** Runs the entry point in a child process. */
export async function spawnCli(argv: readonly string[], env: Record<string, string | undefined> = {}) {
  const child = spawn(process.execPath, ["adapters/cli/index.ts", ...argv], {
    env: { ...process.env, VONAGE_CONVERSION_ADMIN_KEY: ADMIN_KEY, ...env },
    timeout: 15_000,
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(out + err).not.toContain(ADMIN_KEY);
  return { code, out, err };
}
