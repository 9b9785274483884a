// The methods of the Insight object. Its callers and the object itself may be of different versions for minutes.

import type { Alarm, InsightAnswer } from "../../../src/insight/answer.ts";
import type { Counts } from "../../../src/insight/counts.ts";
import type { Pauses } from "../../../src/insight/pause.ts";
import type { InsightQuery } from "../../../src/insight/query.ts";
import type { AlarmQuery, MetricsSnapshot } from "../../http/ports/insight.ts";
import type { QuarantineRpc } from "../two-factor/rpc.ts";

/** One cohort and segment of a source, as it now stands. */
export interface GatheredEntry {
  /** Rises with each change of this entry within its source. */
  readonly seq: number;
  /** Start of five minutes, epoch milliseconds. */
  readonly cohort: number;
  /** As `toSegmentKey` writes it. */
  readonly segment: string;
  /** All of it, not what was added: repeating a call changes nothing. */
  readonly counts: Counts;
}

/** Settled messages of the last hour to one block of numbers: all but the last four digits. */
export interface GatheredBlock {
  /** A keyed, truncated hash. */
  readonly block: string;
  /** ISO 3166 alpha-2. */
  readonly country: string;
  readonly messages: number;
  /** Different numbers. */
  readonly persons: number;
  readonly converted: number;
}

/** Reports of a source that are not recorded. */
export interface SourceHealth {
  readonly waiting: number;
  /** Epoch milliseconds; `null`: nothing waits. */
  readonly oldestWaiting: number | null;
  readonly dead: number;
}

export interface Gathering {
  /** `ledger-3` or `challenges-0`. */
  readonly source: string;
  /** The highest `seq` that this call completes: everything up to it was sent, now or before. */
  readonly upTo: number;
  /** The `seq` up to which the source knows its counts to be stored here. If they are not, the answer says so. */
  readonly acknowledged?: number;
  /** At most {@link MOST_ENTRIES}; send the rest in further calls, in the order of `seq`. */
  readonly entries: readonly GatheredEntry[];
  /** Replaces the blocks that this source has sent before. At most {@link MOST_BLOCKS}. */
  readonly blocks?: readonly GatheredBlock[];
  readonly health?: SourceHealth;
}

export interface Gathered {
  /** Everything of this source up to here is stored. Less than it has acknowledged: it was lost; send everything. */
  readonly upTo: number;
  /** The number of entries that were refused as impossible. Do not repeat them. Absent means none. */
  readonly refused?: number;
  /** The pauses that hold, and those of the last day. Absent: none. */
  readonly pauses?: Pauses;
}

export const MOST_ENTRIES = 2000;
export const MOST_BLOCKS = 500;

export interface InsightRpc extends QuarantineRpc {
  /** @throws {RangeError} when the call is too large or its source has no such name; nothing was stored. */
  gather(gathering: Gathering): Promise<Gathered>;
  query(query: InsightQuery): Promise<InsightAnswer>;
  alarms(query: AlarmQuery): Promise<readonly Alarm[]>;
  metrics(): Promise<MetricsSnapshot>;
  pauses(): Promise<Pauses>;
  nudge(): Promise<void>;
}
