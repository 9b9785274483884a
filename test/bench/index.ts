// `npm run bench`: prints ratios of processor times that were measured side by side in this run. `npm run bench -- reports`
// (or parts, clients, growth, backlog, workflow, counting, insight, sizes) measures that part alone; `npm run bench --
// profile "ours, proxy key"` prints where that variant of `reports` spends its time and memory. With `--write` the
// results also take their places in docs/figures.md.

import { fork } from "node:child_process";
import { bundle, bundleDeployedWorker } from "../package/bundle.ts";
import { PROXY_KEY, TOKEN_SECRET } from "../support/local-stack.ts";
import { benchBacklog } from "./backlog.ts";
import { benchClients } from "./clients.ts";
import { benchCounting } from "./counting.ts";
import { benchGrowth } from "./growth.ts";
import { benchInsight } from "./insight.ts";
import { printProfile } from "./profile.ts";
import { publish, toTable } from "./publish.ts";
import { benchParts, benchReports } from "./reports.ts";
import { benchWorkflow } from "./workflow.ts";

const upstream = fork(new URL("upstream.ts", import.meta.url).pathname);
const upstreamUrl = `http://127.0.0.1:${await new Promise((resolve) => upstream.once("message", resolve))}`;
// No rate limits, because one message and one key are reported thousands of times a second.
const bindings = {
  VONAGE_BASE_URL: upstreamUrl,
  VONAGE_2FA_API_KEY: "2fa00001",
  VONAGE_2FA_API_SECRET: "bench-secret",
  PROXY_KEYS_2FA: `${PROXY_KEY.name}:${PROXY_KEY.key}`,
  TOKEN_SECRETS: `${TOKEN_SECRET.kid}:${TOKEN_SECRET.secret}`,
};
const parts = {
  reports: () => benchReports(bindings),
  parts: () => benchParts(bindings),
  clients: () => benchClients(upstreamUrl, bindings),
  growth: () => benchGrowth(bindings),
  backlog: () => benchBacklog(bindings),
  workflow: () => benchWorkflow(upstreamUrl),
  counting: () => benchCounting(bindings),
  insight: benchInsight,
  sizes: printSizes,
};

const wanted = process.argv.slice(2).filter((argument) => argument !== "--write");
try {
  if (wanted[0] === "profile") await printProfile(wanted[1] ?? "", bindings);
  else
    for (const [name, bench] of Object.entries(parts)) {
      if (wanted.length === 0 || wanted.includes(name)) await bench();
    }
} finally {
  upstream.kill();
}

function printSizes(): void {
  const client = bundle("dist/index.mjs", ["browser", "import"]).size;
  const workerSize = bundleDeployedWorker().size;
  const toRow = (name: string, size: number, limit: number) => [
    name,
    `${(size / 1000).toFixed(2)} kB`,
    `${limit} kB`,
  ];
  const rows = [toRow("client", client, 8), toRow("Worker", workerSize, 191)];
  publish("Size, minified and gzipped, with all dependencies", toTable(["of", "size", "limit"], rows));
}
