import { createServer } from "node:net";

/**
 * Linux gives outgoing connections ports from 32 768 on. A connection could take such a port while its server is
 * down, or even connect to itself.
 */
const FIRST_OUTGOING_PORT = 32_768;
const FIRST_PORT = 20_000;

/** Finds a port on 127.0.0.1 that is free, and stays free while its server restarts. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (FIRST_OUTGOING_PORT - FIRST_PORT));
    if (await isFree(port)) return port;
  }
}

/** Returns `true` if no server listens on this port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(false))
      .listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
