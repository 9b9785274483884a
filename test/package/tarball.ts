// The package as a project gets it: packed, and unpacked into one that has nothing else.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** Packs what is built, and installs it. */
export function packAndInstall(): Tarball {
  const project = mkdtempSync(join(tmpdir(), "tarball-"));
  const path = packInto(project);
  const { name } = JSON.parse(readFileSync("package.json", "utf8"));
  const folder = join(project, "node_modules", name);
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", path, "--strip-components=1", "-C", folder]);
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
