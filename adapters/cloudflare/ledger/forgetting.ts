// Forgets recorded reports that were kept for long enough. No index knows when each is due: its entries would double
// what a report costs. Instead, a scan of all rows runs from time to time, in slices.

import type { MessageKey } from "../../../src/ledger/row.ts";
import type { Commit } from "./group-commit.ts";
import type { ShardPlatform, ShardRules } from "./shard-platform.ts";

export type Forgetting = ReturnType<typeof createForgetting>;

/** Two looks are at least this share of the retention apart. A row is read some 50 times; that costs 5 % of writing one. */
const LOOKS_PER_RETENTION = 24;
/**
 * Rows of one transaction, transactions of one wake-up, and the pause until the next. Calls that arrive wait for the end
 * of a wake-up: while storage keeps the event loop busy, the platform reads no sockets. So wake-ups are short.
 */
const ROWS_PER_SLICE = 500;
const SLICES_PER_WAKE_UP = 6;
const PAUSE_MS = 50;

interface Look {
  /** The last message that was looked at. */
  readonly after: MessageKey | undefined;
  /** The earliest `due` of the recorded reports that stay. */
  readonly firstDue: number;
  /** When it goes on. */
  readonly resumeAt: number;
}

export function createForgetting(
  { store, now }: Pick<ShardPlatform, "store" | "now">,
  { keepRecorded }: Pick<ShardRules, "keepRecorded">,
) {
  const every = keepRecorded / LOOKS_PER_RETENTION;
  let look: Look | undefined;
  // Rows without a stored time were left by an earlier version.
  let at = store.readForgetAt() ?? (store.isEmpty() ? undefined : now());

  return {
    /** Gives the time of the next look, epoch milliseconds; `undefined`: there is nothing to forget. */
    next,

    /** Takes note, within a transaction, of a report that was recorded. Gives the time of the next look. */
    recorded(due: number): number {
      if (at === undefined) write(due);
      return next() ?? due;
    },

    /** Looks for recorded reports to forget, for as long as one wake-up may. The next one goes on from there. */
    async run(commit: Commit): Promise<void> {
      if ((next() ?? Number.POSITIVE_INFINITY) > now()) return;
      const latest = () => now() + keepRecorded;
      for (let slices = 0; slices < SLICES_PER_WAKE_UP; slices++) {
        const { after, firstDue } = look ?? { after: undefined, firstDue: latest() };
        const slice = await commit(() => {
          const found = store.forgetAfter(after, ROWS_PER_SLICE, now(), latest());
          if (found === undefined) write(store.isEmpty() ? undefined : Math.max(firstDue, now() + every));
          return found;
        });
        look = slice && {
          after: slice.last,
          firstDue: Math.min(firstDue, slice.firstDue ?? firstDue),
          resumeAt: now() + PAUSE_MS,
        };
        if (look === undefined) return;
      }
    },
  };

  function next(): number | undefined {
    if (look !== undefined) return Math.min(look.resumeAt, now() + PAUSE_MS);
    // An instant beyond it was written while the clock was ahead.
    return at === undefined ? undefined : Math.min(at, now() + keepRecorded);
  }

  function write(instant: number | undefined): void {
    store.writeForgetAt(instant);
    at = instant;
  }
}
