// The work that a shard of challenges does without being asked: it settles messages that were cut off, sends the
// outbox again, and deletes expired rows.

import { type AlarmClock, toMinute } from "../storage/alarm-clock.ts";
import { doAlarmWork } from "../storage/alarm-work.ts";
import type { ChallengePlatform } from "./challenge-platform.ts";
import { type ChallengeTransactions, LOOK_AFTER_MS } from "./challenge-transactions.ts";
import type { Outbox } from "./outbox.ts";

/** Most challenges settled by one alarm. */
const BATCH = 100;

export function createChallengeAlarm(
  { store, now, logFailure, counting }: ChallengePlatform,
  { commit, commitEvent }: ChallengeTransactions,
  { outbox, clock }: { readonly outbox: Outbox; readonly clock: AlarmClock },
) {
  return {
    /** Call it once, before anything else. A disk that cannot write must not stop the object from starting. */
    wake(alarm: number | undefined): void {
      clock.found(alarm);
      try {
        counting?.wake(alarm);
        armForEverything();
      } catch (error) {
        logFailure("the alarm of the challenges could not be set at start", error);
      }
    },

    /** Sets the alarm again, in case it was lost, or set by a clock that was ahead. */
    nudge(): void {
      commit(() => store.purge(now()));
      armForEverything();
    },

    /** Never rejects. */
    alarm: (): Promise<void> =>
      doAlarmWork("challenges", {
        clock,
        parts: (fail) => ({
          "expired challenges could not be deleted": () => commit(() => store.purge(now())),
          "messages that were cut off could not be settled": () => {
            if (settleAll()) fail();
          },
          "the outbox could not be sent": async () => {
            if (await outbox.sendAll()) fail();
          },
          "counters could not be sent": () => counting?.run(),
        }),
        arm: armForRows,
        retryAt: () => now() + LOOK_AFTER_MS,
        logFailure,
      }),
  };

  function armForEverything(): void {
    if (!outbox.isEmpty()) clock.arm(now());
    armForRows();
  }

  function armForRows(): void {
    const end = store.nextEnd();
    if (end !== undefined) clock.arm(toMinute(end));
    clock.arm(counting?.dueAt());
  }

  /** A challenge that cannot be settled must not stop the others. Returns `true` if any failed. */
  function settleAll(): boolean {
    let failed = false;
    for (const id of store.unsettled(now(), BATCH)) {
      try {
        commitEvent(id, { type: "settle" });
      } catch (error) {
        failed = true;
        logFailure("a challenge could not be settled", error);
      }
    }
    return failed;
  }
}
