// Measures the workflow, sending and checking a code, against a Worker that only forwards.

import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { PROXY_KEY } from "../support/local-stack.ts";
import { twoFactorBindingsFor } from "../support/two-factor-stack.ts";
import { load } from "./load.ts";
import { processorTime } from "./processor-time.ts";
import { type Sample, sideBySide } from "./side-by-side.ts";
import { measureWorker, TRAFFIC } from "./traffic.ts";
import { startBenchWorker } from "./workerd.ts";

const SECONDS = 0.3;
const SHARDS = 4;
const GUESSES = 10;
const CHALLENGES = 2000;

const headers = { authorization: `Bearer ${PROXY_KEY.key}`, "content-type": "application/json" };
/** Each start has its own number, as in production. */
let dialled = 0;
const nextStart = () => JSON.stringify({ to: `4474${String(dialled++).padStart(8, "0")}`, channel: "sms" });

/** Measures both steps beside a report that is only forwarded. */
export async function benchWorkflow(upstreamUrl: string): Promise<void> {
  const unlimited = "number=999999/3600 prefix=999999/3600 caller=999999/3600 total=999999/3600";
  const bindings = {
    ...twoFactorBindingsFor(upstreamUrl),
    TWO_FACTOR_LIMITS: unlimited,
    TWO_FACTOR_ATTEMPTS: String(GUESSES),
  };
  const script = bundleWorker("adapters/cloudflare/index.ts");
  const ours = await startBenchWorker({ script, bindings, shards: SHARDS });
  const plain = { script: bundleWorker("test/bench/workers/pass-through.ts"), bindings };
  const passThrough = await startBenchWorker(plain);
  const measure = async (path: string | (() => string), body: string | (() => string), status: number) => {
    const before = processorTime(ours.pid);
    const { requests, ...result } = await load(ours.url, path, headers, body, SECONDS, { status });
    return { ...result, microseconds: (processorTime(ours.pid) - before) / requests } satisfies Sample;
  };
  try {
    const paths = await prepare(ours.url);
    const nextPath = () => paths.pop() ?? "/out-of-challenges";
    await sideBySide(`Sending and checking codes, ${SHARDS} shards, against the bare pass-through`, [
      { name: "bare pass-through", measure: () => measureWorker(passThrough, TRAFFIC.key, SECONDS) },
      { name: "sending a code", measure: () => measure("/2fa", nextStart, 201) },
      { name: "checking a wrong code", measure: () => measure(nextPath, '{"code":"0000"}', 422) },
    ]);
  } finally {
    await ours.stop();
    await passThrough.stop();
  }
}

/** Returns the paths for checks of many challenges, as often as each allows a wrong guess. */
async function prepare(url: string): Promise<string[]> {
  const paths: string[] = [];
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (paths.length < CHALLENGES * (GUESSES - 1)) {
        const answer = await fetch(`${url}/2fa`, { method: "POST", headers, body: nextStart() });
        const { id } = (await answer.json()) as { id: string };
        paths.push(...Array(GUESSES - 1).fill(`/2fa/${id}/check`));
      }
    }),
  );
  return paths;
}
