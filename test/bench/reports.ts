// Measures a report through every Worker: ours with and without a ledger, the least that could do the work, and what an
// engineer would write instead.

import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { rowsPerReport } from "./rows.ts";
import { sideBySide, type Variant } from "./side-by-side.ts";
import { measureWorker, TRAFFIC, type Traffic } from "./traffic.ts";
import { type RunningBenchWorker, startBenchWorker } from "./workerd.ts";

export interface ReportVariant {
  readonly entry: string;
  readonly traffic: Traffic;
  /** The number of shards of its Durable Objects. */
  readonly shards?: number;
  readonly aim?: number;
}

const ours = "adapters/cloudflare/index.ts";
const workers = "test/bench/workers";

/** Variants by name. The others are compared with the first. */
export const REPORT_VARIANTS: Readonly<Record<string, ReportVariant>> = {
  "bare pass-through": { entry: `${workers}/pass-through.ts`, traffic: TRAFFIC.key },
  "body, fetch with a deadline, answer": { entry: `${workers}/deadline.ts`, traffic: TRAFFIC.key },
  "the same duties by hand, proxy key": { entry: `${workers}/by-hand.ts`, traffic: TRAFFIC.key },
  "ours, proxy key": { entry: ours, traffic: TRAFFIC.key, aim: 0.65 },
  "peer, proxy key": { entry: `${workers}/peer-proxy.ts`, traffic: TRAFFIC.key },
  "ours, report token": { entry: ours, traffic: TRAFFIC.token, aim: 0.55 },
  "peer, report token": { entry: `${workers}/peer-proxy.ts`, traffic: TRAFFIC.token },
  "ours, ledger of 1 shard": { entry: ours, traffic: TRAFFIC.new, shards: 1, aim: 0.45 },
  "ours, ledger of 4 shards": { entry: ours, traffic: TRAFFIC.new, shards: 4, aim: 0.4 },
  "least ledger, 1 shard": { entry: `${workers}/least-ledger.js`, traffic: TRAFFIC.new, shards: 1 },
  "peer with an outbox": { entry: `${workers}/peer-outbox.ts`, traffic: TRAFFIC.new, shards: 1 },
};

export async function benchReports(bindings: Readonly<Record<string, string>>): Promise<void> {
  const running: RunningBenchWorker[] = [];
  try {
    const variants: Variant[] = [];
    for (const [name, { entry, traffic, shards = 0, aim }] of Object.entries(REPORT_VARIANTS)) {
      const worker = await startBenchWorker({ script: bundleWorker(entry), bindings, shards });
      running.push(worker);
      variants.push({
        name,
        measure: () => measureWorker(worker, traffic),
        rows: shards === 0 ? 0 : await rowsPerReport(entry, { bindings, shards }, traffic),
        ...(aim !== undefined && { aim }),
      });
    }
    await sideBySide("A report through each Worker, against the bare pass-through", variants);
  } finally {
    for (const worker of running) await worker.stop();
  }
}
