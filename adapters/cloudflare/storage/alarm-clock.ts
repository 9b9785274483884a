// The alarm of a Durable Object. The platform has one for each; this remembers its time, so that it is set only when
// needed.

import { clampInstant } from "../../../src/shared/clamp-instant.ts";

export interface AlarmPlatform {
  /** Sets the alarm, in place of the one set before. Durable together with the present transaction. */
  readonly setAlarm: (at: number) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export type AlarmClock = ReturnType<typeof createAlarmClock>;

/** Nothing is kept for longer. A later time was computed by a clock that was ahead. */
const FURTHEST_MS = 31 * 24 * 3_600_000;
/** An alarm that is this late was lost. */
const LOST_AFTER_MS = 60_000;
const MINUTE_MS = 60_000;

/** Rounds a time up to the minute, so that one alarm serves many rows. */
export const toMinute = (at: number): number => Math.ceil(at / MINUTE_MS) * MINUTE_MS;

export function createAlarmClock({ setAlarm, now }: AlarmPlatform) {
  /** `undefined`: not set, as far as this instance knows. */
  let armedAt: number | undefined;

  const clock = {
    /** Takes on the alarm that the platform has stored. Call it once, when the object starts. */
    found(alarm: number | undefined): void {
      armedAt = alarm;
    },

    /** The alarm has gone off. */
    rang(): void {
      armedAt = undefined;
    },

    /** Wakes the object at this time at the latest; `undefined`: nothing is due. */
    arm(at: number | undefined): void {
      if (at === undefined) return;
      const due = clampInstant(Math.max(at, now()), now(), FURTHEST_MS);
      if (armedAt !== undefined && armedAt <= due && armedAt > now() - LOST_AFTER_MS) return;
      armedAt = due;
      setAlarm(due);
    },

    /** Sets the alarm again: a transaction failed and took back the one set in it. */
    takenBack(at: number): void {
      armedAt = undefined;
      clock.arm(at);
    },
  };
  return clock;
}
