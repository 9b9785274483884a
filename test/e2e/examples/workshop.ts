// Builds a copy of an example as its user would: its own dependencies, the published package, its own build.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { installPackage } from "../runtimes/install.ts";
import { type Manifest, nameTarball, readManifest, type Variant } from "./manifest.ts";
import { SURROUNDINGS } from "./serve.ts";

const CACHE = "node_modules/.cache/examples";
/** Marks a node_modules as complete, and names what it was installed for. */
const STAMP = ".stamp";
const PATIENCE_MS = 4 * 60_000;
/** Output of an example's own tools, never copied. */
const MADE = new Set([
  "node_modules",
  "dist",
  "build",
  ".next",
  ".nuxt",
  ".output",
  ".svelte-kit",
  ".astro",
  ".wrangler",
]);

/** Packs the package and returns the absolute path of the tarball. */
export function packPackage(): string {
  const folder = resolve(CACHE, "package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  installPackage(folder);
  const tarball = readdirSync(folder).find((one) => one.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  return join(folder, tarball);
}

/** A built example. */
export interface Built {
  /** Its absolute path. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Keeps the installed packages for the next run, and removes the rest. */
  clear(): void;
}

/**
 * Copies an example, installs its dependencies unless they are already there, and builds it. The copy is outside the
 * project, so that imports find only what the example names itself, and not below a node_modules, because tools do not
 * treat files there as sources.
 *
 * @param origin The origin that will serve it. One framework needs it at build time.
 */
export function buildExample(
  name: string,
  tarball: string,
  origin: string,
  { source = join("examples", name), lockfile = "package-lock.json", versions = {} }: Variant = {},
): Built {
  const folder = mkdtempSync(join(tmpdir(), `example-${name}-`));
  const [installed, kept] = [join(folder, "node_modules"), resolve(CACHE, name)];
  const clear = () => {
    // Its build generated this for this folder.
    for (const made of [".cache", ".vite"]) rmSync(join(installed, made), { recursive: true, force: true });
    if (existsSync(join(installed, STAMP))) move(installed, kept);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const manifest = readManifest(source, versions);
    const locked = readFileSync(join(source, lockfile), "utf8");
    cpSync(source, folder, { recursive: true, filter: (path) => !MADE.has(basename(path)) });
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
    writeFileSync(join(folder, "package-lock.json"), locked);
    cpSync(tarball, join(folder, nameTarball()));

    if (existsSync(kept)) move(kept, installed);
    const needed = createHash("sha256")
      .update(JSON.stringify([manifest, locked, process.version]))
      .digest("hex");
    if (!existsSync(join(installed, STAMP)) || readFileSync(join(installed, STAMP), "utf8") !== needed) {
      // As its README says.
      run("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"], folder);
      writeFileSync(join(installed, STAMP), needed);
    }
    // Its dependencies are unchanged, but its files may have changed.
    const unpacked = join(installed, "vonage-conversion");
    rmSync(unpacked, { recursive: true });
    mkdirSync(unpacked);
    run("tar", ["-xzf", tarball, "--strip-components=1", "-C", unpacked], folder);
    if (manifest.scripts?.build !== undefined) run("npm", ["run", "build"], folder, { ORIGIN: origin });
    return { folder, manifest, clear };
  } catch (error) {
    clear();
    throw error;
  }
}

/** Works across file systems too. */
function move(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  run("mv", [from, to], ".");
}

function run(command: string, args: readonly string[], cwd: string, env: object = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, [...args], {
    cwd,
    env: { ...process.env, ...SURROUNDINGS, ...env },
    encoding: "utf8",
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
    maxBuffer: 100_000_000,
  });
  if (status === 0) return stdout;
  const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-30).join("\n    ");
  throw new Error(
    `${command} ${args[0]} ${args[1] ?? ""} failed${error ? ` (${error.message})` : ""}:\n    ${said}`,
  );
}
