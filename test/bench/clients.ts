// Compares clients without a Worker: ours, bare fetch with and without a deadline, and the official SDK.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { installPinned } from "../e2e/runtimes/install.ts";
import { processorTime } from "./processor-time.ts";
import { type Sample, sideBySide, type Variant } from "./side-by-side.ts";
import { type RunningBenchWorker, startBenchWorker } from "./workerd.ts";

const CALLS = 600;
const SDK = { name: "@vonage/server-sdk", version: "2.11.3" };

/** The ways to call. The others are compared with the first. */
const WAYS = {
  "fetch-deadline": "bare fetch with the same deadline",
  fetch: "bare fetch",
  client: "our client",
} as const;

export async function benchClients(
  upstreamUrl: string,
  bindings: Readonly<Record<string, string>>,
): Promise<void> {
  await benchInNode(upstreamUrl);
  await benchInWorkerd(bindings);
}

async function benchInNode(upstreamUrl: string): Promise<void> {
  const sdkFolder = installPinned(SDK.name, SDK.version);
  const children: ChildProcess[] = [];
  const variants = Object.entries({ ...WAYS, sdk: `${SDK.name} ${SDK.version}` }).map(
    ([by, name]): Variant => {
      const child = fork(new URL("client-in-node.ts", import.meta.url).pathname, [
        by,
        upstreamUrl,
        sdkFolder,
      ]);
      children.push(child);
      const measure = async () => {
        child.send(CALLS);
        const [sample] = await once(child, "message");
        return sample as Sample;
      };
      return { name, measure, ...aimOf(by) };
    },
  );
  try {
    await sideBySide(`In Node, ${CALLS} calls a round, 16 at a time`, variants);
  } finally {
    for (const child of children) child.kill();
  }
}

async function benchInWorkerd(bindings: Readonly<Record<string, string>>): Promise<void> {
  const script = bundleWorker("test/bench/workers/client.ts");
  const running: RunningBenchWorker[] = [];
  try {
    const variants: Variant[] = [];
    for (const [by, name] of Object.entries(WAYS)) {
      const worker = await startBenchWorker({ script, bindings });
      running.push(worker);
      const measure = async () => {
        const before = processorTime(worker.pid);
        const response = await fetch(`${worker.url}/?by=${by}&calls=${CALLS}`);
        const result = (await response.json()) as Omit<Sample, "microseconds">;
        return { ...result, microseconds: (processorTime(worker.pid) - before) / CALLS };
      };
      variants.push({ name, measure, ...aimOf(by) });
    }
    await sideBySide(`In workerd, ${CALLS} calls a round, 16 at a time`, variants);
  } finally {
    for (const worker of running) await worker.stop();
  }
}

const aimOf = (by: string) => (by === "client" ? { aim: 0.8 } : {});
