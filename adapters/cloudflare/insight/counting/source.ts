// A source of counters: an object that counts, and sends to Insight what it counted.

import type { ShardNamespace } from "../../ledger/settings.ts";
import { callObject } from "../../objects.ts";
import type { Sql } from "../../storage/sql.ts";
import { INSIGHT_NAME } from "../remote-insight.ts";
import type { InsightRpc } from "../rpc.ts";
import { createCounters } from "./counters.ts";
import { createFlush, type FlushPlatform } from "./flush.ts";

export type CountingSource = ReturnType<typeof createCountingSource>;

export function createCountingSource(sql: Sql, platform: FlushPlatform) {
  const counters = createCounters(sql, platform.now);
  const flush = createFlush(platform, counters);
  return {
    add: counters.add,
    undo: counters.undo,
    sightings: counters.sightings,
    dueAt: flush.dueAt,
    run: flush.run,
    wake: flush.wake,

    /** Writes the counters that a transaction has changed, at its end. */
    write(): void {
      if (counters.write()) flush.changed();
    },
  };
}

/** Makes the call of the Insight object that takes counters. */
export function createGather(namespace: ShardNamespace): FlushPlatform["gather"] {
  const id = namespace.idFromName(INSIGHT_NAME);
  return (gathering) =>
    callObject(() => (namespace.get(id as never) as InsightRpc).gather(gathering), { object: "insight" });
}
