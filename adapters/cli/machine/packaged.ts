// The Workers among the built files of the package, and the page. `npm run build` writes them; Node only.

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** One ES module. */
export interface Module {
  /** Its path as other modules import it. */
  readonly name: string;
  /** The absolute path of its file. */
  readonly file: string;
}

/** The Workers that the package contains. */
export type PackagedWorker = "worker" | "sandbox";

/** The folder of the packaged Workers among the built files. */
export const WORKERS_FOLDER = "workers";

/** The files of the playground's page, by their names in the Worker's environment. */
export const PAGE_FILES = {
  PAGE_HTML: "page/index.html",
  PAGE_CSS: "page/page.css",
  PAGE_JS: "page/page.js",
} as const;

/** Tells whether a folder contains the packaged Workers. */
export const hasWorkers = (built: string): boolean => existsSync(join(built, WORKERS_FOLDER));

/**
 * Reads the list of a Worker's modules, its main one first.
 *
 * @param built The folder of the built files.
 */
export function readModules(built: string, worker: PackagedWorker): readonly Module[] {
  const list = JSON.parse(readFileSync(join(built, WORKERS_FOLDER, `${worker}.json`), "utf8")) as string[];
  return list.map((name) => ({ name, file: resolve(built, name) }));
}
