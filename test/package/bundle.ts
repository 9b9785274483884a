import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { buildSync, type Metafile } from "esbuild";

export interface Bundle {
  /** The code that is loaded at once: the entry and its static imports. */
  readonly code: string;
  /** Bytes of `code`, minified and gzipped. */
  readonly size: number;
  /** Every module that went in, lazily loaded ones included, and every import that stayed outside. */
  readonly modules: readonly string[];
  readonly outside: readonly string[];
}

/**
 * Bundles with all dependencies, minified, lazily loaded modules in chunks of their own.
 *
 * @param conditions Which of a package's entries are taken: those of workerd, of browsers, of Node.
 */
export function bundle(entry: string, conditions: readonly string[]): Bundle {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    conditions: [...conditions],
    external: ["node:*", "cloudflare:*"],
    outdir: "out",
    write: false,
    metafile: true,
    logLevel: "error",
  });
  const [entryPath] =
    Object.entries(metafile.outputs).find(([, output]) => output.entryPoint !== undefined) ?? [];
  const initial = staticallyLoaded(metafile, entryPath ?? "");
  const code = outputFiles
    .filter((file) => [...initial].some((path) => file.path.endsWith(path)))
    .map((file) => file.text)
    .join("\n");
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return {
    code,
    size: gzipSync(code, { level: 9 }).byteLength,
    modules: Object.keys(metafile.inputs),
    outside: imports.filter((one) => one.external).map((one) => one.path),
  };
}

/** The Worker as `wrangler deploy` would upload it. */
export function bundleDeployedWorker(): Bundle {
  execFileSync("wrangler", ["deploy", "--dry-run", "--outdir", ".wrangler/size"], { stdio: "pipe" });
  return bundle(".wrangler/size/index.js", ["workerd"]);
}

function staticallyLoaded({ outputs }: Metafile, entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const { path, kind } of outputs[entry]?.imports ?? []) {
    if (kind === "import-statement") staticallyLoaded({ outputs, inputs: {} }, path, seen);
  }
  return seen;
}
