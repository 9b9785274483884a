// Linters and generators, as test/e2e/openapi/project pins them.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const SOURCE = "test/e2e/openapi/project";
const FOLDER = resolve("node_modules/.cache/openapi");
/** Names the lockfile that was installed. */
const STAMP = join(FOLDER, "node_modules/.stamp");
const PATIENCE_MS = 5 * 60_000;

export interface Project {
  readonly folder: string;
  /**
   * Runs one of its tools there and returns what it prints.
   *
   * @throws {Error} With its output, if it finds fault.
   */
  run(tool: string, ...args: readonly string[]): string;
}

/** Copies the project, and installs its tools unless they are there. */
export function openProject(): Project {
  mkdirSync(FOLDER, { recursive: true });
  rmSync(join(FOLDER, "generated"), { recursive: true, force: true });
  cpSync(SOURCE, FOLDER, { recursive: true });
  const wanted = readFileSync(join(SOURCE, "package-lock.json"), "utf8");
  if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== wanted) {
    const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
    execFileSync("npm", ["ci", ...quietly], { cwd: FOLDER, stdio: "pipe", timeout: PATIENCE_MS });
    writeFileSync(STAMP, wanted);
  }
  return {
    folder: FOLDER,
    run(tool, ...args) {
      const { status, stdout, stderr, error } = spawnSync(join(FOLDER, "node_modules/.bin", tool), args, {
        cwd: FOLDER,
        env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
        encoding: "utf8",
        timeout: PATIENCE_MS,
      });
      if (status === 0) return stdout;
      throw new Error(`${tool} failed${error ? ` (${error.message})` : ""}:\n${stdout}${stderr}`.trim());
    },
  };
}
