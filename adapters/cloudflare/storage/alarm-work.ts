import type { LogFailure } from "../event-log.ts";
import type { AlarmClock } from "./alarm-clock.ts";
import { type Parts, runParts } from "./parts.ts";

export interface AlarmWork {
  readonly clock: AlarmClock;
  /** Makes the parts of the work. One that failed without throwing calls `fail`. */
  readonly parts: (fail: () => void) => Parts;
  /** Sets the next alarm. */
  readonly arm: () => void;
  /** When to try failed work again, epoch milliseconds. */
  readonly retryAt: () => number;
  readonly logFailure: LogFailure;
}

/**
 * Does the work of an alarm that has gone off, and sets the next one. Failed work is still due, and gets a pause before
 * the next try. Never rejects: the platform gives up after a few rejections.
 *
 * @param object Named in the log: "the next alarm of the limits could not be set".
 */
export async function doAlarmWork(
  object: "challenges" | "figures" | "limits",
  { clock, parts, arm, retryAt, logFailure }: AlarmWork,
): Promise<void> {
  clock.rang();
  let failed = false;
  const fail = (): void => {
    failed = true;
    clock.takenBack(retryAt());
  };
  await runParts(
    {
      ...parts(fail),
      [`the next alarm of the ${object} could not be set`]: () => {
        if (!failed) arm();
      },
    },
    (what, error) => {
      fail();
      logFailure(what, error);
    },
  );
}
