// Rows in quarantine in all objects but the ledger: the shards of challenges, the limits, the sightings of webhooks, and
// Insight.

import type { UnreadableReport } from "../../http/ports/ledger.ts";
import type { UnreadableRows } from "../../http/ports/unreadable-rows.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { openInsight } from "../insight/remote-insight.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject } from "../objects.ts";
import type { Quarantined, QuarantinePosition } from "../storage/quarantine.ts";
import { openChallenges, openLimits, openSightings } from "./open-objects.ts";
import type { QuarantineRpc } from "./rpc.ts";

/**
 * @param shards The number of shards of challenges now, then earlier numbers.
 * @param insight `undefined`: there is no such object.
 */
export function createUnreadableRows(
  challenges: ShardNamespace,
  limits: ShardNamespace,
  shards: readonly number[],
  insight?: ShardNamespace,
): UnreadableRows {
  const ofChallenges = Math.max(...shards);
  const ofInsight = ofChallenges + 2;
  const all = insight === undefined ? ofInsight : ofInsight + 1;

  return {
    async list(limit, cursor) {
      const from = cursor === undefined ? { shard: 0, after: undefined } : readCursor(cursor, all);
      if (from === undefined) return undefined;
      const found: (Quarantined & { readonly index: number })[] = [];
      const [, since = 0, source = "", key = ""] = from.after ?? [];
      let after: QuarantinePosition | undefined = from.after && { source, key, since };
      // One row more than requested shows that there is a next page.
      for (let index = from.shard; index < all && found.length <= limit; index++) {
        const room = limit + 1 - found.length;
        const page = await call(index, (one) => one.listSetAside(room, after), []);
        found.push(...page.map((one) => ({ ...one, index })));
        after = undefined;
      }
      const last = found.length > limit ? found[limit - 1] : undefined;
      return {
        reports: found.slice(0, limit).map(toReport),
        ...(last && { cursor: writeCursor(last.index, ["", last.since, last.source, last.key]) }),
      };
    },

    async count() {
      let sum = 0;
      for (let index = 0; index < all; index++) sum += await call(index, (one) => one.countSetAside(), 0);
      return sum;
    },
  };

  /** Objects of 0.1.0 have no quarantine. */
  function call<T>(index: number, ask: (one: QuarantineRpc) => Promise<T>, none: T): Promise<T> {
    // When Insight is down, nothing else must notice.
    if (insight !== undefined && index === ofInsight) {
      return callObject(() => ask(openInsight(insight)), { object: "insight" }).catch(() => none);
    }
    return callObject(() => ask(open(index)), {
      object: index < ofChallenges ? "challenges" : "limits",
      older: () => none,
    });
  }

  function open(index: number): QuarantineRpc {
    if (index < ofChallenges) return openChallenges(challenges, index);
    return index === ofChallenges ? openLimits(limits) : openSightings(limits);
  }
}

function toReport({ source, key, since, raw }: Quarantined): UnreadableReport {
  return {
    state: "unreadable",
    channel: source,
    messageId: key,
    since: new Date(since).toISOString(),
    raw,
  };
}
