// A virtual clock and its traffic, for the tests of the rules. Every message is settled at once.

import type { Alarm } from "../../../src/insight/answer.ts";
import { COHORT_MS } from "../../../src/insight/cohort.ts";
import type { Counts } from "../../../src/insight/counts.ts";
import { evaluate, type RuleInput } from "../../../src/insight/rules/evaluate.ts";
import type { RuleState } from "../../../src/insight/rules/state.ts";
import { parseSegmentKey } from "../../../src/insight/segment.ts";

/** Counters by the key of their segment. */
export type Traffic = Readonly<Record<string, Counts>>;

export const DAY = 86_400_000;
export const HOUR = 3_600_000;

/** A Monday, 0:00 UTC. */
export const BEGIN = Date.UTC(2026, 0, 5);

/** Counters of settled messages. Receipts say "delivered" for `delivered` of them. */
export const settled = (
  converted: number,
  notConverted: number,
  delivered = 0,
  more: Counts = {},
): Counts => {
  const [first, second] = [Math.min(delivered, converted), Math.max(0, delivered - converted)];
  return {
    sent: converted + notConverted,
    converted,
    notConverted,
    "receipt.delivered.converted": first,
    "receipt.delivered.notConverted": second,
    "receipt.none.converted": converted - first,
    "receipt.none.notConverted": notConverted - second,
    ...more,
  };
};

export const GB = "2fa/sms/GB/23410";

/** Twenty messages an hour, 85 % of them converted, 95 % with a receipt that says delivered. */
export const USUAL = settled(17, 3, 19);

/** By what they learned, and when. A state can be shared: the rules leave the one that they get as it was. */
const LEARNED = new Map<
  string,
  { readonly at: number; readonly state: RuleState | undefined; readonly alarms: readonly Alarm[] }
>();

export function createTown(begin = BEGIN) {
  let at = begin;
  let state: RuleState | undefined;
  const alarms = new Map<string, Alarm>();
  const town = {
    /** Passes five minutes. Returns the alarms that were raised, changed or ended. */
    tick(traffic: Traffic, input: Omit<RuleInput, "cells"> = {}): readonly Alarm[] {
      const cells = Object.entries(traffic).map(([key, counts]) => {
        const segment = parseSegmentKey(key);
        if (segment === undefined) throw new Error(`no segment: ${key}`);
        return { cohort: at, segment, counts };
      });
      const result = evaluate(state, { cells, ...input }, at + 420_000);
      state = result.state;
      for (const alarm of result.alarms) alarms.set(alarm.id, alarm);
      at += COHORT_MS;
      return result.alarms;
    },
    /** Passes five minutes so many times, the same in each. */
    repeat(times: number, traffic: Traffic, input: Omit<RuleInput, "cells"> = {}): readonly Alarm[] {
      return Array.from({ length: times }, () => town.tick(traffic, input)).flat();
    },
    /** Passes days with that traffic in each hour. New towns that learn the same do so once. */
    learn(traffic: Traffic, days = 15, input: Omit<RuleInput, "cells"> = {}): void {
      const key = state === undefined ? JSON.stringify([at, traffic, days, input]) : undefined;
      const known = key === undefined ? undefined : LEARNED.get(key);
      if (known !== undefined) {
        ({ at, state } = known);
        for (const alarm of known.alarms) alarms.set(alarm.id, alarm);
        return;
      }
      for (let hour = 0; hour < days * 24; hour++) {
        town.tick(traffic, input);
        at += HOUR - COHORT_MS;
      }
      if (key !== undefined) LEARNED.set(key, { at, state, alarms: [...alarms.values()] });
    },
    wait(milliseconds: number): void {
      at += milliseconds;
    },
    all: () => [...alarms.values()],
    open: () => [...alarms.values()].filter(({ endedAt }) => endedAt === null),
    state: () => state,
    now: () => at,
  };
  return town;
}
