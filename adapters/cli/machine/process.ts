// Runs workerd as a child process. Node only.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { LocalFailure } from "./failure.ts";

export interface WorkerdOptions {
  /** The path of the binary. */
  readonly binary: string;
  /** The path of the configuration. */
  readonly configuration: string;
  /** The number of its sockets. */
  readonly sockets: number;
  /** The environment, which the configuration takes variables from. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Takes each line of output.
   *
   * @default workerd writes to this process's own stdout and stderr
   */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

export interface RunningWorkerd {
  /** Resolves when the process has ended, to how it ended: `exit code 1`, or a signal. */
  readonly ended: Promise<string>;
  /** Lets workerd finish the requests under way, then ends it. */
  stop(): Promise<void>;
}

/** Sockets are reported on this descriptor of the process, one JSON line each. */
const CONTROL_FD = 3;

/** Variables of this process that workerd itself reads. */
const SYSTEM_VARIABLES = ["LD_LIBRARY_PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "TZ"];

/** workerd has this long to finish requests; Docker kills after 10 seconds. */
const STOP_MS = 8_000;

/**
 * Starts workerd. Resolves when it listens on all its sockets.
 *
 * @throws {LocalFailure} if it ends before.
 */
export async function startWorkerd(options: WorkerdOptions): Promise<RunningWorkerd> {
  const { binary, configuration, sockets, env, onLine } = options;
  const output = onLine === undefined ? "inherit" : "pipe";
  const args = ["serve", "--import-path=/", `--control-fd=${CONTROL_FD}`, configuration];
  const child = spawn(binary, args, {
    env: { ...pick(process.env, SYSTEM_VARIABLES), ...env },
    stdio: ["ignore", output, output, "pipe"],
    // In a process group of its own: Ctrl-C reaches this process alone, which lets workerd finish.
    detached: true,
  });
  const lastErrors: string[] = [];
  if (onLine !== undefined) {
    forEachLine(child.stdout, (line) => onLine(line, "stdout"));
    forEachLine(child.stderr, (line) => {
      lastErrors.splice(0, lastErrors.length - 4);
      lastErrors.push(line);
      onLine(line, "stderr");
    });
  }
  const endWithUs = () => child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const ended = new Promise<string>((resolve) => {
    child.once("close", (code, signal) => {
      process.off("exit", endWithUs);
      resolve(signal ?? `exit code ${code}`);
    });
  });
  await untilListening(child, sockets, lastErrors);
  return {
    ended,
    stop: async () => {
      const timer = setTimeout(endWithUs, STOP_MS);
      child.kill("SIGTERM");
      await ended;
      clearTimeout(timer);
    },
  };
}

const pick = (env: NodeJS.ProcessEnv, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));

function untilListening(child: ChildProcess, sockets: number, lastErrors: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let listening = 0;
    forEachLine(child.stdio[CONTROL_FD] as Readable, (line) => {
      if (/"event":"listen"/.test(line) && ++listening === sockets) resolve();
    });
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new LocalFailure(
          `workerd cannot be started (${error.code}): ${child.spawnfile} needs Linux with glibc 2.35 or later, or macOS.`,
        ),
      ),
    );
    child.once("close", () =>
      reject(new LocalFailure(["workerd ended at its start.", ...lastErrors].join("\n"))),
    );
  });
}

function forEachLine(stream: Readable | null, take: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on("line", take);
}
