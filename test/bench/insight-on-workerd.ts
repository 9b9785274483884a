// The Insight object's time for a question, on workerd.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bundleWorker } from "../../adapters/playground/workerd.ts";
import type { InsightQuery } from "../../src/insight/query.ts";
import { processorTime } from "./processor-time.ts";
import { startBenchWorker } from "./workerd.ts";

const ROUNDS = 15;
const TIMES = 4;
const QUERY: InsightQuery = {
  from: 0,
  to: 1,
  by: ["country", "network", "channel"],
  filter: {},
  series: false,
};

/** Makes the object's file in an empty folder, to be filled while no Worker runs. */
export async function makeInsightFile(storage: string): Promise<string> {
  const worker = await start(storage);
  await ask(worker.url, QUERY, 1);
  await worker.stop();
  const folder = join(storage, "Insight");
  const [file = ""] = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  return join(folder, file);
}

/**
 * Measures the processor time of the object for one question.
 *
 * @returns Milliseconds for each round, sorted.
 */
export async function measureOnWorkerd(
  storage: string,
  period: Pick<InsightQuery, "from" | "to">,
  groups: number,
): Promise<number[]> {
  const worker = await start(storage);
  try {
    const query = { ...QUERY, ...period };
    const answered = await ask(worker.url, query, 2 * TIMES);
    if (answered !== groups) throw new Error(`The answer has ${answered} groups, not ${groups}`);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = processorTime(worker.pid);
      await ask(worker.url, query, TIMES);
      times.push((processorTime(worker.pid) - before) / 1000 / TIMES);
    }
    return times.sort((a, b) => a - b);
  } finally {
    await worker.stop();
  }
}

const start = (storage: string) =>
  startBenchWorker({
    script: bundleWorker("test/bench/workers/repeated-query.ts"),
    bindings: {},
    shards: 1,
    storage,
    without: ["LEDGER", "CHALLENGES", "SEND_LIMITS"],
  });

async function ask(url: string, query: InsightQuery, times: number): Promise<number> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify({ query, times }) });
  return ((await response.json()) as { groups: number }).groups;
}
