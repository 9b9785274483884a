// `npm run test:examples [-- name…]`: builds and uses each example as its users would, against a real Worker and
// sandbox.

import { findFreePort } from "../../support/free-port.ts";
import { startTwoFactorStack } from "../../support/two-factor-stack.ts";
import { startChromium } from "../playground/chromium.ts";
import type { Scene } from "./behaviour.ts";
import { findDrift } from "./copies.ts";
import { EXAMPLES, type Example, TWO_FACTOR_LIMITS } from "./examples.ts";
import { buildExample, packPackage } from "./workshop.ts";

const named = process.argv.slice(2);
const unknown = named.filter((name) => !EXAMPLES.some((one) => one.name === name));
if (unknown.length > 0) {
  console.error(
    `No such example: ${unknown.join(", ")}. There are ${EXAMPLES.map(({ name }) => name).join(", ")}.`,
  );
  process.exit(2);
}
const chosen = EXAMPLES.filter(({ name }) => named.length === 0 || named.includes(name));

let passed = 0;
let failed = 0;
const drift = findDrift();
count(
  "files that several examples share are identical",
  drift.length > 0 ? `not so: ${drift.join(", ")}` : undefined,
);
const tarball = packPackage();
const { browser, stop } = await startChromium();
try {
  for (const example of chosen) await tryExample(example, tarball);
} finally {
  await stop();
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** An example that cannot be built or started fails all of its behaviours. */
async function tryExample({ name, serve, behaviours, variant }: Example, tarball: string): Promise<void> {
  const began = performance.now();
  let tried = 0;
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  try {
    const port = await findFreePort();
    // Each example has its own Worker, so that they share no limits.
    const stack = await startTwoFactorStack({ ALLOWED_ORIGINS: "*", TWO_FACTOR_LIMITS });
    const { folder, clear } = buildExample(name, tarball, `http://127.0.0.1:${port}`, variant);
    try {
      const serving = await serve(folder, { ...stack, port });
      console.log(`${name}: built and started (${seconds()})`);
      try {
        for (const behaviour of behaviours) {
          await tryBehaviour(name, behaviour, {
            ...serving,
            sandbox: stack.sandbox,
            client: stack.client,
            browser,
          });
          tried++;
        }
      } finally {
        await serving.stop();
      }
    } finally {
      clear();
      await stack.stop();
    }
  } catch (error) {
    failed += Math.max(behaviours.length - tried, 1);
    console.log(`✗ ${name}: ${error instanceof Error ? error.message : error}`);
  }
}

async function tryBehaviour(
  example: string,
  { name, check }: Example["behaviours"][number],
  scene: Scene,
): Promise<void> {
  try {
    await check(scene);
    count(`${example}: ${name}`);
  } catch (error) {
    count(`${example}: ${name}`, error instanceof Error ? error.message : String(error));
  }
}

function count(name: string, fault?: string): void {
  if (fault === undefined) passed++;
  else failed++;
  console.log(fault === undefined ? `✓ ${name}` : `✗ ${name}\n    ${fault.replaceAll("\n", "\n    ")}`);
}
