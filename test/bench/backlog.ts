// Measures a shard's other work: deleting a million old reports, and waking up with many waiting ones.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { ADMIN_KEY } from "../support/local-stack.ts";
import { makeFilledShard } from "./filled-shard.ts";
import { load } from "./load.ts";
import { publish } from "./publish.ts";
import { TRAFFIC } from "./traffic.ts";
import { startBenchWorker } from "./workerd.ts";

const HOUR_MS = 3_600_000;
const OLD_ROWS = 1_000_000;
const FEW_WAITING = 100;
const MANY_WAITING = 100_000;
const WAKES = 7;
const BUDGET_MS = 2000;

export async function benchBacklog(given: Readonly<Record<string, string>>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-backlog-"));
  const script = bundleWorker("adapters/cloudflare/index.ts");
  const bindings = { ...given, ADMIN_KEYS: `${ADMIN_KEY.name}:${ADMIN_KEY.key}` };
  const shardOf = (rows: number, state: "recorded" | "queued", dueFrom: number) =>
    makeFilledShard(folder, { script, bindings }, { rows, state, dueFrom, dueTo: dueFrom + HOUR_MS });
  try {
    await benchDeleting((await shardOf(OLD_ROWS, "recorded", -2 * HOUR_MS)).storage);
    const [few, many] = [
      await shardOf(FEW_WAITING, "queued", HOUR_MS),
      await shardOf(MANY_WAITING, "queued", HOUR_MS),
    ];
    await benchWaking(few.storage, many.storage);
  } finally {
    rmSync(folder, { recursive: true });
  }

  /** Reports arrive while old ones are deleted. None may wait for longer than its budget. */
  async function benchDeleting(storage: string): Promise<void> {
    const worker = await startBenchWorker({ script, bindings, shards: 1, storage });
    const old = async () => {
      const headers = { authorization: `Bearer ${ADMIN_KEY.key}` };
      const stats = await (await fetch(`${worker.url}/stats`, { headers })).json();
      return (stats as { reports: { recorded: number } }).reports.recorded;
    };
    try {
      const { path, headers, body } = TRAFFIC.new;
      const send = () => load(worker.url, path, headers, body, 1, { connections: 8 });
      const started = performance.now();
      const rounds = [];
      let taken = 0;
      do {
        const round = await send();
        taken += round.requests;
        rounds.push(round);
      } while ((await old()) > taken + OLD_ROWS / 1000);
      const seconds = (performance.now() - started) / 1000;
      const after = await send();
      const longest = Math.max(...rounds.map((round) => round.longest));
      publish(`Deleting ${OLD_ROWS} recorded reports while others come in`, [
        `It took ${seconds.toFixed(0)} s. The longest wait of a report was ${longest.toFixed(0)} ms, of a budget of ${BUDGET_MS} ms; afterwards ${after.longest.toFixed(0)} ms.`,
      ]);
    } finally {
      await worker.stop();
    }
  }

  /** Measures both shards in turn, from the start of the process to the first answer. */
  async function benchWaking(few: string, many: string): Promise<void> {
    const wake = async (storage: string) => {
      const worker = await startBenchWorker({ script, bindings, shards: 1, storage });
      const { path, headers, body } = TRAFFIC.new;
      const started = performance.now();
      const { status } = await fetch(worker.url + path, { method: "POST", headers, body: body() });
      const took = performance.now() - started;
      await worker.stop();
      if (status !== 200) throw new Error(`a report to a shard that wakes: ${status}`);
      return took;
    };
    const ratios: number[] = [];
    for (let round = -1; round < WAKES; round++) {
      const took = [await wake(few), await wake(many)] as const;
      if (round >= 0) ratios.push(took[1] / took[0]);
    }
    ratios.sort((a, b) => a - b);
    const [least = 0, median = 0, most = 0] = [ratios[0], ratios[Math.floor(WAKES / 2)], ratios.at(-1)];
    publish(`Waking a shard with ${MANY_WAITING} waiting reports, against one with ${FEW_WAITING}`, [
      `Its first answer took ${median.toFixed(2)} times as long (${least.toFixed(2)}–${most.toFixed(2)}).`,
    ]);
  }
}
