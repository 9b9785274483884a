// Runs the rules over what changed, keeps their state and the alarms, and passes alarms on.

import type { Alarm } from "../../../src/insight/answer.ts";
import type { Cell } from "../../../src/insight/cell.ts";
import { decidePauses, type Pauses, withPauses } from "../../../src/insight/pause.ts";
import { evaluate } from "../../../src/insight/rules/evaluate.ts";
import type { RuleState } from "../../../src/insight/rules/state.ts";
import { parseObject } from "./cells-text.ts";
import { describeAlarm, type InsightLog } from "./insight-log.ts";
import { mergeBlocks } from "./merge-blocks.ts";
import { DAY_MS, FIVE_MINUTES, HOUR_MS } from "./roll-ups.ts";
import type { InsightSettings } from "./settings.ts";
import type { InsightStore } from "./store.ts";
import { sumHealth } from "./sum-health.ts";

export type RuleSettings = Pick<InsightSettings, "pause" | "pauseNever" | "interval" | "dailySpend">;

export interface RuleWork {
  readonly log: InsightLog;
  /** There is a webhook. */
  readonly sends: boolean;
}

/** Without news, only time can change something: messages that are never settled, and alarms that end. */
const RUN_IDLE_EVERY_MS = 15 * 60_000;
const BUSY_MS = 70 * 60_000;
/** A message can stay unsettled for a day, and an hour is for clocks that differ. */
const UNSETTLED_MS = DAY_MS + HOUR_MS;

export function createRuleRun(store: InsightStore, settings: RuleSettings, { log, sends }: RuleWork) {
  const { singles, sources, rollUps, alarms, outbox } = store;
  /** Buckets that changed since the last run; `undefined`: unknown, because the object has just started. */
  let touched: Set<number> | undefined;
  const pauseSettings = { mode: settings.pause, never: settings.pauseNever };

  return {
    /** Remembers the cohorts that a call has changed. */
    touch(cohorts: Iterable<number>): void {
      for (const cohort of cohorts) touched?.add(cohort);
    },

    /** Runs the rules. Alarms are stored in the same transaction as the state that they follow from. */
    run(now: number): void {
      const before = readState(now);
      const input = {
        cells: [...readChanged(now)],
        blocks: mergeBlocks(sources.list(), now),
        health: sumHealth(sources.list()),
        ...(settings.dailySpend !== undefined && { dailySpend: settings.dailySpend }),
      };
      const result = evaluate(before, input, now);
      const open = Object.values(result.state.open);
      const next = decidePauses(pauses(), open, pauseSettings, now);
      const changed = store.transact(() => {
        singles.write("rules", JSON.stringify(result.state));
        singles.write("pauses", JSON.stringify(next));
        singles.write("evaluated", String(now));
        return withPauses(result.alarms, next, now).map((alarm) => keep(alarm, now));
      });
      touched = new Set();
      for (const entry of changed) log(entry);
    },

    /** When to run them next, epoch milliseconds; `undefined`: nothing can change. */
    nextRun(now: number): number | undefined {
      const last = Number(singles.read("evaluated") ?? 0);
      const news = sources.lastCall();
      if (news === undefined) return undefined;
      // A clock that was ahead may have written either time.
      const evaluated = last > now ? 0 : last;
      const age = now - Math.min(news, now);
      if (age < BUSY_MS || news > evaluated) return Math.max(evaluated + settings.interval * 1000, now);
      const hasWork = age < UNSETTLED_MS || alarms.countOpen() > 0;
      return hasWork ? Math.max(evaluated + RUN_IDLE_EVERY_MS, now) : undefined;
    },

    pauses,

    /** Adds to open alarms until when their segments are paused. */
    showPauses(list: readonly Alarm[], now: number): Alarm[] {
      return withPauses(list, pauses(), now);
    },
  };

  /** The pauses that hold, and those of the last day. */
  function pauses(): Pauses {
    return (parseObject(singles.read("pauses")) ?? {}) as Pauses;
  }

  function readState(now: number): RuleState | undefined {
    const text = singles.read("rules");
    if (text === undefined) return undefined;
    const state = parseObject(text) as RuleState | undefined;
    if (state === undefined) singles.quarantine("rules", now);
    return state;
  }

  function* readChanged(now: number): Generator<Cell> {
    if (touched === undefined) {
      yield* rollUps.scan(FIVE_MINUTES, now - UNSETTLED_MS, now + HOUR_MS, now);
      return;
    }
    for (const cohort of touched) yield* rollUps.scan(FIVE_MINUTES, cohort, cohort + 1, now);
  }

  function keep(alarm: Alarm, now: number) {
    const isKnown = alarms.get(alarm.id, now) !== undefined;
    const event = alarm.endedAt !== null ? "ended" : isKnown ? "changed" : "raised";
    alarms.put(alarm);
    if (sends && !outbox.add(alarm, event, now)) {
      log({ level: "error", event: "webhook-lost", hint: `alarm ${alarm.id} is not sent: too many wait` });
    }
    return describeAlarm(alarm, event);
  }
}
