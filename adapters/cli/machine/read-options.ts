// Reads the options of commands that run a Worker on this machine.

import { isIP } from "node:net";
import { UsageError } from "../usage-error.ts";

/** Reads a port. @throws {UsageError} */
export function readPort(option: string, given: string, command: string): number {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new UsageError(`${option} must be a port from 1 to 65535.`, command);
}

/** Reads an address to listen on. @throws {UsageError} */
export function readHost(given: string, command: string): string {
  const host = given === "localhost" ? "127.0.0.1" : given;
  if (isIP(host) !== 0) return host;
  throw new UsageError(
    "--host must be an IP address of this machine, such as 127.0.0.1 or 0.0.0.0.",
    command,
  );
}

/** Reads `NAME=VALUE` pairs. The message names no value, because it may be a secret. @throws {UsageError} */
export function readSettings(given: readonly string[], command: string): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const [, name, value] = /^([A-Z][A-Z0-9_]*)=([\s\S]*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined) {
        throw new UsageError("--set needs NAME=VALUE, such as --set TWO_FACTOR_COOLDOWN_S=30.", command);
      }
      return [name, value];
    }),
  );
}
