// What is published: the built files, not the sources. `npm test` builds first.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { bundle } from "./bundle.ts";

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
  execFileSync("wrangler", ["deploy", "--dry-run", "--outdir", ".wrangler/size"], { stdio: "pipe" });
  const { size } = bundle(".wrangler/size/index.js", ["workerd"]);
  console.log(`Worker: ${size} bytes min+gzip`);
  expect(size).toBeLessThanOrEqual(40_000);
});

it("the sources never reach for Node, and the core never for the adapters", () => {
  const sources = execFileSync("git", ["ls-files", "src", "adapters/fetch", "adapters/cloudflare"], {
    encoding: "utf8",
  });
  const offending = sources
    .trim()
    .split("\n")
    .filter((path) => {
      const text = readFileSync(path, "utf8");
      const upwards = path.startsWith("src/") && text.includes("adapters/");
      return upwards && /from "[^"]*adapters\//.test(text)
        ? true
        : /from "node:|\bprocess\.env|\bBuffer\b/.test(text);
    });
  expect(offending).toEqual([]);
});
