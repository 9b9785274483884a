// The layout that one shard has confirmed. Stored, so that it outlives the Worker that brought it.

import { homeOf, judge, type Layout, propose } from "../../../src/ledger/layout.ts";
import type { MessageKey } from "../../../src/ledger/row.ts";
import { hashText } from "../objects.ts";
import type { ShardLogEntry } from "./shard-log.ts";
import type { Store } from "./store.ts";

/** The answer to a call that was not carried out because the layouts differ: the layout of the shard, if it has one. */
export interface Moved {
  readonly moved: Layout | null;
}

/** Spreads messages over shards. It must never change: stored messages are found by it. */
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
    /** After a rollback: the stored layout may not be the one in memory. */
    reload(): void {
      stored = store.readLayout();
    },

    /** Tells whether {@link check} will store the Worker's layout, and needs a transaction. */
    isNews: (asked: Layout | undefined): boolean =>
      index !== undefined && asked !== undefined && judge(stored, asked, now()) === "adopt",

    /**
     * Checks that the Worker may look for a message or begin it here.
     *
     * @param asked The Worker's layout; `undefined` when it or the authority is of a version that knows no layouts.
     * @returns `undefined`: go on.
     * @throws {Error} when such a Worker would begin a message in the wrong shard.
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

    /** Decides on the layout in force, as the authority, within a transaction. `seen`: the latest that the Worker knows. */
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
