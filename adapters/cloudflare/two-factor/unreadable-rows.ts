// Rows of the workflow's objects that could not be read, over all of them: the challenges' shards, then the
// limits and the sightings of webhooks.

import type { UnreadableReport } from "../../http/ports/ledger.ts";
import type { UnreadableRows } from "../../http/ports/unreadable-rows.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject } from "../objects.ts";
import type { Quarantined, QuarantinePosition } from "../storage/quarantine.ts";
import type { QuarantineRpc } from "./rpc.ts";

/**
 * @param shards How many shards of challenges there are; then how many there were before.
 */
export function createUnreadableRows(
  challenges: ShardNamespace,
  limits: ShardNamespace,
  shards: readonly number[],
): UnreadableRows {
  const ofChallenges = Math.max(...shards);
  const ofLimits = ["limits", "webhooks"];
  const all = ofChallenges + ofLimits.length;

  return {
    async list(limit, cursor) {
      const from = cursor === undefined ? { shard: 0, after: undefined } : readCursor(cursor, all);
      if (from === undefined) return undefined;
      const found: (Quarantined & { readonly index: number })[] = [];
      const [, since = 0, source = "", key = ""] = from.after ?? [];
      let after: QuarantinePosition | undefined = from.after && { source, key, since };
      // One more than asked for tells whether there is a next page.
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

  /** Objects of 0.1.0 set nothing aside. */
  function call<T>(index: number, ask: (one: QuarantineRpc) => Promise<T>, none: T): Promise<T> {
    const isLimits = index >= ofChallenges;
    const namespace = isLimits ? limits : challenges;
    const id = namespace.idFromName(ofLimits[index - ofChallenges] ?? `challenges-${index}`);
    return callObject(() => ask(namespace.get(id as never) as QuarantineRpc), {
      object: isLimits ? "limits" : "challenges",
      older: () => none,
    });
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
