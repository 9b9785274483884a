// The libraries that are built into the package, whose licences must stay with their code.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Libraries {
  /** Notes the libraries of modules that were built in, by the modules' paths. */
  add(modules: Iterable<string>): void;
  /** Writes name, version and licence of each. */
  write(path: string): void;
}

export function createLibraries(): Libraries {
  const folders = new Set<string>();
  return {
    add(modules) {
      for (const module of modules) {
        const folder = folderOf(module);
        if (folder !== undefined) folders.add(folder);
      }
    },
    write(path) {
      const introduction =
        "The files in this folder contain code of these libraries, under these licences.\n";
      writeFileSync(path, [introduction, ...[...folders].sort().map(describe)].join("\n"));
    },
  };
}

/**
 * Rollup's part: notes which libraries go into the entries, and keeps their sources out of the source maps, of which
 * they would be half. Their code in `dist` is readable without a map.
 */
export function withLibraries(libraries: Libraries) {
  return {
    name: "with-libraries",
    transform: (code: string, id: string) =>
      folderOf(id) === undefined ? null : { code, map: { mappings: "" as const } },
    generateBundle(_: unknown, chunks: Readonly<Record<string, object>>) {
      for (const chunk of Object.values(chunks)) {
        if (!("modules" in chunk)) continue;
        const modules = Object.entries(chunk.modules as Record<string, { readonly renderedLength: number }>);
        libraries.add(modules.filter(([, { renderedLength }]) => renderedLength > 0).map(([id]) => id));
      }
    },
  };
}

/** The folder of the library that a module belongs to; `undefined` for our own modules. */
const folderOf = (module: string): string | undefined =>
  /^.*\bnode_modules[\\/](?:@[\w.-]+[\\/])?[\w.-]+/.exec(module)?.[0];

function describe(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const licences = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
  if (licences.length === 0) throw new Error(`${name} has no licence to keep with its code.`);
  const texts = licences.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  return [`## ${name} ${version}`, ...texts, ""].join("\n\n");
}
