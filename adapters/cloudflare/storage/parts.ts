// The work of an alarm, in parts. A part that fails does not stop the others.

import type { Failure } from "../../../src/operator/signs.ts";
import type { LogFailure } from "../event-log.ts";

/** The parts of the work. Each key is the sentence to log when that part fails: "the outbox could not be sent". */
export type Parts = Partial<Readonly<Record<Failure, () => unknown>>>;

/**
 * Runs all parts one after the other, even if one fails.
 *
 * @returns Whether all of them succeeded. Never rejects.
 */
export async function runParts(parts: Parts, logFailure: LogFailure): Promise<boolean> {
  let succeeded = true;
  for (const [what, work] of Object.entries(parts) as [Failure, () => unknown][]) {
    try {
      const pending = work();
      // A synchronous part stays in one turn with the next.
      if (pending instanceof Promise) await pending;
    } catch (error) {
      succeeded = false;
      logFailure(what, error);
    }
  }
  return succeeded;
}
