// The API reference, from the comments of what the package exports.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

interface Reference {
  readonly children: readonly { readonly name: string; readonly children?: readonly unknown[] }[];
}

const BUSY_MACHINE_MS = 120_000;

it("is made of every entry of the package, and without a warning", { timeout: BUSY_MACHINE_MS }, () => {
  const folder = mkdtempSync(join(tmpdir(), "api-"));
  try {
    const path = join(folder, "api.json");
    // Warnings, of links that lead nowhere and of types that show and are not exported, count as errors: it throws.
    // `npm run typecheck` finds errors of types.
    execFileSync("typedoc", ["--json", path, "--skipErrorChecking"], { stdio: "pipe" });
    const { children }: Reference = JSON.parse(readFileSync(path, "utf8"));
    const { name, exports } = JSON.parse(readFileSync("package.json", "utf8"));
    const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
    const modules = children.map((one) => one.name);
    expect(modules.sort()).toEqual(entries.map((entry) => name + entry.slice(1)).sort());
    expect(children.filter((one) => (one.children ?? []).length === 0)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
