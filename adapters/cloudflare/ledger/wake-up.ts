// Decides when a shard next wakes up, and purges what is settled when it does.

import { nextSendAt } from "../../../src/ledger/key-state.ts";
import { REPORT_STATES, type ReportState } from "../../../src/ledger/row.ts";
import { LONGEST_DELAY_MS } from "../../../src/ledger/schedule.ts";
import { TRAFFICS, type Traffic } from "../../../src/wire/report.ts";
import { toMinute } from "../storage/alarm-clock.ts";
import type { Forgetting } from "./forgetting.ts";
import type { KeyStates } from "./key-states.ts";
import type { ShardPlatform, ShardRules } from "./shard-platform.ts";
import { ROWS_PER_TRANSACTION } from "./store.ts";
import type { Transitions } from "./transitions.ts";

/** A message is tracked for a day at most; the extra hour is for clocks that differ. */
const LONGEST_TRACKING_MS = 25 * 3_600_000;

/** The states of rows that have something to do. */
const TO_DO: readonly ReportState[] = REPORT_STATES.filter((state) => state !== "recorded");

export function createWakeUp(
  { store, now, counting }: Pick<ShardPlatform, "store" | "now" | "counting">,
  {
    keys,
    forgetting,
    transitions: { commit, put },
  }: { readonly keys: KeyStates; readonly forgetting: Forgetting; readonly transitions: Transitions },
  rules: ShardRules,
) {
  return {
    /** Gives the next time at which there is something to do, epoch milliseconds. */
    next(): number | undefined {
      const at = now();
      const instants = TO_DO.flatMap((state) =>
        TRAFFICS.flatMap((traffic) => {
          const due = store.firstDue(state, traffic);
          return due === undefined ? [] : [wakeFor(state, traffic, due, at)];
        }),
      );
      const forgetAt = forgetting.next();
      if (forgetAt !== undefined) instants.push(forgetAt);
      const quarantineEnd = store.nextQuarantineEnd();
      if (quarantineEnd !== undefined) instants.push(toMinute(quarantineEnd));
      const countersDue = counting?.dueAt();
      if (countersDue !== undefined) instants.push(countersDue);
      return instants.length === 0 ? undefined : Math.min(...instants);
    },

    /** Limits times that were stored while the clock was ahead to the longest that each state can be due in. */
    clampDue(): void {
      const furthest: Readonly<Record<ReportState, number>> = {
        tracking: LONGEST_TRACKING_MS,
        sending: rules.lostAfter,
        queued: LONGEST_DELAY_MS,
        recorded: rules.keepRecorded,
        dead: rules.keepDead,
      };
      for (const state of TO_DO) {
        for (const traffic of TRAFFICS) store.clampDue(state, traffic, now() + furthest[state]);
      }
    },

    /** Removes rows that were kept for long enough, as many as one wake-up may: calls that arrive wait for its end. */
    async purge(): Promise<void> {
      for (const traffic of TRAFFICS) {
        await commit(() => {
          const rows = store.due("dead", traffic, now(), ROWS_PER_TRANSACTION);
          for (const row of rows) put(row, row, { type: "due" }, now());
        });
      }
      await forgetting.run(commit);
      store.purgeQuarantine(now());
    },
  };

  /** Waiting reports are not due before their key may send; dead letters are purged together, not one by one. */
  function wakeFor(state: ReportState, traffic: Traffic, due: number, at: number): number {
    if (state === "dead") return toMinute(due);
    return Math.max(due, nextSendAt(keys.of(traffic), at));
  }
}
