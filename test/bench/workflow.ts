// The workflow: sending a code, and checking one, against a Worker that only passes on.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { PROXY_KEY } from "../support/local-stack.ts";
import { twoFactorBindingsFor } from "../support/two-factor-stack.ts";
import { alternate, median, printRatios } from "./figures.ts";
import { type LoadResult, load } from "./load.ts";
import { startPlainWorkerd } from "./workerd.ts";

const SECONDS = 1;
const ATTEMPTS = 10;

const key = { authorization: `Bearer ${PROXY_KEY.key}` };
const asJson = { ...key, "content-type": "application/json" };
const asForm = { ...key, "content-type": "application/x-www-form-urlencoded" };
/** Each start is to a number of its own, as in life. */
let dialled = 0;
const nextStart = () => JSON.stringify({ to: `4474${String(dialled++).padStart(8, "0")}`, channel: "sms" });

/** Measures both, and prints ratios. */
export async function benchWorkflow(upstreamUrl: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-workflow-"));
  const unlimited = "number=999999/3600 prefix=999999/3600 caller=999999/3600 total=999999/3600";
  const bindings = {
    ...twoFactorBindingsFor(upstreamUrl),
    TWO_FACTOR_LIMITS: unlimited,
    TWO_FACTOR_ATTEMPTS: String(ATTEMPTS),
  };
  const workers = {
    ours: { script: bundleWorker("adapters/cloudflare/index.ts"), bindings, storage: folder },
    passThrough: { script: bundleWorker("test/bench/pass-through.ts"), bindings },
  };
  const workerd = await startPlainWorkerd(workers, 19_140);
  const { ours = "", passThrough = "" } = workerd.urls;
  const pass = async () => {
    const report = "message-id=0A0000000123ABCD1&delivered=true";
    return (await load(passThrough, "/conversions/sms", asForm, report, SECONDS)).perSecond;
  };
  try {
    const starts: LoadResult[] = [];
    const start = async () => {
      starts.push(await load(ours, "/2fa", asJson, nextStart, SECONDS, { status: 201 }));
      return starts.at(-1)?.perSecond ?? Number.NaN;
    };
    await start();
    console.log("\nSending a code (POST /2fa, 4 shards) against a bare pass-through Worker: requests/s");
    printRatios(await alternate(start, pass));
    printLatency(starts);

    const paths = await prepare(ours, 2000);
    const checks: LoadResult[] = [];
    const check = async () => {
      const path = () => paths.pop() ?? "/out-of-challenges";
      checks.push(await load(ours, path, asJson, '{"code":"0000"}', SECONDS, { status: 422 }));
      return checks.at(-1)?.perSecond ?? Number.NaN;
    };
    console.log("\nChecking a code, a wrong one, against the same: requests/s");
    printRatios(await alternate(check, pass));
    printLatency(checks);
  } finally {
    await workerd.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Where to check the codes of so many challenges, as often as each lets one try. */
async function prepare(url: string, challenges: number): Promise<string[]> {
  const paths: string[] = [];
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (paths.length < challenges * (ATTEMPTS - 1)) {
        const answer = await fetch(`${url}/2fa`, { method: "POST", headers: asJson, body: nextStart() });
        const { id } = (await answer.json()) as { id: string };
        paths.push(...Array(ATTEMPTS - 1).fill(`/2fa/${id}/check`));
      }
    }),
  );
  return paths;
}

function printLatency(results: readonly LoadResult[]): void {
  const ms = (name: "p50" | "p99") => `${median(results.map((one) => one[name])).toFixed(1)} ms`;
  console.log(`  latency     p50 ${ms("p50")}, p99 ${ms("p99")}`);
}
