// Bundles the console into static files. Node only. `wrangler deploy` and `npm run build` run it.

import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const source = fileURLToPath(new URL(".", import.meta.url));

/**
 * Writes the console's files. Returns the paths of the modules that went in.
 *
 * @param directory The directory of the Worker's static assets, without a trailing slash.
 */
export function buildConsole(directory: string): string[] {
  const { metafile } = buildSync({
    entryPoints: ["index.html", "console.css", "icon.svg", "main.tsx"].map((file) => source + file),
    outdir: `${directory}/console`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".html": "copy", ".svg": "copy" },
    logLevel: "error",
    metafile: true,
  });
  mkdirSync(directory, { recursive: true });
  copyFileSync(`${source}_headers`, `${directory}/_headers`);
  return Object.keys(metafile.inputs);
}

if (import.meta.main) buildConsole(fileURLToPath(new URL("../../dist/assets", import.meta.url)));
