// What is published: the built files, not the sources. `npm test` builds first.

import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { bundle, bundleDeployedWorker, readImports } from "./bundle.ts";

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const entries = Object.entries<{ types: string; default: string }>(exports).filter(
  ([, target]) => target.default,
);

beforeAll(() => {
  if (!existsSync("dist/index.mjs")) throw new Error("There is no dist/. Run `npm run build` first.");
});

it("every entry exports what it is known for, and nothing else", async () => {
  const names: Record<string, string[]> = {};
  for (const [name, target] of entries)
    names[name] = Object.keys(await import(pathToFileURL(target.default).href)).sort();
  expect(names).toEqual({
    ".": ["ConversionError", "createConversionClient", "isConversionError"],
    "./token": ["mintReportToken", "verifyReportToken"],
    "./sandbox": ["SANDBOX_ACCOUNTS", "SANDBOX_CREDENTIALS", "createSandbox"],
    "./fetch": ["ConversionError", "createConversionHandler", "isConversionError"],
    "./cloudflare": ["default"],
  });
});

it("every entry comes with its types", () => {
  expect(entries.filter(([, target]) => !existsSync(target.types))).toEqual([]);
});

describe.each([["workerd"], ["browser"], ["node"]])("under the conditions of %s", (condition) => {
  it.each(entries)("nothing that %s imports is Node's", (_, target) => {
    const { outside, modules } = bundle(target.default, [condition, "import"]);
    expect(outside).toEqual([]);
    expect(modules.filter((module) => /node-fetch|\/unenv\//.test(module))).toEqual([]);
  });
});

it("the client needs at most 8.0 kB in a browser, minified and gzipped, with all dependencies", () => {
  const { size, modules } = bundle("dist/index.mjs", ["browser", "import"]);
  console.log(`client: ${size} bytes min+gzip`);
  expect(size).toBeLessThanOrEqual(8000);
  expect(modules.some((module) => module.includes("valibot"))).toBe(true);
});

it("MD5 is loaded only when a signature asks for it", () => {
  const { code, modules } = bundle("dist/index.mjs", ["browser", "import"]);
  expect(modules.some((module) => module.includes("@noble/hashes"))).toBe(true);
  expect(code).not.toMatch(/0x67452301|1732584193/);
});

it("the Worker needs at most 40 kB, minified and gzipped, with all dependencies", () => {
  const { size } = bundleDeployedWorker();
  console.log(`Worker: ${size} bytes min+gzip`);
  expect(size).toBeLessThanOrEqual(40_000);
});

describe("the sources", () => {
  const paths = [
    "src/index.ts",
    "src/token.ts",
    "src/sandbox/index.ts",
    "adapters/cloudflare/index.ts",
    "adapters/fetch/index.ts",
  ];
  const imports = readImports(paths);

  it("import from adapters/ to src/, never back", () => {
    const back = [...imports].filter(
      ([path, targets]) => path.startsWith("src/") && targets.some((one) => one.startsWith("adapters/")),
    );
    expect(imports.size).toBeGreaterThan(25);
    expect(back).toEqual([]);
  });

  it("import each other in no circle, lazily neither", () => {
    expect(findCycle(imports)).toEqual([]);
  });

  it("never reach for Node's globals", () => {
    const offending = [...imports.keys()].filter((path) =>
      /\bprocess\.[a-z]|\bBuffer\b|"node:/.test(readFileSync(path, "utf8")),
    );
    expect(offending).toEqual([]);
  });
});

it("a circle of imports would be seen", () => {
  const circle = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", []],
    ["d", ["a"]],
  ]);
  expect(findCycle(circle)).toEqual(["a", "b", "d", "a"]);
});

/** A circle in a graph of imports, or nothing. */
function findCycle(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (finished.has(path)) return [];
    for (const target of imports.get(path) ?? []) {
      const cycle = visit(target, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    finished.add(path);
    return [];
  };
  for (const path of imports.keys()) {
    const cycle = visit(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
