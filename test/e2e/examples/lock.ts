// `npm run lock:examples [-- name…]`: writes the lockfile of each example, and names the present version of the package in it. Only
// what an example names itself changes; a transitive dependency keeps the version that is locked.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXAMPLES } from "./examples.ts";
import { nameTarball, readManifest } from "./manifest.ts";
import { packPackage } from "./workshop.ts";

const named = process.argv.slice(2);
const tarball = packPackage();
for (const { name, variant = {} } of EXAMPLES) {
  if (named.length > 0 && !named.includes(name)) continue;
  const { source = join("examples", name), lockfile = "package-lock.json", versions = {} } = variant;
  const manifest = JSON.stringify(readManifest(source, versions), null, 2);
  if (variant.versions === undefined) writeFileSync(join(source, "package.json"), `${manifest}\n`);
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  try {
    const path = join(folder, "package-lock.json");
    writeFileSync(join(folder, "package.json"), manifest);
    if (existsSync(join(source, lockfile))) cpSync(join(source, lockfile), path);
    cpSync(tarball, join(folder, nameTarball()));
    const quietly = ["--no-audit", "--no-fund", "--loglevel=error", "--omit-lockfile-registry-resolved"];
    execFileSync("npm", ["install", "--package-lock-only", ...quietly], { cwd: folder, stdio: "inherit" });
    const locked = JSON.parse(readFileSync(path, "utf8"));
    // Another build of the package has another hash.
    delete locked.packages["node_modules/vonage-conversion"].integrity;
    writeFileSync(join(source, lockfile), `${JSON.stringify(locked, null, 2)}\n`);
    console.log(`${join(source, lockfile)}: ${Object.keys(locked.packages).length - 1} packages`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
