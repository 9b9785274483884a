import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { untilReachable, workerdBinary, writeConfig } from "../support/plain-workerd.ts";

export interface Workerd {
  /** The base URL of each Worker, by name. */
  readonly urls: Readonly<Record<string, string>>;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface BenchWorker {
  readonly script: string;
  readonly bindings: Readonly<Record<string, string>>;
  /** A folder for its ledger; without, it has none. */
  readonly storage?: string;
}

/** Those of ours that it exports. */
function classesOf(script: string): Record<string, string> {
  const all = { LEDGER: "Ledger", CHALLENGES: "Challenges", SEND_LIMITS: "SendLimits" };
  return Object.fromEntries(Object.entries(all).filter(([, name]) => script.includes(name)));
}

/** Runs some Workers, by name, in one workerd; their console goes nowhere. */
export async function startPlainWorkerd(
  workers: Readonly<Record<string, BenchWorker>>,
  firstPort: number,
): Promise<Workerd> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const placed = Object.fromEntries(
    Object.entries(workers).map(([name, { script, bindings, storage }], index) => {
      const durableObjects = storage && { storage, classes: classesOf(script) };
      return [name, { script, bindings, port: firstPort + index, ...(durableObjects && { durableObjects }) }];
    }),
  );
  const child = spawn(workerdBinary, ["serve", writeConfig(folder, placed)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const urls = Object.fromEntries(
    Object.entries(placed).map(([name, { port }]) => [name, `http://127.0.0.1:${port}`]),
  );
  for (const url of Object.values(urls)) await untilReachable(url);
  return {
    urls,
    pid: child.pid ?? Number.NaN,
    stop: async () => {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
