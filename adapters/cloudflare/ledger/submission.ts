// Sends the report of a stored row to Vonage, and stores how the request ended.

import type { Ended } from "../../../src/ledger/events.ts";
import type { Row } from "../../../src/ledger/row.ts";
import type { AlarmClock } from "../storage/alarm-clock.ts";
import type { KeyStates } from "./key-states.ts";
import type { FailureLog } from "./shard-log.ts";
import type { ShardPlatform } from "./shard-platform.ts";
import type { Transitions } from "./transitions.ts";

/** Resolves with the result of the request, before it is stored. Never rejects. */
export type Submit = (row: Row, isProbe: boolean) => Promise<Ended>;

export function createSubmission(
  { store, send, now, random }: Pick<ShardPlatform, "store" | "send" | "now" | "random">,
  { keys, clock, transitions }: { keys: KeyStates; clock: AlarmClock; transitions: Transitions },
  logFailure: FailureLog,
): Submit {
  return async (row, isProbe) => {
    const ended = await send(row).catch((error: unknown): Ended => {
      logFailure("a report could not be sent", error);
      return { code: "network" };
    });
    // The breaker has closed: the waiting reports need not wait for their alarm.
    if (keys.learn(row.traffic, ended, isProbe)) clock.arm(now());
    void storeEnd(row, ended);
    return ended;
  };

  async function storeEnd(row: Row, ended: Ended): Promise<void> {
    try {
      await transitions.commit(() => {
        const at = now();
        transitions.endFlight(row);
        transitions.put(row, store.read(row, at), { type: "ended", ended, random: random() }, at);
      }, true);
    } catch (error) {
      // The row stays "sending", and is sent again once the request counts as lost.
      transitions.endFlight(row);
      logFailure("the end of an attempt could not be stored", error);
    }
  }
}
