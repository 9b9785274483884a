// Applies events to messages: reads the row, asks src/ledger for the next one, and stores it together with the alarm
// that it needs. Also knows which requests are under way in this instance.

import type { LedgerEvent, Step } from "../../../src/ledger/events.ts";
import { nextSendAt } from "../../../src/ledger/key-state.ts";
import type { Layout } from "../../../src/ledger/layout.ts";
import { step } from "../../../src/ledger/machine.ts";
import type { MessageKey, Row } from "../../../src/ledger/row.ts";
import type { AlarmClock } from "../storage/alarm-clock.ts";
import type { KeyStates } from "./key-states.ts";
import type { Moved, ShardLayout } from "./shard-layout.ts";
import type { ShardPlatform, ShardRules } from "./shard-platform.ts";

export type Transitions = ReturnType<typeof createTransitions>;

const AFTER_FAILURE_MS = 5000;

export function createTransitions(
  platform: Pick<ShardPlatform, "store" | "commit" | "now">,
  parts: { readonly layouts: ShardLayout; readonly keys: KeyStates; readonly clock: AlarmClock },
  rules: ShardRules,
) {
  const { store, now } = platform;
  const { layouts, keys, clock } = parts;
  const inFlight = new Set<string>();
  let recoverAt = 0;

  return {
    commit,
    put,
    recover,

    /** The number of requests under way. */
    countInFlight: () => inFlight.size,
    isInFlight: (key: MessageKey) => inFlight.has(toId(key)),
    /** Marks a request as ended, or as never begun. */
    endFlight(key: MessageKey): void {
      inFlight.delete(toId(key));
    },

    /**
     * Changes one message in a transaction of its own, unless the message belongs to another shard.
     *
     * @param change Calls {@link put}; it may write more in the same transaction.
     */
    async apply(
      key: MessageKey,
      layout: Layout | undefined,
      change: (before: Row | undefined, at: number) => Step,
    ): Promise<Step | Moved> {
      let result: Step | undefined;
      try {
        return await commit(() => {
          const at = now();
          const before = store.read(key, at);
          const moved = layouts.check(key, layout, before !== undefined);
          if (moved !== undefined) return moved;
          result = change(before, at);
          return result;
        });
      } catch (error) {
        if (result?.actions.send) inFlight.delete(toId(key));
        throw error;
      }
    },
  };

  async function commit<T>(work: () => T, lazily = false): Promise<T> {
    try {
      return await platform.commit(work, lazily);
    } catch (error) {
      layouts.reload();
      recover();
      throw error;
    }
  }

  /** Takes one step within a transaction, and arms the alarm for it. */
  function put(key: MessageKey, before: Row | undefined, event: LedgerEvent, at: number): Step {
    const result = step(key, before, event, at, rules);
    const { row } = result;
    if (row !== before) {
      store.write(before, row);
      if (row !== undefined)
        clock.arm(Math.max(row.due, row.state === "queued" ? nextSendAt(keys.of(row.traffic), at) : 0));
    }
    if (result.actions.send) inFlight.add(toId(key));
    return result;
  }

  /** Sets the alarm again after a failed transaction, which took it back. Repeated failures do not postpone it. */
  function recover(): void {
    if (recoverAt <= now() || recoverAt > now() + AFTER_FAILURE_MS) recoverAt = now() + AFTER_FAILURE_MS;
    clock.takenBack(recoverAt);
  }
}

const toId = ({ channel, messageId }: MessageKey) => `${channel} ${messageId}`;
