import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../support/free-port.ts";
import { startWorkerd, writeConfig } from "../support/plain-workerd.ts";

export interface BenchWorker {
  readonly script: string;
  readonly bindings: Readonly<Record<string, string>>;
  /**
   * The number of shards of its Durable Objects, 0 for none. They are stored in a new folder, or in `storage`.
   *
   * @default 0
   */
  readonly shards?: number;
  readonly storage?: string;
  /**
   * Bindings of Durable Objects that it does not get.
   *
   * @default none
   */
  readonly without?: readonly string[];
}

export interface RunningBenchWorker {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The classes that a Worker may export. */
const CLASSES = { LEDGER: "Ledger", CHALLENGES: "Challenges", SEND_LIMITS: "SendLimits", INSIGHT: "Insight" };

/**
 * Runs a Worker on its own workerd process, so that the process's time is the Worker's. Console output is dropped.
 *
 * @param inspector A port on 127.0.0.1 for the Chrome DevTools Protocol.
 */
export async function startBenchWorker(
  { script, bindings, shards = 0, storage, without = [] }: BenchWorker,
  inspector?: number,
): Promise<RunningBenchWorker> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const port = await findFreePort();
  const classes = Object.fromEntries(
    Object.entries(CLASSES).filter(([binding, name]) => script.includes(name) && !without.includes(binding)),
  );
  const config = writeConfig(folder, {
    worker: {
      script,
      port,
      bindings: shards > 0 ? { ...bindings, LEDGER_SHARDS: String(shards) } : bindings,
      ...(shards > 0 && {
        durableObjects: { storage: storage ?? mkdtempSync(join(folder, "storage-")), classes },
      }),
    },
  });
  const inspected = inspector === undefined ? [] : [`--inspector-addr=127.0.0.1:${inspector}`];
  const child = await startWorkerd(config, {
    flags: inspected,
    ...(inspector === undefined && { onError: (line) => process.stderr.write(`${line}\n`) }),
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    pid: child.pid ?? Number.NaN,
    stop: async () => {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
