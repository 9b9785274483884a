// Prints the results: each behaviour on each runtime, the reasons for failures, and the totals.

import type { Runtime } from "./runtimes.ts";

/** The result of one runtime. */
export interface Result {
  readonly runtime: Runtime;
  /** By behaviour: `undefined` if it holds, otherwise the reason why not. */
  readonly faults: ReadonlyMap<string, string | undefined>;
  /** The reason why it stopped early. Behaviours that were not reached count as failed. */
  readonly broke?: string | undefined;
  readonly seconds: number;
}

export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/** Prints everything; the totals come last, alone on a line. */
export function printResults(results: readonly Result[]): Totals {
  const behaviours = [...new Set(results.flatMap(({ faults }) => [...faults.keys()]))];
  const holds = ({ faults }: Result, name: string) => faults.has(name) && faults.get(name) === undefined;
  printTable([
    ["", ...results.map(({ runtime }) => runtime.name)],
    ["", ...results.map(({ runtime }) => runtime.version)],
    ...behaviours.map((name) => [name, ...results.map((result) => (holds(result, name) ? "✓" : "✗"))]),
    ["seconds", ...results.map(({ seconds }) => seconds.toFixed(1))],
  ]);
  console.log("");
  for (const { runtime, faults, broke } of results) {
    const who = `✗ ${runtime.name} ${runtime.version}`;
    for (const [name, fault] of faults) if (fault !== undefined) console.log(`${who}: ${name}\n    ${fault}`);
    if (broke !== undefined) console.log(`${who}: ${broke}`);
  }
  const passed = results.reduce(
    (sum, result) => sum + behaviours.filter((name) => holds(result, name)).length,
    0,
  );
  const broken = results.filter(({ broke }) => broke !== undefined).length;
  const failed = results.length * behaviours.length - passed;
  // A runtime that broke after its last behaviour, or before any was known, has failed too.
  const totals = { passed, failed: Math.max(failed, broken) };
  console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
  return totals;
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? "")].length)),
  );
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
}
