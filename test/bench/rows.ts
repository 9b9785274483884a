import { resolve } from "node:path";
import { buildSync } from "esbuild";
import { load } from "./load.ts";
import type { Traffic } from "./traffic.ts";
import { type BenchWorker, startBenchWorker } from "./workerd.ts";

const SECONDS = 0.5;

/**
 * Counts the rows that a Worker with a Durable Object class `Ledger` writes for each report, on a separate workerd,
 * because counting costs time. Includes the rows that its alarms write until the last answer.
 */
export async function rowsPerReport(entry: string, worker: Omit<BenchWorker, "script">, traffic: Traffic) {
  const { path, headers, body, status = 200 } = traffic;
  const running = await startBenchWorker({ ...worker, script: bundleCounted(entry) });
  try {
    const { url } = running;
    // The first reports create the tables.
    await load(url, path, headers, body, 0.1, { status });
    const before = await read(url);
    const { requests } = await load(url, path, headers, body, SECONDS, { status });
    return ((await read(url)) - before) / requests;
  } finally {
    await running.stop();
  }
}

const read = async (url: string) => Number(await (await fetch(`${url}/rows`)).text());

/** Bundles a Worker that counts the rows of its `Ledger` and returns them at `/rows`. */
function bundleCounted(entry: string): string {
  const path = JSON.stringify(resolve(entry));
  const [bundle] = buildSync({
    stdin: {
      contents: `
        import worker, { Ledger as Inner } from ${path};
        import { counted, rowsWritten } from ${JSON.stringify(resolve("test/bench/workers/counted-rows.ts"))};
        export * from ${path};
        export const Ledger = counted(Inner);
        export default {
          fetch: (request, env, context) =>
            request.url.endsWith("/rows") ? new Response(rowsWritten()) : worker.fetch(request, env, context),
        };`,
      resolveDir: resolve("."),
    },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    logLevel: "error",
  }).outputFiles;
  return bundle?.text ?? "";
}
