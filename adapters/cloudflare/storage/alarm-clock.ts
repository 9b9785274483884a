// The one alarm of a Durable Object: which instant it is set to, and when it must be set anew.

import { clampInstant } from "../../../src/shared/clamp-instant.ts";

export interface AlarmPlatform {
  /** Wakes the object at an instant, in place of the one set before. Durable with what is being written. */
  readonly setAlarm: (at: number) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export type AlarmClock = ReturnType<typeof createAlarmClock>;

/** Nothing is kept for longer, so nothing can be due later. What seems to be was set by a clock that was ahead. */
const FURTHEST_MS = 31 * 24 * 3_600_000;
/** An alarm that has not gone off so long after its instant was lost. */
const LOST_AFTER_MS = 60_000;

export function createAlarmClock({ setAlarm, now }: AlarmPlatform) {
  /** `undefined`: it is not set, as far as is known. */
  let armedAt: number | undefined;

  const clock = {
    /** Tells what the platform has stored: once, when the object starts. */
    found(alarm: number | undefined): void {
      armedAt = alarm;
    },

    /** It has gone off. */
    rang(): void {
      armedAt = undefined;
    },

    /** Wakes the object at an instant at the latest; `undefined`: there is nothing to wake for. */
    arm(at: number | undefined): void {
      if (at === undefined) return;
      const due = clampInstant(Math.max(at, now()), now(), FURTHEST_MS);
      if (armedAt !== undefined && armedAt <= due && armedAt > now() - LOST_AFTER_MS) return;
      armedAt = due;
      setAlarm(due);
    },

    /** A transaction failed, and took back the alarm that was set in it. */
    takenBack(at: number): void {
      armedAt = undefined;
      clock.arm(at);
    },
  };
  return clock;
}
