// Finds workerd. It has 100 MB, so it is no dependency of the package, which most use for its client. Node only.

import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { LocalFailure } from "./failure.ts";
import { WORKERD_VERSION } from "./workerd-version.ts";

export const BINARY_SETTING = "VONAGE_CONVERSION_WORKERD";

export interface FindOptions {
  /** The folder of the project, absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tells the user about something that takes time. */
  readonly say: (line: string) => void;
}

/** A download of 40 MB that takes longer is stuck. */
const PATIENCE_MS = 5 * 60_000;

/**
 * Returns the path of the binary: the one that VONAGE_CONVERSION_WORKERD names, else the project's, else one that npm
 * fetches and keeps in its cache.
 *
 * @throws {LocalFailure} if there is none.
 */
export async function findWorkerd({ cwd, env, say }: FindOptions): Promise<string> {
  const given = env[BINARY_SETTING];
  if (given) return checkBinary(given);
  for (const importer of [join(cwd, "package.json"), import.meta.url]) {
    const found = findInstalled(importer);
    if (found === undefined) continue;
    if (!isOlder(found.version, WORKERD_VERSION)) return found.binary;
    say(`The installed workerd ${found.version} is older than ${WORKERD_VERSION}, which this version needs.`);
  }
  return fetchBinary(cwd, env, say);
}

function checkBinary(path: string): string {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    throw new LocalFailure(
      `${BINARY_SETTING} must be the path of workerd, as a file that this user may execute.`,
    );
  }
}

/** Finds the package as an importer would. Its binary is missing where optional dependencies were left out. */
function findInstalled(importer: string): { readonly version: string; readonly binary: string } | undefined {
  const require = createRequire(importer);
  try {
    const { version } = require("workerd/package.json") as { readonly version: string };
    const { default: binary } = require("workerd") as { readonly default: string };
    accessSync(binary, constants.X_OK);
    return { version, binary };
  } catch {
    return undefined;
  }
}

/** Compares versions such as 1.20261102.1. */
function isOlder(version: string, least: string): boolean {
  const [given, needed] = [version, least].map((text) => text.split(".").map(Number));
  const differing = needed?.findIndex((part, index) => part !== given?.[index]) ?? -1;
  return differing >= 0 && (given?.[differing] ?? 0) < (needed?.[differing] ?? 0);
}

async function fetchBinary(cwd: string, env: FindOptions["env"], say: FindOptions["say"]): Promise<string> {
  const name = `workerd@${WORKERD_VERSION}`;
  say(`Using ${name} from npm's cache, or fetching it (40 MB). To keep it: npm install --save-dev ${name}`);
  const shim = await askNpm(
    ["exec", "--yes", "--prefer-offline", `--package=${name}`, "-c", "command -v workerd"],
    {
      cwd,
      env,
    },
  ).catch((error: unknown) => {
    throw new LocalFailure(
      `npm could not fetch ${name}${describe(error)}. With a network, run: npm install --save-dev ${name}\n` +
        `Without one, copy a workerd binary of that version here and set ${BINARY_SETTING} to its path.`,
    );
  });
  const found = findInstalled(realpathSync(shim));
  if (found !== undefined) return found.binary;
  throw new LocalFailure(
    `${name} has no binary for this machine (${process.platform} ${process.arch}). It needs Linux with glibc or macOS.`,
  );
}

/** Runs the npm that runs this process, or the one of the path. Resolves to its last line. */
function askNpm(args: readonly string[], { cwd, env }: Pick<FindOptions, "cwd" | "env">): Promise<string> {
  const script = env.npm_execpath;
  const [program, before] = script?.endsWith(".js") ? [process.execPath, [script]] : ["npm", []];
  return new Promise((resolve, reject) => {
    execFile(program, [...before, ...args], { cwd, env, timeout: PATIENCE_MS }, (error, stdout) => {
      const line = stdout.trim().split("\n").at(-1);
      if (error !== null) reject(error);
      else if (line) resolve(line);
      else reject(new Error("npm printed nothing."));
    });
  });
}

/** npm's own name for the fault: `E404`, `ENOTFOUND`. Its messages may contain a registry's credentials. */
function describe(error: unknown): string {
  const { code, message = "" } = error as { readonly code?: unknown; readonly message?: string };
  if (code === "ENOENT") return " (npm is not installed)";
  const [, found] = /npm (?:error|ERR!) code (E[A-Z0-9]+|E\d+)/.exec(message) ?? [];
  return found === undefined ? "" : ` (${found})`;
}
