import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "puppeteer-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The accessibility rules that a page violates, each with the elements that do. */
export async function findViolations(page: Page): Promise<string[]> {
  // By the browser's own protocol: the page's policy forbids other scripts, and must not be loosened for a test.
  const session = await page.createCDPSession();
  await session.send("Runtime.evaluate", { expression: SOURCE });
  const { result } = await session.send("Runtime.evaluate", {
    expression: `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 120)).join(" | ")))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  if (!Array.isArray(result.value)) throw new Error(`axe did not run: ${result.description}`);
  return result.value;
}
