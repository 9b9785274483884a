// `node test/support/side-by-side.ts NAME…` runs npm scripts at the same time and fails if one of them fails. It prints
// their output in the given order, so that totals come last.

import { spawn } from "node:child_process";
import { once } from "node:events";

const names = process.argv.slice(2);
const results = await Promise.all(names.map(run));
for (const { name, output, seconds, code } of results) {
  process.stdout.write(`${name}: ${code === 0 ? "ok" : "FAILED"} in ${seconds} s\n${output}`);
}
process.exitCode = results.some(({ code }) => code !== 0) ? 1 : 0;

async function run(name: string) {
  const started = performance.now();
  const child = spawn("npm", ["run", "--silent", name], { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  }
  const [code]: (number | null)[] = await once(child, "close");
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return { name, output: Buffer.concat(chunks).toString(), seconds, code };
}
