// The package as a project gets it: packed, and unpacked into one that has nothing but its dependencies.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { packInto } from "../support/pack.ts";

export interface Tarball {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A project that has the package installed: a folder with its package.json and node_modules. */
  readonly project: string;
  /** The package in it. */
  readonly folder: string;
  remove(): void;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Packs what is built, and installs it. */
export function packAndInstall(): Tarball {
  const project = mkdtempSync(join(tmpdir(), "tarball-"));
  const path = packInto(project);
  const { name } = readManifest(".");
  const folder = join(project, "node_modules", name);
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", path, "--strip-components=1", "-C", folder]);
  // Copied, not linked: from a link, TypeScript and Node would find their way back to this project's own modules.
  for (const dependency of dependenciesOf(folder)) {
    cpSync(join("node_modules", dependency), join(project, "node_modules", dependency), { recursive: true });
  }
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  return {
    bytes: new Uint8Array(readFileSync(path)),
    project: resolve(project),
    folder,
    remove: () => rmSync(project, { recursive: true }),
  };
}

/** The names of what is needed at run time, of dependencies too. */
function dependenciesOf(folder: string, found = new Set<string>()): ReadonlySet<string> {
  for (const name of Object.keys(readManifest(folder).dependencies ?? {})) {
    if (found.has(name)) continue;
    found.add(name);
    dependenciesOf(join("node_modules", name), found);
  }
  return found;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
