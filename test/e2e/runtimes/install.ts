// Brings the runtimes, and the package as a user gets it: packed, and installed with its dependencies.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { packInto } from "../../support/pack.ts";
import { workerdBinary } from "../../support/plain-workerd.ts";
import type { Runtime } from "./runtimes.ts";

const CACHE = "node_modules/.cache/runtimes";
/** A download that takes longer will not end. */
const PATIENCE_MS = 5 * 60_000;

/** Installs a runtime, unless it was before; gives the path of its binary. */
export function installRuntime({ package: name, version }: Runtime): string {
  if (name === "workerd") return workerdBinary;
  // They bring their binary by a script.
  return join(installPinned(name, version, { allowScripts: { [name]: true } }), "node_modules/.bin", name);
}

/** Installs one version of a package into a folder of its own, unless it was before; gives the folder. */
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

/** Packs what is built, built anew where the sources are newer, and installs it into a folder. */
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
