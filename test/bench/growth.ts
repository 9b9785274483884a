// The cost of a report must not depend on the number of stored rows.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { makeFilledShard } from "./filled-shard.ts";
import { publish } from "./publish.ts";
import { sideBySide } from "./side-by-side.ts";
import { measureWorker, TRAFFIC } from "./traffic.ts";
import { startBenchWorker } from "./workerd.ts";

const FEW_ROWS = 10_000;
const MANY_ROWS = 1_000_000;

/** Measures a shard with many rows beside one with few. */
export async function benchGrowth(bindings: Readonly<Record<string, string>>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-growth-"));
  const script = bundleWorker("adapters/cloudflare/index.ts");
  const prepare = async (rows: number) => {
    const filling = { rows, state: "recorded", dueFrom: 60_000, dueTo: 172_800_000 } as const;
    const { storage, bytes } = await makeFilledShard(folder, { script, bindings }, filling);
    return { bytes, worker: await startBenchWorker({ script, bindings, shards: 1, storage }) };
  };
  const few = await prepare(FEW_ROWS);
  const many = await prepare(MANY_ROWS);
  try {
    await sideBySide("One shard with many rows, against one with few", [
      { name: `${FEW_ROWS} rows`, measure: () => measureWorker(few.worker, TRAFFIC.new) },
      { name: `${MANY_ROWS} rows`, measure: () => measureWorker(many.worker, TRAFFIC.new), aim: 0.8 },
    ]);
    publish("Storage of a recorded report", [`${(many.bytes / MANY_ROWS).toFixed(0)} bytes a row on disk.`]);
  } finally {
    await few.worker.stop();
    await many.worker.stop();
    rmSync(folder, { recursive: true });
  }
}
