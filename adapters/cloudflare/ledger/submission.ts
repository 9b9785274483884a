// Sends the report of a message to Vonage, and stores how the request ended.

import type { Ended } from "../../../src/ledger/events.ts";
import type { Row } from "../../../src/ledger/row.ts";
import type { LogFailure } from "../event-log.ts";
import type { AlarmClock } from "../storage/alarm-clock.ts";
import type { KeyStates } from "./key-states.ts";
import type { ShardPlatform } from "./shard-platform.ts";
import type { Transitions } from "./transitions.ts";

export type Submission = ReturnType<typeof createSubmission>;

export function createSubmission(
  { send, now, random }: Pick<ShardPlatform, "send" | "now" | "random">,
  { keys, clock, transitions }: { keys: KeyStates; clock: AlarmClock; transitions: Transitions },
  logFailure: LogFailure,
) {
  /**
   * Ends that could not be stored. Their messages stay under way in memory: they are neither sent again, which a disk
   * that is full for hours would make endless, nor contradicted. New reports wait once there are too many.
   */
  const unsaved = new Map<Row, Ended>();

  return {
    /**
     * Resolves with the result of the request once it is stored.
     *
     * @throws {Error} when it could not be stored; then {@link storeUnsaved} will.
     */
    async submit(row: Row, isProbe: boolean): Promise<Ended> {
      const ended = await send(row).catch((error: unknown): Ended => {
        logFailure("a report could not be sent", error);
        return { code: "network" };
      });
      // The breaker has closed: the waiting reports need not wait for their alarm.
      if (keys.learn(row.traffic, ended, isProbe)) clock.arm(now());
      await storeEnd(row, ended);
      return ended;
    },

    /** Stores ends that could not be stored before; each alone, so that one that fails again stops no other. */
    async storeUnsaved(): Promise<void> {
      const failures: unknown[] = [];
      for (const [row, ended] of [...unsaved]) {
        await storeEnd(row, ended).catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    },
  };

  async function storeEnd(row: Row, ended: Ended): Promise<void> {
    try {
      await transitions.end(row, ended, random());
      unsaved.delete(row);
    } catch (error) {
      if (!unsaved.has(row)) logFailure("the end of a request could not be stored", error);
      unsaved.set(row, ended);
      throw error;
    }
  }
}
