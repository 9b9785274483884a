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

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

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

/** Changes to the example of that name. */
export interface Variant {
  /** The folder to build instead of the one in examples/. */
  readonly source?: string;
  /** Pinned dependencies that replace those of the manifest. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** A built example. */
export interface Built {
  /** Its absolute path. */
  readonly folder: string;
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
  { source = join("examples", name), versions = {} }: Variant = {},
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
    // Its dependencies are unchanged, but its files may have changed.
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

/** Works across file systems too. */
function move(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  run("mv", [from, to], ".");
}

/** Pins each version, so that a run can be repeated later. */
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
