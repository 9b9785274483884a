// Tools that are installed apart, as a test's own lockfile pins them.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

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

/**
 * Copies `test/e2e/NAME/project`, and installs its tools unless they are there.
 *
 * @param env Added to the environment of the tools.
 */
export function openProject(name: string, env: Readonly<Record<string, string>> = {}): Project {
  const source = `test/e2e/${name}/project`;
  // Not in node_modules, where test runners look for no tests.
  const folder = resolve(".wrangler/projects", name);
  // Names the lockfile that was installed.
  const stamp = join(folder, "node_modules/.stamp");
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, "generated"), { recursive: true, force: true });
  cpSync(source, folder, { recursive: true });
  const wanted = readFileSync(join(source, "package-lock.json"), "utf8");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
    execFileSync("npm", ["ci", ...quietly], { cwd: folder, stdio: "pipe", timeout: PATIENCE_MS });
    writeFileSync(stamp, wanted);
  }
  return {
    folder,
    run(tool, ...args) {
      const { status, stdout, stderr, error } = spawnSync(join(folder, "node_modules/.bin", tool), args, {
        cwd: folder,
        env: { ...process.env, ...env },
        encoding: "utf8",
        timeout: PATIENCE_MS,
      });
      if (status === 0) return stdout;
      throw new Error(`${tool} failed${error ? ` (${error.message})` : ""}:\n${stdout}${stderr}`.trim());
    },
  };
}
