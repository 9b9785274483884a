// The ports that `npm start` listens on.

import { createServer } from "node:net";

export const HOST = "127.0.0.1";

/** Reads a port from the environment, and finds out whether it is free. Throws a sentence for the user otherwise. */
export async function claimPort(name: string, fallback: number): Promise<number> {
  const port = Number(process.env[name] || fallback);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new PortError(`${name} must be a port from 1 to 65535.`);
  }
  if (await isFree(port)) return port;
  throw new PortError(
    `Port ${port} is in use. Stop the process that uses it, or choose another port: ${name}=${port + 1000} npm start`,
  );
}

/** A port is invalid or in use; the message says what to do. */
export class PortError extends Error {
  override readonly name = "PortError";
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(false))
      .listen(port, HOST, () => server.close(() => resolve(true)));
  });
}
