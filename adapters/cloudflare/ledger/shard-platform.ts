import type { Ended, LedgerRules } from "../../../src/ledger/events.ts";
import type { Row } from "../../../src/ledger/row.ts";
import type { Commit } from "./group-commit.ts";
import type { ShardLogEntry } from "./shard-log.ts";
import type { Store } from "./store.ts";

/** The platform of a shard, handed in so that tests can replace it. */
export interface ShardPlatform {
  readonly store: Store;
  readonly commit: Commit;
  /** Sends one report to Vonage, once. A rejection is logged, and counts as `network`. */
  readonly send: (row: Row) => Promise<Ended>;
  /** Sets the alarm, in place of the one set before. Durable together with the present transaction. */
  readonly setAlarm: (at: number) => void;
  /** The number of this shard; `undefined`: it is the only one, and every message belongs to it. */
  readonly index?: number | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /**
   * Waits for so many milliseconds.
   *
   * @default by the platform's timers
   */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: (entry: ShardLogEntry) => void;
  /** Sends to Insight what the store has counted; `undefined`: nothing is counted. */
  readonly counting?: ShardCounting | undefined;
}

export interface ShardCounting {
  /** When counters are to be sent, epoch milliseconds. */
  dueAt(): number | undefined;
  /** Sends them if they are due. Never rejects. */
  run(): Promise<void>;
  /** The shard has started, with this alarm set. */
  wake(alarm: number | undefined): void;
}

/** Durations in milliseconds. */
export interface ShardRules extends LedgerRules {
  /** The time that a caller waits for Vonage before it gets 202. */
  readonly budget: number;
  /** Above this many bytes on disk, the shard takes no new message. */
  readonly maxBytes: number;
}
