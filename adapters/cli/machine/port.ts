// The addresses that local Workers listen on. Node only.

import { createServer } from "node:net";
import { LocalFailure } from "./failure.ts";

/** Joins host and port; an IPv6 address gets its brackets. */
export const toAddress = (host: string, port: number): string =>
  `${host.includes(":") ? `[${host}]` : host}:${port}`;

/** Joins a URL that reaches a server on this machine, whichever address it listens on. */
export function toLocalUrl(host: string, port: number): string {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${toAddress(reachable, port)}`;
}

/**
 * Makes sure that a port can be listened on.
 *
 * @param remedy Another way to choose a port: `--port 9787`.
 * @throws {LocalFailure} if it cannot.
 */
export async function claimPort(host: string, port: number, remedy: string): Promise<void> {
  const code = await findFault(host, port);
  if (code === undefined) return;
  throw new LocalFailure(
    code === "EADDRINUSE"
      ? `Port ${port} is in use. Stop the process that uses it, or choose another port: ${remedy}`
      : code === "EACCES"
        ? `This user may not listen on port ${port}. Choose a port from 1024: ${remedy}`
        : `Nothing can listen on ${toAddress(host, port)} (${code}). The host must be an address of this machine.`,
  );
}

function findFault(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"))
      .listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
