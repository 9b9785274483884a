// The storage of the Insight object.

import { migrate } from "../storage/migrations.ts";
import { createQuarantine } from "../storage/quarantine.ts";
import type { Sql, Transact } from "../storage/sql.ts";
import { createAlarmList } from "./alarm-list.ts";
import { createCounterNames } from "./counter-names.ts";
import { createKnown } from "./known.ts";
import { createRollUps } from "./roll-ups.ts";
import { INSIGHT_MIGRATIONS } from "./schema.ts";
import { createSingles } from "./singles.ts";
import { createSources } from "./sources.ts";
import { createTotals } from "./totals.ts";
import { createWebhookOutbox } from "./webhook-outbox.ts";

export type InsightStore = ReturnType<typeof createInsightStore>;

/** @throws {Error} when a later version has changed the tables; see `migrate`. */
export function createInsightStore(sql: Sql, transact: Transact, tellUnreadable?: () => void) {
  migrate(sql, transact, "The Insight object", INSIGHT_MIGRATIONS);
  const names = createCounterNames(sql);
  const quarantine = createQuarantine(sql, undefined, tellUnreadable);
  const singles = createSingles(sql, quarantine);
  return {
    quarantine,
    singles,
    known: createKnown(sql, names, quarantine),
    rollUps: createRollUps(sql, names, quarantine),
    sources: createSources(sql),
    totals: createTotals(singles, names),
    alarms: createAlarmList(sql, quarantine),
    outbox: createWebhookOutbox(sql),
    size: () => sql.databaseSize,

    /** Anything that will have to be purged. */
    hasFigures: (): boolean =>
      sql
        .exec("SELECT 1 FROM days UNION ALL SELECT 1 FROM quarantine UNION ALL SELECT 1 FROM alarms LIMIT 1")
        .toArray().length > 0,

    /** All of it, or nothing. */
    transact<T>(work: () => T): T {
      try {
        return transact(work);
      } catch (error) {
        names.forget();
        throw error;
      }
    },
  };
}
