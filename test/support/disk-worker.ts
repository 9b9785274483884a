// The Worker in its own workerd process, with its Durable Objects on disk, so that tests can kill and restart it.

import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { findFreePort } from "./free-port.ts";
import { startWorkerd, writeConfig } from "./plain-workerd.ts";

export interface DiskWorkerOptions {
  /** Variables and secrets. */
  readonly bindings: Readonly<Record<string, string>>;
  /** Folder of the Durable Objects. It is created if it is missing, and never deleted. */
  readonly storage: string;
  /**
   * Port on 127.0.0.1, kept through restarts.
   *
   * @default a free one
   */
  readonly port?: number;
  /**
   * The Worker's module; it exports the classes.
   *
   * @default adapters/cloudflare/index.ts
   */
  readonly entry?: string;
  /**
   * Its Durable Object classes, by their names in the environment.
   *
   * @default all of ours
   */
  readonly classes?: Readonly<Record<string, string>>;
  /** The largest size of a file, in blocks of 512 bytes. Writes beyond it fail, as on a full disk. */
  readonly fileSizeLimit?: number;
}

export interface DiskWorker {
  /** Without a trailing slash. */
  readonly url: string;
  /** The process's id. Each restart changes it. */
  readonly pid: number;
  /** The lines that the Worker wrote by `console.log`, in all its processes. */
  readonly logs: readonly string[];
  /** The lines that it wrote by `console.warn` and `console.error`, and workerd's own messages. */
  readonly errors: readonly string[];
  /** Kills the process with SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Kills it if it runs, and starts it again with the same port and storage. Resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it for good, by SIGTERM first. */
  stop(): Promise<void>;
  /** The peak memory of its processes in bytes, without those that ended by themselves. */
  peakMemory(): number;
}

const ALL_CLASSES = {
  LEDGER: "Ledger",
  CHALLENGES: "Challenges",
  SEND_LIMITS: "SendLimits",
  INSIGHT: "Insight",
};

/** workerd has this long to finish its work. */
const STOP_MS = 3000;

/** Starts the Worker; resolves when it listens. */
export async function startDiskWorker(options: DiskWorkerOptions): Promise<DiskWorker> {
  const { bindings, entry = "adapters/cloudflare/index.ts", classes = ALL_CLASSES, fileSizeLimit } = options;
  const storage = resolve(options.storage);
  mkdirSync(storage, { recursive: true });
  const port = options.port ?? (await findFreePort());
  const folder = mkdtempSync(join(tmpdir(), "disk-worker-"));
  const durableObjects = { storage, classes };
  const config = writeConfig(folder, {
    worker: { script: bundleWorker(entry), port, bindings, durableObjects },
  });
  const url = `http://127.0.0.1:${port}`;
  const logs: string[] = [];
  const errors: string[] = [];
  let peak = 0;
  let child = await launch();
  const endWithUs = () => child.kill("SIGKILL");
  process.once("exit", endWithUs);

  return {
    url,
    get pid() {
      return child.pid ?? Number.NaN;
    },
    logs,
    errors,
    kill: () => end("SIGKILL"),
    restart: async () => {
      await end("SIGKILL");
      child = await launch();
    },
    stop: async () => {
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await end("SIGTERM");
      clearTimeout(timer);
      process.off("exit", endWithUs);
      rmSync(folder, { recursive: true, force: true });
    },
    peakMemory,
  };

  function launch(): Promise<ChildProcess> {
    return startWorkerd(config, {
      onLog: (line) => logs.push(line),
      onError: (line) => errors.push(line),
      ...(fileSizeLimit !== undefined && {
        wrap: (command) => [
          "sh",
          "-c",
          `ulimit -f ${fileSizeLimit}; trap "" XFSZ; exec "$@"`,
          "sh",
          ...command,
        ],
      }),
    });
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (hasEnded(child)) return;
    peakMemory();
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    await ended;
  }

  function peakMemory(): number {
    if (!hasEnded(child)) {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024);
    }
    return peak;
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;
