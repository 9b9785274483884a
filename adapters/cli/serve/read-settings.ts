// Reads the Worker's settings from files and from the environment.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { SETTING_NAMES, SETTINGS } from "../../cloudflare/settings/table.ts";
import { LocalFailure } from "../machine/failure.ts";

/**
 * Reads the settings. Of files, everything is taken, so that the Worker can name misspelt settings; of the environment,
 * which also belongs to other programs, only settings are.
 *
 * @param files Paths; later ones take precedence, and the environment over all.
 * @throws {LocalFailure} if a file cannot be read.
 */
export function readSettings(
  files: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const file of files) Object.assign(settings, readEnvFile(resolve(cwd, file)));
  for (const name of SETTING_NAMES) {
    const value = env[name];
    if (value !== undefined && SETTINGS[name].binding === undefined) settings[name] = value;
  }
  // Neither texts of this name nor empty ones reach the Worker: an empty setting counts as left out.
  return Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => value !== "" && /^[A-Za-z_]\w*$/.test(name)),
  );
}

function readEnvFile(path: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LocalFailure(
      `${path} cannot be read (${code}). It must be a file of lines such as NAME="value".`,
    );
  }
}
