// The layout as one shard knows it: stored, so that it outlives every Worker that has told of it.

import { homeOf, judge, type Layout, propose } from "../../../src/ledger/layout.ts";
import type { MessageKey } from "../../../src/ledger/row.ts";
import { hashText } from "../objects.ts";
import type { ShardLogEntry } from "./shard-log.ts";
import type { Store } from "./store.ts";

/** A call that was not done, since the Worker's layout is not the shard's; with the shard's, where it has one. */
export interface Moved {
  readonly moved: Layout | null;
}

/** Spreads messages over shards; the same for ever, since what is stored is found by it. */
export const hashKey = ({ channel, messageId }: MessageKey) => hashText(`${channel}:${messageId}`);

export type ShardLayout = ReturnType<typeof createShardLayout>;

/** @param index The number of this shard; `undefined`: it is the only one, and every message belongs to it. */
export function createShardLayout(
  store: Pick<Store, "readLayout" | "writeLayout">,
  index: number | undefined,
  now: () => number,
  log: (entry: ShardLogEntry) => void,
) {
  let stored = store.readLayout();

  const write = (layout: Layout): void => {
    store.writeLayout(layout);
    stored = layout;
  };

  return {
    /** After a rollback: what was stored was not. */
    reload(): void {
      stored = store.readLayout();
    },

    /**
     * Within a transaction: whether a message may be looked for or begun here by the layout that the Worker goes by.
     *
     * @param asked `undefined`: from a Worker that knows no layouts, or found the authority not to know any.
     * @throws {Error} where a Worker that cannot be told would begin a message in a shard that it does not belong to.
     */
    check(key: MessageKey, asked: Layout | undefined, isHere: boolean): Moved | undefined {
      if (index === undefined) return undefined;
      if (asked === undefined) {
        if (stored === undefined || isHere || homeOf(hashKey(key), stored) === index) return undefined;
        throw new Error("The number of shards was changed; this message belongs to another shard.");
      }
      switch (judge(stored, asked, now())) {
        case "agreed":
          return undefined;
        case "adopt":
          write(asked);
          return undefined;
        case "moved":
          return { moved: stored ?? null };
      }
    },

    /** Of the authority, within a transaction: the layout in force, given a Worker's setting and the latest it has seen. */
    settle(wanted: readonly number[], seen: Layout | undefined): Layout {
      const before = seen !== undefined && seen.generation > (stored?.generation ?? 0) ? seen : stored;
      const after = propose(before, wanted, now());
      if (after !== stored) write(after);
      if (before !== undefined && after.generation > before.generation) tell(before, after, wanted);
      return after;
    },
  };

  function tell(before: Layout, after: Layout, wanted: readonly number[]): void {
    const [from = 0, to = 0] = [before.counts[0], after.counts[0]];
    const missing = before.counts.filter((count) => !wanted.includes(count));
    const change = `the number of shards went from ${from} to ${to}`;
    if (missing.length === 0) log({ level: "info", event: "layout", hint: change });
    else {
      const hint = `${change}, and LEDGER_SHARDS does not name ${missing.join(", ")}: set "${after.counts.join(",")}"`;
      log({ level: "error", event: "layout", hint });
    }
  }
}
