// How the upstream behaves, request by request.

import type { SandboxFault } from "../../../src/sandbox/index.ts";
import type { SandboxServer } from "../../support/sandbox-server.ts";

/** Far more than can be under way. */
const AHEAD = 300;

/**
 * Makes a function that sees to it that there is weather for the next requests.
 *
 * @param draw What one request meets.
 */
export function createWeather({ sandbox, hits }: SandboxServer, draw: () => SandboxFault): () => void {
  let drawn = 0;
  return () => {
    for (; drawn < hits.length + AHEAD; drawn++) sandbox.fail(draw());
  };
}
