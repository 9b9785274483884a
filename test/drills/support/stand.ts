// The setup of every drill: callers, the Worker with its ledger on disk, and the sandbox behind it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DiskWorker, startDiskWorker } from "../../support/disk-worker.ts";
import { bindingsFor } from "../../support/local-stack.ts";
import { type SandboxServer, startSandboxServer } from "../../support/sandbox-server.ts";
import { type Caller, createCaller } from "./caller.ts";
import { createOperator, type Operator } from "./operator.ts";

export interface Stand {
  readonly upstream: SandboxServer;
  readonly worker: DiskWorker;
  readonly caller: Caller;
  readonly operator: Operator;
  /** The folder of the Durable Objects' files. */
  readonly storage: string;
}

export interface StandOptions {
  /** Settings of the Worker, added to a complete configuration. */
  readonly bindings?: Readonly<Record<string, string>>;
  /** Settings that depend on the sandbox's URL. */
  readonly bindingsOf?: (url: string) => Readonly<Record<string, string>>;
  /**
   * Connections of the callers.
   *
   * @default 32
   */
  readonly sockets?: number;
}

/** Sets everything up, runs the drill, and cleans up. */
export async function withStand<T>(options: StandOptions, drill: (stand: Stand) => Promise<T>): Promise<T> {
  const storage = mkdtempSync(join(tmpdir(), "drill-"));
  const upstream = await startSandboxServer();
  try {
    const { url } = upstream;
    const bindings = { ...bindingsFor(url), ...options.bindings, ...options.bindingsOf?.(url) };
    const worker = await startDiskWorker({ bindings, storage });
    const caller = createCaller(worker.url, options.sockets ?? 32);
    try {
      return await drill({ upstream, worker, caller, operator: createOperator(worker.url), storage });
    } finally {
      caller.close();
      await worker.stop();
    }
  } finally {
    await upstream.close();
    rmSync(storage, { recursive: true, force: true });
  }
}
