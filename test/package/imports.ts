import { readFileSync } from "node:fs";
import { join } from "node:path/posix";
import ts from "typescript";

/**
 * Maps each of our files to those that it imports, starting from the entry points. Type imports, re-exports and lazy
 * imports count: a reader follows them too.
 */
export function readImports(entryPoints: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const imports = new Map<string, readonly string[]>();
  const waiting = [...entryPoints];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (imports.has(path)) continue;
    const targets = /\.tsx?$/.test(path) ? readTargets(path) : [];
    imports.set(path, targets);
    waiting.push(...targets);
  }
  return imports;
}

/** Finds a cycle in a graph of imports; empty if there is none. */
export function findCycle(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (finished.has(path)) return [];
    for (const target of imports.get(path) ?? []) {
      const cycle = visit(target, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    finished.add(path);
    return [];
  };
  for (const path of imports.keys()) {
    const cycle = visit(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

/** The libraries that files import, sorted; the platforms' own modules are none. */
export function readLibraries(paths: Iterable<string>): string[] {
  const names = [...paths]
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap(readSpecifiers)
    .filter((name) => !/^(\.|node:|cloudflare:)/.test(name))
    .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
  return [...new Set(names)].toSorted();
}

function readTargets(path: string): string[] {
  return readSpecifiers(path)
    .filter((name) => name.startsWith("."))
    .map((name) => join(path, "..", name));
}

const readSpecifiers = (path: string): string[] =>
  ts.preProcessFile(readFileSync(path, "utf8")).importedFiles.map(({ fileName }) => fileName);
