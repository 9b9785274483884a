// `node test/support/side-by-side.ts NAME…` runs npm scripts at the same time and fails if one of them fails. `build+types`
// runs `types` when `build` has succeeded; several may wait for one. It prints their output in the order of
// their starts, so that totals come last.

import { spawn } from "node:child_process";
import { once } from "node:events";

const chains = process.argv.slice(2).map((chain) => chain.split("+"));
const runs = new Map<string, ReturnType<typeof run>>();
await Promise.all(chains.map(runChain));
for (const [name, ended] of runs) {
  const { output, seconds, code } = await ended;
  process.stdout.write(`${name}: ${code === 0 ? "ok" : "FAILED"} in ${seconds} s\n${output}`);
  if (code !== 0) process.exitCode = 1;
}

async function runChain(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const running = runs.get(name) ?? run(name);
    runs.set(name, running);
    if ((await running).code !== 0) return;
  }
}

async function run(name: string) {
  const started = performance.now();
  const child = spawn("npm", ["run", "--silent", name], { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  }
  const [code]: (number | null)[] = await once(child, "close");
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return { output: Buffer.concat(chunks).toString(), seconds, code };
}
