// Finds out how the new project can depend on this package: it may run from a registry, a tarball or its repository.

import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LocalFailure } from "../machine/failure.ts";

export interface Dependency {
  /** The dependency's value in package.json. */
  readonly spec: string;
  /** A tarball to copy into the project, and its path there. */
  readonly copy?: { readonly from: string; readonly to: string };
}

/**
 * Finds the dependency.
 *
 * @param folder The folder of this package, absolute.
 * @throws {LocalFailure} if the tarball that it was installed from is gone.
 */
export function findDependency(folder: string): Dependency {
  const modules = dirname(folder);
  // The repository, or a link to it.
  if (basename(modules) !== "node_modules") return { spec: `file:${folder}` };
  const { name, version } = readJson(join(folder, "package.json")) as { name: string; version: string };
  const lock = join(modules, ".package-lock.json");
  const { packages = {} } = existsSync(lock) ? (readJson(lock) as Lock) : {};
  const { resolved = "" } = packages[`node_modules/${name}`] ?? {};
  if (resolved.startsWith("git+")) return { spec: resolved };
  const [, path] = /^file:(.+\.tgz)$/.exec(resolved) ?? [];
  if (path === undefined) return { spec: version };
  const from = resolve(dirname(modules), path);
  if (!existsSync(from)) {
    throw new LocalFailure(
      `This package was installed from ${from}, which is gone. Install it again from its tarball.`,
    );
  }
  const to = `vendor/${basename(from)}`;
  return { spec: `file:${to}`, copy: { from, to } };
}

interface Lock {
  readonly packages?: Readonly<Record<string, { readonly resolved?: string } | undefined>>;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
