import { mkdtempSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { load } from "./load.ts";
import { TRAFFIC } from "./traffic.ts";
import { type BenchWorker, startBenchWorker } from "./workerd.ts";

export interface Filling {
  readonly rows: number;
  readonly state: "recorded" | "queued";
  /** The first and last rows are due so many milliseconds from now. */
  readonly dueFrom: number;
  readonly dueTo: number;
}

/** Creates a shard of a ledger in a new folder, and fills it while no Worker runs. */
export async function makeFilledShard(
  folder: string,
  worker: Omit<BenchWorker, "shards" | "storage">,
  filling: Filling,
): Promise<{ readonly storage: string; readonly bytes: number }> {
  const storage = mkdtempSync(join(folder, "shard-"));
  // One report creates the tables. They are then filled from outside, because a million reports would take too long.
  const first = await startBenchWorker({ ...worker, shards: 1, storage });
  const { path, headers, body } = TRAFFIC.new;
  await load(first.url, path, headers, body, 0.1);
  await first.stop();
  return { storage, bytes: fill(storage, filling) };
}

/** Returns the bytes that the shard then has on disk. */
function fill(storage: string, { rows, state, dueFrom, dueTo }: Filling): number {
  const folder = join(storage, "Ledger");
  const [file = ""] = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  const database = new DatabaseSync(join(folder, file));
  const insert = database.prepare(
    "INSERT INTO reports VALUES ('sms', ?, '2fa', ?, 1, ?, ?, ?, 1, NULL, NULL, NULL)",
  );
  const now = Date.now();
  database.exec("BEGIN");
  for (let row = 0; row < rows; row++) {
    const due = Math.floor(now + dueFrom + (row / rows) * (dueTo - dueFrom));
    const since = Math.min(now, due) - 172_800_000;
    const id = `${Math.imul(row, 0x9e3779b1) >>> 0}`.padStart(10, "0");
    insert.run(`0C${id}00${(row % 256).toString(16)}`, state, since, due, since);
  }
  database.prepare("UPDATE forgetting SET at = ?").run(Math.min(now + dueFrom, now + 172_800_000));
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return statSync(join(folder, file)).size;
}
