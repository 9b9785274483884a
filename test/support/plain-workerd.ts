// Plain workerd without Miniflare, so that tests measure and kill the Workers alone.

import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Path of the workerd binary. Its package has no types, and Vitest's import would unwrap its default export. */
export const workerdBinary: string = createRequire(import.meta.url)("workerd").default;

export interface PlainWorker {
  /** One ES module. */
  readonly script: string;
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Variables and secrets. */
  readonly bindings: Readonly<Record<string, string>>;
  readonly durableObjects?: {
    /** Absolute path of a folder that exists. */
    readonly storage: string;
    /** The exported classes by their binding. Each class has its folder in `storage`. */
    readonly classes: Readonly<Record<string, string>>;
  };
}

/** Writes the configuration and the scripts of some Workers, by name. Returns the path of the configuration. */
export function writeConfig(folder: string, workers: Readonly<Record<string, PlainWorker>>): string {
  const entries = Object.entries(workers);
  for (const [name, { script }] of entries) writeFileSync(join(folder, `${name}.js`), script);
  const services = entries.flatMap(([name, worker]) => toServices(name, worker));
  const sockets = entries.map(
    ([name, { port }]) => `(name = "${name}", address = "127.0.0.1:${port}", http = (), service = "${name}")`,
  );
  const path = join(folder, "config.capnp");
  writeFileSync(
    path,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(", ")}, (name = "internet", network = (allow = ["private", "local"]))],
  sockets = [${sockets.join(", ")}]);
`,
  );
  return path;
}

/** Sockets are reported on this descriptor of the process, one JSON line each. */
const CONTROL_FD = 3;

/**
 * Starts workerd and waits until it listens on each of its sockets, by its own word: an answer from the port could be
 * another server's.
 *
 * @param sockets The number of Workers in the configuration.
 * @param onError Takes each line of its error output.
 * @throws If it ends before, with its last lines.
 */
export async function startWorkerd(
  config: string,
  {
    sockets = 1,
    flags = [],
    wrap = (command) => command,
    onLog = () => {},
    onError = () => {},
  }: {
    readonly sockets?: number;
    readonly flags?: readonly string[];
    /** Changes the command line, for example to run it under a limit. */
    readonly wrap?: (command: readonly string[]) => readonly string[];
    readonly onLog?: (line: string) => void;
    readonly onError?: (line: string) => void;
  } = {},
): Promise<ChildProcess> {
  const [program = "", ...rest] = wrap([
    workerdBinary,
    "serve",
    `--control-fd=${CONTROL_FD}`,
    ...flags,
    config,
  ]);
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const lastErrors: string[] = [];
  createInterface({ input: child.stdout as Readable }).on("line", onLog);
  createInterface({ input: child.stderr as Readable }).on("line", (line) => {
    lastErrors.splice(0, lastErrors.length - 20);
    lastErrors.push(line);
    onError(line);
  });
  await new Promise<void>((resolve, reject) => {
    let listening = 0;
    createInterface({ input: child.stdio[CONTROL_FD] as Readable }).on("line", (line) => {
      if (JSON.parse(line).event === "listen" && ++listening === sockets) resolve();
    });
    child.once("close", () => reject(new Error(`workerd ended at its start:\n${lastErrors.join("\n")}`)));
  });
  return child;
}

/**
 * Waits until a URL answers, whatever the status.
 *
 * @param signal Aborts the wait, with its reason.
 */
export async function untilReachable(url: string, signal?: AbortSignal): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    signal?.throwIfAborted();
    try {
      await (await fetch(url, { signal: AbortSignal.timeout(end - Date.now()) })).arrayBuffer();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error(`${url} was not reachable within 10 s`);
}

function toServices(name: string, { bindings, durableObjects }: PlainWorker): string[] {
  // Cap'n Proto writes texts like JSON strings.
  const all = Object.entries(bindings).map(
    ([key, value]) => `(name = "${key}", text = ${JSON.stringify(value)})`,
  );
  const storage: string[] = [];
  const services: string[] = [];
  if (durableObjects !== undefined) {
    const { classes, storage: path } = durableObjects;
    for (const [binding, className] of Object.entries(classes)) {
      all.push(`(name = "${binding}", durableObjectNamespace = "${className}")`);
    }
    const namespaces = Object.values(classes).map(
      (className) => `(className = "${className}", uniqueKey = "${className}", enableSql = true)`,
    );
    storage.push(
      `durableObjectNamespaces = [${namespaces.join(", ")}]`,
      `durableObjectStorage = (localDisk = "${name}-disk")`,
    );
    services.push(`(name = "${name}-disk", disk = (path = ${JSON.stringify(path)}, writable = true))`);
  }
  const settings = [
    `modules = [(name = "index.js", esModule = embed "${name}.js")]`,
    `compatibilityDate = "2026-11-01"`,
    `compatibilityFlags = ["no_nodejs_compat", "no_nodejs_compat_v2"]`,
    `bindings = [${all.join(", ")}]`,
    ...storage,
  ];
  return [`(name = "${name}", worker = (${settings.join(",\n    ")}))`, ...services];
}
