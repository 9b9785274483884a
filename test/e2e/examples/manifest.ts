// The package.json of an example, and of a variant of it.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Changes to the example of that name. */
export interface Variant {
  /** The folder to build instead of the one in examples/. */
  readonly source?: string;
  /** Its lockfile in that folder. @default "package-lock.json" */
  readonly lockfile?: string;
  /** Pinned dependencies that replace those of the manifest. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** The name that `npm pack` gives the package. */
export function nameTarball(): string {
  const { name, version } = JSON.parse(readFileSync("package.json", "utf8"));
  return `${name}-${version}.tgz`;
}

/** Reads a manifest in which every version is pinned, and the package is the tarball in the example's own folder. */
export function readManifest(source: string, versions: Readonly<Record<string, string>> = {}): Manifest {
  const own: Manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const ours = { "vonage-conversion": `file:${nameTarball()}` };
  const manifest = { ...own, dependencies: { ...own.dependencies, ...versions, ...ours } };
  const loose = Object.entries({ ...manifest.dependencies, ...own.devDependencies }).filter(
    ([name, version]) => name !== "vonage-conversion" && !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  if (loose.length > 0) throw new Error(`not pinned: ${loose.map(([name]) => name).join(", ")}`);
  return manifest;
}
