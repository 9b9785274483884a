import { createServer } from "node:net";

/**
 * Linux gives outgoing connections ports from 32 768 on. One of those could be taken while whoever listens there
 * is down, or a connection to it could even come to be its own other end.
 */
const FIRST_OUTGOING_PORT = 32_768;
const FIRST_PORT = 20_000;

/** A port on 127.0.0.1 where nobody listens, and which stays free while its server restarts. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (FIRST_OUTGOING_PORT - FIRST_PORT));
    if (await isFree(port)) return port;
  }
}

/** Whether nobody listens at this port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(false))
      .listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
