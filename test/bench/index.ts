// `npm run bench`: prints ratios of what was measured side by side in this run. Absolute figures mean little:
// load, Worker and upstream share one machine.

import { fork } from "node:child_process";
import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { createConversionClient } from "../../dist/index.mjs";
import { mintReportToken } from "../../dist/token.mjs";
import { bundle, bundleDeployedWorker } from "../package/bundle.ts";
import { PROXY_KEY, TOKEN_SECRET } from "../support/local-stack.ts";
import { runCalls } from "./calls.ts";
import { alternate, median, printRatios } from "./figures.ts";
import { benchLedger } from "./ledger.ts";
import { type LoadResult, load } from "./load.ts";
import { startPlainWorkerd } from "./workerd.ts";
import { benchWorkflow } from "./workflow.ts";

const SECONDS = 2;

const upstream = fork(new URL("upstream.ts", import.meta.url).pathname);
const upstreamUrl = `http://127.0.0.1:${await new Promise((resolve) => upstream.once("message", resolve))}`;
const bindings = {
  VONAGE_BASE_URL: upstreamUrl,
  VONAGE_2FA_API_KEY: "2fa00001",
  VONAGE_2FA_API_SECRET: "bench-secret",
  PROXY_KEYS_2FA: `${PROXY_KEY.name}:${PROXY_KEY.key}`,
  TOKEN_SECRETS: `${TOKEN_SECRET.kid}:${TOKEN_SECRET.secret}`,
};
// No rate limits here, since one message and one key are reported thousands of times a second.
const workerd = await startPlainWorkerd(
  {
    worker: { script: bundleWorker("adapters/cloudflare/index.ts"), bindings },
    passThrough: { script: bundleWorker("test/bench/pass-through.ts"), bindings },
    client: { script: bundleWorker("test/bench/client-in-workerd.ts"), bindings },
  },
  19_100,
);

/** `npm run bench` measures everything, `npm run bench ledger` (or client, worker, workflow) that part alone. */
const parts = process.argv.slice(2);
const wanted = (part: string) => parts.length === 0 || parts.includes(part);

try {
  if (wanted("client")) {
    await benchClient("Node", (by, calls) => runCalls(by, upstreamUrl, calls, createConversionClient));
    await benchClient("workerd", async (by, calls) => {
      const response = await fetch(`${workerd.urls.client}/?by=${by}&calls=${calls}`);
      if (!response.ok) throw new Error(`workerd: ${response.status} ${await response.text()}`);
    });
  }
  if (wanted("worker")) await benchWorker();
  await workerd.stop();
  if (wanted("ledger")) await benchLedger(bindings);
  if (wanted("workflow")) await benchWorkflow(upstreamUrl);
  printSizes();
} finally {
  upstream.kill();
}

async function benchClient(
  runtime: string,
  run: (by: string, calls: number) => Promise<void>,
): Promise<void> {
  const calls = 3000;
  const rate = async (by: string) => {
    const started = performance.now();
    await run(by, calls);
    return calls / ((performance.now() - started) / 1000);
  };
  await rate("client");
  await rate("fetch");
  const rounds = await alternate(
    () => rate("client"),
    () => rate("fetch"),
  );
  console.log(`\nClient against bare fetch, in ${runtime}: calls/s, ${calls} calls a round`);
  printRatios(rounds, 0.95);
}

async function benchWorker(): Promise<void> {
  const { worker: ours = "", passThrough: theirs = "" } = workerd.urls;
  const path = "/conversions/sms";
  const report = "message-id=0A0000000123ABCD1&delivered=true";
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const authorization = `Basic ${btoa(`${PROXY_KEY.name}:${PROXY_KEY.key}`)}`;
  const token = await mintReportToken(
    { messageId: "0A0000000123ABCD1", channel: "sms" },
    { secret: TOKEN_SECRET },
  );
  const ways = {
    "with a proxy key": [{ ...form, authorization }, report],
    "with a report token": [form, `${report}&token=${token}`],
  } as const;
  for (const [way, [headers, body]] of Object.entries(ways)) {
    const results: Record<"ours" | "theirs", LoadResult[]> = { ours: [], theirs: [] };
    const measure = (who: "ours" | "theirs", url: string) => async () => {
      const result = await load(url, path, headers, body, SECONDS);
      results[who].push(result);
      return result.perSecond;
    };
    await load(ours, path, headers, body, SECONDS);
    await load(theirs, path, headers, body, SECONDS);
    const before = await count();
    const rounds = await alternate(measure("ours", ours), measure("theirs", theirs));
    const after = await count();
    console.log(
      `\nWorker without a ledger, ${way}, against a bare pass-through Worker on the same workerd: reports/s`,
    );
    printRatios(rounds, 0.8);
    const ms = (list: LoadResult[], key: "p50" | "p99") =>
      `${median(list.map((one) => one[key])).toFixed(1)} ms`;
    console.log(
      `  latency     p50 ${ms(results.ours, "p50")} : ${ms(results.theirs, "p50")}, p99 ${ms(results.ours, "p99")} : ${ms(results.theirs, "p99")}`,
    );
    console.log(`  at Vonage   ${after - before} requests`);
  }
}

function printSizes(): void {
  const client = bundle("dist/index.mjs", ["browser", "import"]).size;
  const workerSize = bundleDeployedWorker().size;
  console.log("\nSize, minified and gzipped, with all dependencies");
  console.log(`  client      ${(client / 1000).toFixed(2)} kB of 8.0 kB`);
  console.log(`  Worker      ${(workerSize / 1000).toFixed(2)} kB of 105 kB`);
}

async function count(): Promise<number> {
  return Number(await (await fetch(`${upstreamUrl}/count`)).text());
}
