// Builds an example as its user would, in a copy: its own dependencies, the package as it is published, its own build.

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
import { SURROUNDINGS } from "./serve.ts";

const CACHE = "node_modules/.cache/examples";
/** Says what a node_modules was installed for, and that it is complete. */
const STAMP = ".stamp";
const PATIENCE_MS = 4 * 60_000;
/** What an example's own tools make; never taken along. */
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

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Packs the package; gives the absolute path of the tarball. */
export function packPackage(): string {
  const folder = resolve(CACHE, "package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  installPackage(folder);
  const tarball = readdirSync(folder).find((one) => one.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  return join(folder, tarball);
}

/** What is built in place of the example of that name. */
export interface Variant {
  /** A folder; by default the one in examples/. */
  readonly source?: string;
  /** Dependencies in place of those that its manifest names, each pinned. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** An example that is built. */
export interface Built {
  /** Absolute path. */
  readonly folder: string;
  /** Keeps what was installed for the next time, and removes the rest. */
  clear(): void;
}

/**
 * Copies an example, installs what it needs unless that was done before, and builds it. Outside of the project, so
 * that nothing is found which it does not name itself; and tools treat what is below a node_modules as no sources.
 *
 * @param origin Where it will be served; one framework wants to know that early.
 */
export function buildExample(
  name: string,
  tarball: string,
  origin: string,
  { source = join("examples", name), versions = {} }: Variant = {},
): Built {
  const folder = mkdtempSync(join(tmpdir(), `example-${name}-`));
  const [installed, kept] = [join(folder, "node_modules"), resolve(CACHE, name)];
  const clear = () => {
    // Made by its build, for this folder.
    for (const made of [".cache", ".vite"]) rmSync(join(installed, made), { recursive: true, force: true });
    if (existsSync(join(installed, STAMP))) move(installed, kept);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const own: Manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
    const manifest: Manifest = { ...own, dependencies: { ...own.dependencies, ...versions } };
    demandPins(manifest);
    cpSync(source, folder, { recursive: true, filter: (path) => !MADE.has(basename(path)) });
    const dependencies = { ...manifest.dependencies, "vonage-conversion": `file:${tarball}` };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, dependencies }, null, 2));

    if (existsSync(kept)) move(kept, installed);
    const needed = createHash("sha256")
      .update(JSON.stringify([manifest, ownDependencies(), process.version]))
      .digest("hex");
    if (!existsSync(join(installed, STAMP)) || readFileSync(join(installed, STAMP), "utf8") !== needed) {
      rmSync(installed, { recursive: true, force: true });
      run("npm", ["install", "--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline"], folder);
      writeFileSync(join(installed, STAMP), needed);
    }
    // Its dependencies are as they were; its files may not be.
    const unpacked = join(installed, "vonage-conversion");
    rmSync(unpacked, { recursive: true });
    mkdirSync(unpacked);
    run("tar", ["-xzf", tarball, "--strip-components=1", "-C", unpacked], folder);
    if (manifest.scripts?.build !== undefined) run("npm", ["run", "build"], folder, { ORIGIN: origin });
    return { folder, clear };
  } catch (error) {
    clear();
    throw error;
  }
}

/** Also to another file system. */
function move(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  run("mv", [from, to], ".");
}

/** What works today must work tomorrow. */
function demandPins({ dependencies, devDependencies }: Manifest): void {
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([name, version]) => name !== "vonage-conversion" && !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  if (loose.length > 0) throw new Error(`not pinned: ${loose.map(([name]) => name).join(", ")}`);
}

function ownDependencies(): unknown {
  return (JSON.parse(readFileSync("package.json", "utf8")) as Manifest).dependencies;
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
