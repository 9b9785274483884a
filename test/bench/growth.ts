// What a report costs does not depend on how many there are.

import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { sideBySide } from "./side-by-side.ts";
import { measureWorker, TRAFFIC } from "./traffic.ts";
import { startBenchWorker } from "./workerd.ts";

const FEW_ROWS = 10_000;
const MANY_ROWS = 1_000_000;

/** Measures a shard with many rows beside one with few. */
export async function benchGrowth(bindings: Readonly<Record<string, string>>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-growth-"));
  const script = bundleWorker("adapters/cloudflare/index.ts");
  const start = (storage: string) => startBenchWorker({ script, bindings, shards: 1, storage });
  const prepare = async (rows: number) => {
    const storage = mkdtempSync(join(folder, "shard-"));
    // One report makes the tables; then they are filled from outside, since a million reports would take long.
    const first = await start(storage);
    await measureWorker(first, TRAFFIC.new, 0.1);
    await first.stop();
    return { bytes: fill(storage, rows), worker: await start(storage) };
  };
  const few = await prepare(FEW_ROWS);
  const many = await prepare(MANY_ROWS);
  try {
    await sideBySide("One shard with many rows, against one with few", [
      { name: `${FEW_ROWS} rows`, measure: () => measureWorker(few.worker, TRAFFIC.new) },
      { name: `${MANY_ROWS} rows`, measure: () => measureWorker(many.worker, TRAFFIC.new), aim: 0.8 },
    ]);
    console.log(`\n${(many.bytes / MANY_ROWS).toFixed(0)} bytes a row on disk.`);
  } finally {
    await few.worker.stop();
    await many.worker.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Puts recorded reports of the last two days into a stopped shard; gives the bytes that it then has on disk. */
function fill(storage: string, rows: number): number {
  const folder = join(storage, "Ledger");
  const [file = ""] = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  const database = new DatabaseSync(join(folder, file));
  const insert = database.prepare(
    "INSERT INTO reports VALUES ('sms', ?, '2fa', 'recorded', 1, ?, ?, ?, 1, NULL, NULL)",
  );
  const now = Date.now();
  database.exec("BEGIN");
  for (let row = 0; row < rows; row++) {
    const since = now - Math.floor((row / rows) * 172_000_000);
    const id = `${Math.imul(row, 0x9e3779b1) >>> 0}`.padStart(10, "0");
    insert.run(`0C${id}00${(row % 256).toString(16)}`, since, since + 172_800_000, since);
  }
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return statSync(join(folder, file)).size;
}
