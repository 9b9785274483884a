// Measures a report through every Worker: ours with and without a ledger, the least that could do the work, and what an
// engineer would write instead.

import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { canDivide, type Divided, printParts } from "./parts.ts";
import { rowsPerReport } from "./rows.ts";
import { sideBySide, type Variant } from "./side-by-side.ts";
import { measureWorker, TRAFFIC, type Traffic } from "./traffic.ts";
import { type RunningBenchWorker, startBenchWorker } from "./workerd.ts";

export interface ReportVariant {
  readonly entry: string;
  readonly traffic: Traffic;
  /** The number of shards of its Durable Objects. */
  readonly shards?: number;
  /** Added to the bindings of all. */
  readonly bindings?: Readonly<Record<string, string>>;
  readonly aim?: number;
}

const ours = "adapters/cloudflare/index.ts";
const workers = "test/bench/workers";

/** Variants by name. The others are compared with the first. */
export const REPORT_VARIANTS: Readonly<Record<string, ReportVariant>> = {
  "bare pass-through": { entry: `${workers}/pass-through.ts`, traffic: TRAFFIC.key },
  "body, fetch with a deadline, answer": { entry: `${workers}/deadline.ts`, traffic: TRAFFIC.key },
  "the same duties by hand, proxy key": { entry: `${workers}/by-hand-proxy.ts`, traffic: TRAFFIC.key },
  "ours, proxy key": { entry: ours, traffic: TRAFFIC.key, aim: 0.65 },
  "peer, proxy key": { entry: `${workers}/peer-proxy.ts`, traffic: TRAFFIC.key },
  "ours, report token": { entry: ours, traffic: TRAFFIC.token, aim: 0.55 },
  "peer, report token": { entry: `${workers}/peer-proxy.ts`, traffic: TRAFFIC.token },
  "ours, ledger of 1 shard": { entry: ours, traffic: TRAFFIC.new, shards: 1, aim: 0.45 },
  "ours, ledger of 4 shards": { entry: ours, traffic: TRAFFIC.new, shards: 4, aim: 0.4 },
  "an object that only answers": leastLedger("none"),
  "an object that writes a row for each report": leastLedger("each"),
  "an object that commits such rows together": leastLedger("together"),
  "our duties by hand, rows committed together": {
    entry: `${workers}/by-hand-ledger.ts`,
    traffic: TRAFFIC.new,
    shards: 1,
  },
  "peer with an outbox": { entry: `${workers}/peer-outbox.ts`, traffic: TRAFFIC.new, shards: 1 },
};

function leastLedger(rows: "none" | "each" | "together"): ReportVariant {
  const bindings = { ROWS: rows };
  return { entry: `${workers}/least-ledger.ts`, traffic: TRAFFIC.new, shards: 1, bindings };
}

/** Variants that `benchParts` divides, each beside the least that does its work. */
const DIVIDED = [
  "the same duties by hand, proxy key",
  "ours, proxy key",
  "ours, report token",
  "our duties by hand, rows committed together",
  "ours, ledger of 1 shard",
];

/** Divides the processor time of some variants into parts. */
export async function benchParts(given: Readonly<Record<string, string>>): Promise<void> {
  if (!canDivide()) {
    console.log("\nThe parts of the processor time are left out: they need Linux's perf.");
    return;
  }
  const running: Divided[] = [];
  try {
    for (const name of DIVIDED) {
      const variant = REPORT_VARIANTS[name];
      if (variant !== undefined)
        running.push({ name, traffic: variant.traffic, worker: await start(variant, given) });
    }
    await printParts(running);
  } finally {
    for (const { worker } of running) await worker.stop();
  }
}

function start({ entry, shards = 0, bindings }: ReportVariant, given: Readonly<Record<string, string>>) {
  return startBenchWorker({ script: bundleWorker(entry), bindings: { ...given, ...bindings }, shards });
}

export async function benchReports(given: Readonly<Record<string, string>>): Promise<void> {
  const running: RunningBenchWorker[] = [];
  try {
    const variants: Variant[] = [];
    for (const [name, variant] of Object.entries(REPORT_VARIANTS)) {
      const { entry, traffic, shards = 0, aim } = variant;
      const bindings = { ...given, ...variant.bindings };
      const worker = await start(variant, given);
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
