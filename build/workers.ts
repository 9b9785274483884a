// Builds the Workers that the package runs on workerd by itself, for `serve` and `sandbox`. Node only.

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { PAGE_FILES, type PackagedWorker, WORKERS_FOLDER } from "../adapters/cli/machine/packaged.ts";
import { bundlePage } from "../adapters/playground/bundle-page.ts";

const SOURCES: Readonly<Record<PackagedWorker, string>> = {
  worker: "adapters/workerd/worker.ts",
  sandbox: "adapters/playground/index.ts",
};

const LOOK = { bundle: true, format: "esm", target: "es2022", logLevel: "error", metafile: true } as const;
const RESOLUTION = {
  conditions: ["workerd", "worker", "browser"],
  external: ["cloudflare:*"],
};

/**
 * Writes the Workers, lists of their modules, and the playground's page. Returns the paths of the modules that went in.
 *
 * @param built The folder of the built files.
 * @param entries The package's entries, as sources by the names of their built files. The Workers import those instead of
 * having a copy. Without them each Worker is one complete file.
 */
export async function buildWorkers(
  built: string,
  entries: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const used: string[] = [];
  for (const [name, source] of Object.entries(SOURCES)) {
    const script = `${WORKERS_FOLDER}/${name}.js`;
    const outfile = join(built, script);
    const plugins = [withEntries(entries)];
    const made = await build({
      ...LOOK,
      ...RESOLUTION,
      entryPoints: [source],
      outfile,
      plugins,
      minify: true,
    });
    const parts = Object.values(made.metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
    used.push(...parts.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])));
    const found = await build({ ...LOOK, ...RESOLUTION, entryPoints: [outfile], write: false });
    const modules = Object.keys(found.metafile.inputs).map((path) =>
      resolve(path).slice(resolve(built).length + 1),
    );
    const list = [script, ...modules.filter((module) => module !== script).sort()];
    writeFileSync(join(built, WORKERS_FOLDER, `${name}.json`), `${JSON.stringify(list)}\n`);
  }
  const page = bundlePage("adapters/playground/page", { minify: true });
  for (const [name, path] of Object.entries(PAGE_FILES)) {
    const file = join(built, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, page[name as keyof typeof PAGE_FILES]);
  }
  return used.map((path) => resolve(path));
}

/** Leaves imports of the package's entries to the built files, one folder up. */
function withEntries(entries: Readonly<Record<string, string>>): Plugin {
  const names = new Map(Object.entries(entries).map(([name, source]) => [resolve(`${source}.ts`), name]));
  return {
    name: "with-entries",
    setup: ({ onResolve }) => {
      onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind }) => {
        const name = kind === "entry-point" ? undefined : names.get(resolve(resolveDir, path));
        return name === undefined ? undefined : { path: `../${name}.mjs`, external: true };
      });
    },
  };
}
