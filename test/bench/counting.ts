// Measures what counting costs a report and a tracked message: the same Worker with and without Insight, side by side.

import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { rowsPerReport } from "./rows.ts";
import { sideBySide, type Variant } from "./side-by-side.ts";
import { measureWorker, TRAFFIC } from "./traffic.ts";
import { type RunningBenchWorker, startBenchWorker } from "./workerd.ts";

const entry = "adapters/cloudflare/index.ts";
/** At most 10 % more. */
const AIM = 0.91;

const PAIRS = {
  "A report, 1 shard": { traffic: TRAFFIC.new, shards: 1 },
  "A report, 4 shards": { traffic: TRAFFIC.new, shards: 4 },
  "A message is tracked, to one of 60 segments; 4 shards": { traffic: TRAFFIC.tracked, shards: 4 },
};

export async function benchCounting(bindings: Readonly<Record<string, string>>): Promise<void> {
  const script = bundleWorker(entry);
  for (const [title, { traffic, shards }] of Object.entries(PAIRS)) {
    const running: RunningBenchWorker[] = [];
    try {
      const variants: Variant[] = [];
      for (const counts of [false, true]) {
        const settings = { bindings, shards, ...(!counts && { without: ["INSIGHT"] }) };
        const worker = await startBenchWorker({ script, ...settings });
        running.push(worker);
        variants.push({
          name: counts ? "counted" : "without Insight",
          measure: () => measureWorker(worker, traffic),
          rows: await rowsPerReport(entry, settings, traffic),
          ...(counts && { aim: AIM }),
        });
      }
      await sideBySide(`${title}, with and without Insight`, variants);
    } finally {
      for (const worker of running) await worker.stop();
    }
  }
}
