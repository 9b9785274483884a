// The storage of the Insight object, in memory.

import { gather } from "../../adapters/cloudflare/insight/gather.ts";
import { readGathering } from "../../adapters/cloudflare/insight/read-gathering.ts";
import { DAYS, FIVE_MINUTES, HOURS, type Level } from "../../adapters/cloudflare/insight/roll-ups.ts";
import type { Gathered, Gathering } from "../../adapters/cloudflare/insight/rpc.ts";
import { createInsightStore } from "../../adapters/cloudflare/insight/store.ts";
import { addCounts, type Counts } from "../../src/insight/counts.ts";
import { toSegmentKey } from "../../src/insight/segment.ts";
import { createMemorySql } from "./memory-sql.ts";

export const LEVELS: readonly Level[] = [FIVE_MINUTES, HOURS, DAYS];

export type TestInsightStore = ReturnType<typeof openInsightStore>;

export function openInsightStore(memory = createMemorySql()) {
  const store = createInsightStore(memory.sql, memory.transact);
  return {
    store,
    memory,

    gather(gathering: Gathering, now: number): Gathered {
      const read = readGathering(gathering, now);
      return store.transact(() => gather(store, read, now)).answer;
    },

    /** The counters of a level, by bucket and segment. */
    cells(level: Level, now: number, from = 0): Record<string, Counts> {
      const found = store.rollUps.scan(level, from, Number.MAX_SAFE_INTEGER, now);
      return Object.fromEntries(
        Array.from(found, ({ cohort, segment, counts }) => [`${cohort} ${toSegmentKey(segment)}`, counts]),
      );
    },

    /** All counters of a level together. */
    sum(level: Level, now: number): Counts {
      let sum: Counts = {};
      for (const { counts } of store.rollUps.scan(level, 0, Number.MAX_SAFE_INTEGER, now)) {
        sum = addCounts(sum, counts);
      }
      return sum;
    },
  };
}
