import { createServer } from "node:net";

/**
 * Linux gives outgoing connections ports from 32 768 on. A connection could take such a port while its server is
 * down, or even connect to itself.
 */
const FIRST_OUTGOING_PORT = 32_768;
const FIRST_PORT = 20_000;
/** No port is handed out twice, for the last one's connections may still be open. */
const handedOut = new Set<number>();
/** Test processes that run side by side take their ports from ranges of their own. */
const RANGE = 1_000;
const RANGES = Math.floor((FIRST_OUTGOING_PORT - FIRST_PORT) / RANGE);

/** Finds a port on 127.0.0.1 that is free, and stays free while its server restarts. */
export async function findFreePort(): Promise<number> {
  const range = Number(process.env.VITEST_POOL_ID ?? process.pid) % RANGES;
  for (;;) {
    const port = FIRST_PORT + range * RANGE + Math.floor(Math.random() * RANGE);
    if (handedOut.has(port) || !(await isFree(port))) continue;
    handedOut.add(port);
    return port;
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
