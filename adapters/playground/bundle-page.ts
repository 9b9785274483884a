import { buildSync } from "esbuild";
import type { PageFiles } from "./page-files.ts";

/**
 * Bundles the page of the sandbox. Node only.
 *
 * @param folder The folder of the page's sources, without a trailing slash.
 */
export function bundlePage(folder: string, { minify = false } = {}): Required<PageFiles> {
  const { outputFiles } = buildSync({
    entryPoints: [`${folder}/index.html`, `${folder}/page.css`, `${folder}/page.ts`],
    bundle: true,
    minify,
    write: false,
    outdir: "page",
    format: "esm",
    target: "es2022",
    loader: { ".html": "copy" },
    logLevel: "error",
  });
  const find = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
  return { PAGE_HTML: find(".html"), PAGE_CSS: find(".css"), PAGE_JS: find(".js") };
}
