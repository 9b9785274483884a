// The ledger as the routes see it: asks the shard of a message, and all shards for lists and counts.

import type { Row } from "../../../src/ledger/row.ts";
import { type Ledger, LedgerUnavailable } from "../../http/ports/ledger.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { inGroups } from "../in-groups.ts";
import { type Listed, listShard, showRow, sumStats } from "./operator-view.ts";
import { createRouting } from "./routing.ts";
import type { LedgerSettings, ShardNamespace } from "./settings.ts";
import type { Position } from "./store.ts";

/** Opens the ledger. A message of a former layout stays in its shard; see src/ledger/layout.ts. */
export function createShardedLedger(
  namespace: ShardNamespace,
  settings: Pick<LedgerSettings, "shards"> & Partial<LedgerSettings>,
): Ledger {
  const { ask, call, current } = createRouting(namespace, settings);
  const [count = 1] = settings.shards;

  return {
    shards: count,

    async report(report) {
      const started = Date.now();
      // More than 0 when this is a further call: the layout was looked up, or the first call was cut off.
      const waited = () => Math.max(0, Date.now() - started);
      const answer = await ask(report, (one, layout) => one.report(report, layout, waited()));
      if (answer === "full") throw new LedgerUnavailable("The ledger is full.");
      return answer;
    },

    async track(message) {
      const answer = await ask(message, (one, layout) => one.track(message, layout));
      if (answer === "full") throw new LedgerUnavailable("The ledger is full.");
      return answer;
    },

    receipt: (receipt) =>
      ask<boolean>(
        receipt,
        (one, layout) => one.receipt(receipt, layout),
        () => false,
      ),

    retry({ channel, messageId }) {
      const key = { channel, messageId };
      return ask(key, (one, layout) => one.retry(key, layout));
    },

    // An object of an earlier version cannot say: the call fails, since an answer would be a claim.
    async find({ channel, messageId }) {
      const key = { channel, messageId };
      const row = await ask<Row | undefined>(key, (one, layout) => one.find(key, layout));
      return row && showRow(row).listed;
    },

    async list(state, limit, cursor) {
      const { shards: all } = await current();
      const start = { shard: 0, after: undefined };
      const from = cursor === undefined ? start : readCursor(cursor, all);
      if (from === undefined) return undefined;
      const found: (Listed & { readonly shard: number })[] = [];
      let after: Position | undefined = from.after;
      // One more than the limit shows that there is a next page.
      for (let shard = from.shard; shard < all && found.length <= limit; shard++) {
        const room = limit + 1 - found.length;
        const page = await call(shard, (one) => listShard(one, state, room, after));
        found.push(...page.map((one) => ({ ...one, shard })));
        after = undefined;
      }
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        reports: page.map(({ listed }) => listed),
        ...(last && { cursor: writeCursor(last.shard, last.position) }),
      };
    },

    async nudge(fixedKeys) {
      // Without an answer from the authority, wake the shards that the setting names.
      const { shards: all } = await current().catch(() => ({ shards: Math.max(...settings.shards) }));
      await inGroups(0, all, (index) => call(index, (one) => one.nudge(fixedKeys)));
    },

    async stats() {
      const statsOf = (index: number) => call(index, (one) => one.stats());
      const [named, { layout, shards: all }] = await Promise.all([
        inGroups(0, Math.max(...settings.shards), statsOf),
        current(),
      ]);
      const parts = [...named, ...(await inGroups(named.length, all, statsOf))];
      const [inForce = count, ...former] = layout.counts;
      return { shards: inForce, ...(former.length > 0 && { formerShards: former }), ...sumStats(parts) };
    },
  };
}
