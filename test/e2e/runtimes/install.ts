// Installs the runtimes, and the package as a user gets it: packed, with its dependencies.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { packInto } from "../../support/pack.ts";
import { workerdBinary } from "../../support/plain-workerd.ts";
import type { Runtime } from "./runtimes.ts";

const CACHE = "node_modules/.cache/runtimes";
/** A download that takes longer than this is stuck. */
const PATIENCE_MS = 5 * 60_000;

/** Installs a runtime unless it is already there, and returns the path of its binary. */
export function installRuntime({ package: name, version }: Runtime): string {
  if (name === "workerd") return workerdBinary;
  // An install script downloads their binary.
  return join(installPinned(name, version, { allowScripts: { [name]: true } }), "node_modules/.bin", name);
}

/** Installs one version of a package into its own folder unless it is already there, and returns the folder. */
export function installPinned(name: string, version: string, manifest: object = {}): string {
  const folder = resolve(CACHE, `${name.replace("/", "-")}-${version}`);
  const complete = join(folder, "complete");
  if (!existsSync(complete)) {
    rmSync(folder, { recursive: true, force: true });
    install(folder, { dependencies: { [name]: version }, ...manifest });
    writeFileSync(complete, "");
  }
  return folder;
}

/** Packs the build, after a new build if the sources are newer, and installs it into a folder. */
export function installPackage(folder: string): void {
  if (!process.env.PACKAGE_TARBALL && isStale()) npm(["run", "build"]);
  const tarball = `file:${basename(packInto(folder))}`;
  install(folder, { type: "module", dependencies: { "vonage-conversion": tarball } });
}

function install(folder: string, manifest: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, ...manifest }));
  npm(["install", "--prefix", folder, "--no-audit", "--no-fund", "--prefer-offline"]);
}

function npm(args: readonly string[]): string {
  return execFileSync("npm", [...args], { encoding: "utf8", stdio: "pipe", timeout: PATIENCE_MS });
}

function isStale(): boolean {
  if (!existsSync("dist/index.mjs")) return true;
  const sources = ["src", "adapters"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
  );
  const built = statSync("dist/index.mjs").mtimeMs;
  return ["build.config.ts", "package.json", ...sources].some((path) => statSync(path).mtimeMs > built);
}
