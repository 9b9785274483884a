// `npm run test:examples [-- name…]`: builds and uses each example as its users would, against a real Worker and
// sandbox.

import assert from "node:assert/strict";
import { findFreePort } from "../../support/free-port.ts";
import { createTally } from "../../support/tally.ts";
import { startTwoFactorStack } from "../../support/two-factor-stack.ts";
import { startChromium } from "../playground/chromium.ts";
import { findDrift } from "./copies.ts";
import { EXAMPLES, type Example, TWO_FACTOR_LIMITS } from "./examples.ts";
import { demandSettings } from "./serve.ts";
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

const { attempt, finish } = createTally();
await attempt("files that several examples share are identical", () => assert.deepEqual(findDrift(), []));
const tarball = packPackage();
const { browser, stop } = await startChromium();
try {
  for (const example of chosen) await tryExample(example, tarball);
} finally {
  await stop();
}
finish();

async function tryExample({ name, serve, behaviours, variant }: Example, tarball: string): Promise<void> {
  const began = performance.now();
  const port = await findFreePort();
  // Each example has its own Worker, so that they share no limits.
  const stack = await startTwoFactorStack({ ALLOWED_ORIGINS: "*", TWO_FACTOR_LIMITS });
  try {
    await attempt(`${name}: can be copied, installed, built, started and used`, async () => {
      const { folder, manifest, clear } = buildExample(name, tarball, `http://127.0.0.1:${port}`, variant);
      try {
        if (variant === undefined) {
          await attempt(`${name}: a start without settings fails at once and names them`, () =>
            demandSettings(folder, manifest.scripts ?? {}),
          );
        }
        const serving = await serve(folder, { ...stack, port });
        console.log(`${name}: built and started (${((performance.now() - began) / 1000).toFixed(1)} s)`);
        try {
          for (const { name: title, check } of behaviours) {
            await attempt(`${name}: ${title}`, () => check({ ...stack, ...serving, name, browser }));
          }
        } finally {
          await serving.stop();
        }
      } finally {
        clear();
      }
    });
  } finally {
    await stack.stop();
  }
}
