// Sets the behaviour of the upstream, request by request.

import type { SandboxFault } from "../../../src/sandbox/index.ts";
import type { SandboxServer } from "../../support/sandbox-server.ts";

/** Far more requests than can be under way. */
const AHEAD = 300;

/**
 * Makes a function that sets the faults of the next requests.
 *
 * @param draw Returns the fault of one request.
 */
export function createWeather({ sandbox, hits }: SandboxServer, draw: () => SandboxFault): () => void {
  let drawn = 0;
  return () => {
    for (; drawn < hits.length + AHEAD; drawn++) sandbox.fail(draw());
  };
}
