// `npm run drill [-- name…]`: puts real workerd processes through failures that must not lose a report or a count, and
// prints the results.

import { expiry } from "./expiry.ts";
import { insight } from "./insight.ts";
import { kill } from "./kill.ts";
import { notEnabled } from "./not-enabled.ts";
import { outage } from "./outage.ts";
import { race } from "./race.ts";
import type { DrillResult } from "./support/drill.ts";
import { DRILL_SEED as seed } from "./support/random.ts";
import { throttle } from "./throttle.ts";
import { workflow } from "./workflow.ts";

const DRILLS: Readonly<Record<string, () => Promise<DrillResult>>> = {
  kill: () => kill({ kills: 20, seed }),
  outage: () => outage({ reports: 10_000, phase: 5000, budget: 2000, timeout: 4000, margin: 500, seed }),
  throttle: () => throttle({ reports: 900, retryAfter: 1, warmUp: 5000, leastShare: 0.6, seed }),
  "not-enabled": () => notEnabled({ reports: 500, lasts: 20_000, seed }),
  race: () => race({ messages: 300, reports: 12, seed }),
  expiry: () => expiry({ messages: 2000, photoFinish: 100, seed }),
  workflow: () => workflow({ kills: 10, settled: true, seed }),
  insight: () => insight({ kills: 20, settled: true, seed }),
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => DRILLS[name] === undefined);
if (unknown.length > 0) {
  console.error(`No such drill: ${unknown.join(", ")}. There are ${Object.keys(DRILLS).join(", ")}.`);
  process.exit(2);
}

console.log(`DRILL_SEED=${seed}`);
for (const [name, drill] of Object.entries(DRILLS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const started = performance.now();
  const { figures, wrong } = await drill();
  const rows = Object.entries(figures).map(([figure, value]) => [toWords(figure), toText(value)] as const);
  const widest = Math.max(...rows.map(([words]) => words.length));
  console.log(`\n${name} (${Math.round((performance.now() - started) / 1000)} s)`);
  for (const [words, text] of rows) console.log(`  ${words.padEnd(widest)}  ${text}`);
  for (const sentence of wrong) console.log(`  WRONG: ${sentence}`);
  if (wrong.length > 0) process.exitCode = 1;
}
console.log(process.exitCode ? "\nSomething was wrong." : "\nNothing was wrong.");

/** `secondsToDrain` → `seconds to drain`. */
function toWords(figure: string): string {
  return figure.replaceAll(/(?<=[a-z])(?=[A-Z\d])|(?<=\d)(?=[A-Z][a-z])/g, " ").toLowerCase();
}

function toText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
