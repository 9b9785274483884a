// One shard of the ledger, put together of its parts: intake, drain, and wake-up.

import type { Layout } from "../../../src/ledger/layout.ts";
import type { MessageKey, ReportState, Row } from "../../../src/ledger/row.ts";
import { type StoredGate, toStoredGate } from "../../../src/ledger/stored-gate.ts";
import { TRAFFICS, type Traffic } from "../../../src/wire/report.ts";
import { createFailureLog } from "../event-log.ts";
import { createAlarmClock } from "../storage/alarm-clock.ts";
import { runParts } from "../storage/parts.ts";
import { createDrain } from "./drain.ts";
import { createForgetting } from "./forgetting.ts";
import { createIntake } from "./intake.ts";
import { createKeyStates } from "./key-states.ts";
import { createShardLayout, type Moved } from "./shard-layout.ts";
import type { ShardPlatform, ShardRules } from "./shard-platform.ts";
import type { Count, Position, QuarantinedReport } from "./store.ts";
import { createSubmission } from "./submission.ts";
import { createTransitions } from "./transitions.ts";
import { createWakeUp } from "./wake-up.ts";

export interface ShardStats {
  readonly counts: readonly Count[];
  readonly unreadable: number;
  readonly oldestWaiting: number | undefined;
  readonly gates: readonly (readonly [Traffic, StoredGate])[];
}

export type Shard = ReturnType<typeof createShard>;

/** The longest work of one wake-up; the rest is left to the next. The platform ends an alarm after 15 minutes. */
const LONGEST_WAKE_MS = 20_000;

export function createShard(platform: ShardPlatform, rules: ShardRules) {
  const { store, now, random, log } = platform;
  const logFailure = createFailureLog(log);
  const layouts = createShardLayout(store, platform.index, now, log);
  const keys = createKeyStates({ store, now, random, log, logFailure, longestRequest: rules.lostAfter });
  const clock = createAlarmClock(platform);
  const forgetting = createForgetting(platform, rules);
  const transitions = createTransitions(platform, { layouts, keys, clock, forgetting }, rules);
  const { commit, recover } = transitions;
  const { submit, storeUnsaved } = createSubmission(platform, { keys, clock, transitions }, logFailure);
  const drain = createDrain(platform, { keys, transitions, submit }, rules);
  const wakeUp = createWakeUp(platform, { keys, forgetting, transitions }, rules);

  return {
    ...createIntake(platform, { keys, transitions, submit, nudge }, rules),

    /**
     * Starts the shard; call it once, before anything else. A disk that cannot write does not prevent answers from what
     * it holds.
     *
     * @param alarm The alarm that the platform has stored, epoch milliseconds.
     */
    wake(alarm: number | undefined): void {
      clock.found(alarm);
      try {
        wakeUp.clampDue();
        store.quarantineUnknown(now());
        platform.counting?.wake(alarm);
        clock.arm(wakeUp.next());
      } catch (error) {
        logFailure("the ledger could not be put in order", error);
      }
    },

    nudge,

    /** Tells whether a message is here, and takes on the Worker's layout. */
    has: (key: MessageKey, layout?: Layout): Promise<boolean | Moved> =>
      look(key, layout, () => store.has(key)),

    /** Gives a message as it is in memory, or else its stored row. */
    find: (key: MessageKey, layout?: Layout): Promise<Row | undefined | Moved> =>
      look(key, layout, () => store.read(key, now())),

    /** Gives the layout in force, by a Worker's setting. Only the first shard, the authority, is asked. */
    layout: (wanted: readonly number[], seen?: Layout): Promise<Layout> =>
      commit(() => layouts.settle(wanted, seen)),

    list: (state: ReportState, limit: number, after: Position | undefined): Row[] =>
      store.list(state, limit, after, now()),

    listQuarantined: (limit: number, after: Position | undefined): QuarantinedReport[] =>
      store.listQuarantined(limit, after),

    stats: (): ShardStats => ({
      counts: store.counts(),
      unreadable: store.countQuarantined(),
      oldestWaiting: store.oldestWaiting(),
      gates: keys.all().map(([traffic, state]) => [traffic, toStoredGate(state)] as const),
    }),

    /** Does what is due, when the alarm goes off. Never throws: the platform gives up after six retries. */
    async alarm(): Promise<void> {
      clock.rang();
      const started = now();
      const until = started + LONGEST_WAKE_MS;
      let sent = 0;
      const succeeded = await runParts(
        {
          // A wake-up that is cut off must come back soon. Without this, the first stored row would set the alarm, and
          // that row may not be due for days.
          "the ledger's next alarm could not be set": () => {
            const left = wakeUp.next();
            if (left !== undefined) clock.arm(Math.max(left, started + rules.lostAfter));
          },
          "ends of requests could not be stored": storeUnsaved,
          "the ledger's alarm failed": async () => {
            const ended = await Promise.allSettled(TRAFFICS.map((traffic) => drain(traffic, until)));
            for (const one of ended) if (one.status === "fulfilled") sent += one.value;
            for (const one of ended) if (one.status === "rejected") throw one.reason;
          },
          "counters could not be sent": () => platform.counting?.run(),
          // Last, so that nothing waits for it.
          "the ledger could not forget what is settled": wakeUp.purge,
        },
        logFailure,
      );
      if (sent > 0) log({ level: "info", event: "drained", sent, ms: now() - started });
      try {
        // After a failure not at once: the failing work would still be due, again and again.
        if (!succeeded) return recover();
        clock.rang();
        clock.arm(wakeUp.next());
      } catch (error) {
        logFailure("the ledger's next alarm could not be set", error);
        recover();
      }
    },
  };

  /** Looks for a message, and takes on the Worker's layout. `read` gives nothing where there is none. */
  async function look<T>(key: MessageKey, layout: Layout | undefined, read: () => T): Promise<T | Moved> {
    const check = () => {
      const found = read();
      return (layout && layouts.check(key, layout, Boolean(found))) ?? found;
    };
    return layouts.isNews(layout) ? commit(check) : check();
  }

  /**
   * Arms the alarm for what is due, in case the platform has lost it.
   *
   * @param fixedKeys Keys that the operator has fixed: they are probed at once.
   */
  function nudge(fixedKeys: readonly Traffic[]): void {
    wakeUp.clampDue();
    for (const traffic of fixedKeys) {
      const key = keys.of(traffic);
      if (key.openedBy !== null) keys.set(traffic, { ...key, probeAt: now() });
    }
    clock.arm(wakeUp.next());
  }
}
