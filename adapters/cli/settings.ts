// The address of the Worker and the admin key.

import { baseUrlSchema } from "../../src/client/base-url.ts";
import { findFaults } from "../../src/shared/validation.ts";
import { UsageError } from "./usage-error.ts";

export const ENDPOINT_SETTING = "VONAGE_CONVERSION_ENDPOINT";
export const ADMIN_KEY_SETTING = "VONAGE_CONVERSION_ADMIN_KEY";

export interface Settings {
  /** Without a trailing slash. */
  readonly endpoint: string;
  readonly key: string | undefined;
}

/**
 * Reads the settings.
 *
 * @param endpoint The value of `--endpoint`, which takes precedence over the environment.
 * @throws {UsageError} with the name of the setting, never its value.
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  endpoint: string | undefined,
): Settings {
  const name = endpoint === undefined ? ENDPOINT_SETTING : "--endpoint";
  const given = endpoint ?? env[ENDPOINT_SETTING];
  if (!given)
    throw new UsageError(`The Worker's URL is missing: set ${ENDPOINT_SETTING}, or pass --endpoint URL.`);
  const { output, faults } = findFaults(baseUrlSchema, given);
  if (faults) throw new UsageError(faults.map(({ rule }) => `${name} ${rule}.`).join(" "));

  const key = env[ADMIN_KEY_SETTING] || undefined;
  // The Worker's own rule. It also keeps fetch from quoting an invalid header value in an error.
  if (key !== undefined && !/^[\w~-]{32,200}$/.test(key)) {
    throw new UsageError(
      `${ADMIN_KEY_SETTING} must be the key alone, without its name: 32 to 200 letters, digits, _, ~ or -.`,
    );
  }
  return { endpoint: output, key };
}
