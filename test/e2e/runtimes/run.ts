// `npm run test:runtimes [-- name…]`: the built package on every runtime, against a real Worker and sandbox.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleSuite } from "./bundle.ts";
import { installPackage, installRuntime } from "./install.ts";
import { perform } from "./perform.ts";
import { findImpostor, RUNTIMES, type Runtime } from "./runtimes.ts";
import { type StageSet, setStage } from "./stage.ts";
import { printResults, type Result } from "./table.ts";

const IDENTITY = "it is the runtime that it should be";

const named = process.argv.slice(2).map((name) => name.toLowerCase());
const isNamed = ({ name, version }: Runtime) =>
  named.some((one) => name.toLowerCase() === one || `${name}@${version}`.toLowerCase().startsWith(one));
const chosen = named.length === 0 ? RUNTIMES : RUNTIMES.filter(isNamed);
if (chosen.length === 0) {
  console.error(
    `No such runtime. There are ${RUNTIMES.map(({ name, version }) => `${name}@${version}`).join(", ")}.`,
  );
  process.exit(2);
}

// Outside the project, so that imports find only what the package itself brings.
const folder = mkdtempSync(join(tmpdir(), "runtimes-"));
try {
  installPackage(folder);
  const stage = await setStage();
  try {
    const results: Result[] = [];
    for (const runtime of chosen) results.push(await show(runtime, stage));
    const { failed } = printResults(results);
    if (failed > 0) process.exitCode = 1;
  } finally {
    await stage.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function show(runtime: Runtime, stage: StageSet): Promise<Result> {
  const faults = new Map<string, string | undefined>();
  try {
    const binary = installRuntime(runtime);
    const script = bundleSuite(runtime, stage.next(), folder);
    const began = performance.now();
    const { lines, broke } = await perform(runtime, binary, script);
    const seconds = (performance.now() - began) / 1000;
    for (const line of lines) {
      if ("identity" in line) {
        faults.set(IDENTITY, findImpostor(runtime, line.identity));
        for (const name of line.behaviours) faults.set(name, "it did not come to it");
      } else if ("behaviour" in line) {
        faults.set(line.behaviour, line.fault);
      }
    }
    return { runtime, faults, broke, seconds };
  } catch (error) {
    return { runtime, faults, broke: `it could not be installed or started: ${error}`, seconds: 0 };
  }
}
