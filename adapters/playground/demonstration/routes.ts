// The demonstration over HTTP: `POST /app/demonstration/start`, `POST /app/demonstration/stop`, `GET /app/demonstration`.

import * as v from "valibot";
import type { Sandbox } from "../../../src/sandbox/index.ts";
import { findFaults, integer, listFaults, objectOf } from "../../../src/shared/validation.ts";
import type { Demonstration, DemonstrationRun, DemonstrationStatus } from "./demonstration.ts";

export interface DemonstrationRoutes {
  /** Answers a POST, or returns `undefined` if the path is not of the demonstration. */
  act(path: string, input: unknown): Response | undefined;
  /** The status of the run, and what the sandbox's router does. */
  look(): Response;
  status(): DemonstrationStatus & { readonly console: string };
  /** Ends the run, after everything was reset. */
  forget(): void;
}

const runSchema = objectOf({
  seed: v.optional(integer(0, 2 ** 32 - 1), 1),
  perSecond: v.optional(integer(1, 20), 4),
  lasts: v.optional(integer(1, 900), 300),
});

/**
 * @param waitUntil Receives the run, which outlives the request that starts it.
 * @param console The address of the operator's console.
 */
export function createDemonstrationRoutes(
  sandbox: Sandbox,
  demonstration: Demonstration,
  waitUntil: (work: Promise<unknown>) => void,
  console: string,
): DemonstrationRoutes {
  const look = () => Response.json({ ...demonstration.status(), ...sandbox.routing() }, NO_STORE);

  const start = (input: unknown): Response => {
    const { output, faults } = findFaults(runSchema, input);
    if (faults !== undefined) {
      const answer = { error: "invalid_request", detail: listFaults(faults) };
      return Response.json(answer, { ...NO_STORE, status: 400 });
    }
    waitUntil(demonstration.start(output satisfies DemonstrationRun));
    return look();
  };

  return {
    act: (path, input) => {
      if (path === "/app/demonstration/start") return start(input);
      if (path !== "/app/demonstration/stop") return undefined;
      demonstration.stop();
      return look();
    },
    look,
    status: () => ({ ...demonstration.status(), console }),
    forget: demonstration.stop,
  };
}

const NO_STORE = { headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" } };
