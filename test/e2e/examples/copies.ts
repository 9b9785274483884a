// Users copy single examples, so each example has its own copy of shared files. The copies must stay identical.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const SHARED: ReadonlySet<string> = new Set([
  "sign-in.ts",
  "sentences.ts",
  "session.ts",
  "style.css",
  "style.ts",
  "check-settings.js",
]);
/** Differs because errors of its service binding have no class. */
const OTHERWISE = join("worker-service-binding", "sign-in.ts");

/** Lists the files that differ from those of the same name in other examples. */
export function findDrift(): string[] {
  const first = new Map<string, string>();
  const drift: string[] = [];
  for (const path of readdirSync("examples", { recursive: true, encoding: "utf8" }).sort()) {
    if (!SHARED.has(basename(path)) || path.includes("node_modules") || path === OTHERWISE) continue;
    const text = readFileSync(join("examples", path), "utf8");
    const known = first.get(basename(path)) ?? text;
    first.set(basename(path), known);
    if (known !== text) drift.push(path);
  }
  const [css = "", ts] = [first.get("style.css"), first.get("style.ts")];
  if (ts !== `export const STYLE = \`\n${css}\`;\n`) drift.push("style.ts is not style.css as a module");
  return drift;
}
