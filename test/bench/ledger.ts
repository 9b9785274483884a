// The Worker with its ledger: against a Worker that only passes on, and against itself with a hundred times the rows.

import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { PROXY_KEY } from "../support/local-stack.ts";
import { alternate, median, printRatios } from "./figures.ts";
import { type LoadResult, load } from "./load.ts";
import { type BenchWorker, startPlainWorkerd } from "./workerd.ts";

const SECONDS = 2;
const CONNECTIONS = 32;
const SHARDS = [1, 4, 16];
const FEW_ROWS = 10_000;
const MANY_ROWS = 1_000_000;

const headers = {
  "content-type": "application/x-www-form-urlencoded",
  authorization: `Basic ${btoa(`${PROXY_KEY.name}:${PROXY_KEY.key}`)}`,
};
/** Ids of this run are new to every ledger: a known one would be a duplicate, and cost nothing. */
const run = Date.now().toString(16).toUpperCase();
let made = 0;
const nextReport = () => `message-id=${run}${(made++).toString(16).padStart(9, "0")}&delivered=true`;

/** Measures both, and prints ratios. */
export async function benchLedger(bindings: Readonly<Record<string, string>>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-ledger-"));
  const script = bundleWorker("adapters/cloudflare/index.ts");
  const withShards = (count: number, storage: string): BenchWorker => ({
    script,
    bindings: { ...bindings, LEDGER_SHARDS: String(count) },
    storage: mkdtempSync(join(folder, storage)),
  });
  try {
    const least = bundleWorker("test/bench/least-ledger.js");
    const workers = SHARDS.flatMap((count) => [
      [`ours${count}`, withShards(count, "ours")] as const,
      [`least${count}`, { ...withShards(count, "least"), script: least }] as const,
    ]);
    const passThrough = { script: bundleWorker("test/bench/pass-through.ts"), bindings };
    await benchAgainstPassThrough({ passThrough, ...Object.fromEntries(workers) });
    await benchGrowth({ few: withShards(1, "few"), many: withShards(1, "many") });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchAgainstPassThrough(workers: Record<string, BenchWorker>): Promise<void> {
  const workerd = await startPlainWorkerd(workers, 19_120);
  try {
    const { passThrough } = workerd.urls;
    for (const count of SHARDS) {
      const { [`ours${count}`]: ours, [`least${count}`]: least } = workerd.urls;
      const what = `${count} ${count === 1 ? "shard" : "shards"}`;
      console.log(`\nWorker with a ledger of ${what} against a bare pass-through Worker: reports/s`);
      await compare(ours, passThrough, 0.5);
      console.log(`\nThe least that a ledger of ${what} can do against the same: reports/s`);
      await compare(least, passThrough);
    }
  } finally {
    await workerd.stop();
  }
}

async function compare(ours = "", theirs = "", wanted?: number): Promise<void> {
  const results: Record<"ours" | "theirs", LoadResult[]> = { ours: [], theirs: [] };
  for (const url of [ours, theirs]) await measure(url, []);
  const rounds = await alternate(
    () => measure(ours, results.ours),
    () => measure(theirs, results.theirs),
  );
  printRatios(rounds, wanted);
  const ms = (who: "ours" | "theirs", key: "p50" | "p99") =>
    `${median(results[who].map((one) => one[key])).toFixed(1)} ms`;
  console.log(
    `  latency     p50 ${ms("ours", "p50")} : ${ms("theirs", "p50")}, p99 ${ms("ours", "p99")} : ${ms("theirs", "p99")}`,
  );
}

/** What a report costs does not depend on how many there are. */
async function benchGrowth(workers: { few: BenchWorker; many: BenchWorker }): Promise<void> {
  // One report makes the tables; then they are filled from outside, since a million reports would take long.
  const first = await startPlainWorkerd(workers, 19_130);
  for (const url of Object.values(first.urls)) await measure(url, [], 0.1);
  await first.stop();
  fill(workers.few.storage ?? "", FEW_ROWS);
  const bytes = fill(workers.many.storage ?? "", MANY_ROWS);

  const workerd = await startPlainWorkerd(workers, 19_130);
  try {
    for (const url of Object.values(workerd.urls)) await measure(url, []);
    const rounds = await alternate(
      () => measure(workerd.urls.many, []),
      () => measure(workerd.urls.few, []),
    );
    console.log(`\nOne shard with ${MANY_ROWS} rows against one with ${FEW_ROWS}: reports/s`);
    printRatios(rounds, 0.8);
    console.log(`  on disk     ${(bytes / MANY_ROWS).toFixed(0)} bytes a row`);
  } finally {
    await workerd.stop();
  }
}

async function measure(url = "", results: LoadResult[], seconds = SECONDS): Promise<number> {
  const result = await load(url, "/conversions/sms", headers, nextReport, seconds, {
    connections: CONNECTIONS,
  });
  results.push(result);
  return result.perSecond;
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
