// What the handler asks of a ledger. Cloudflare's Durable Objects hold one (adapters/cloudflare/ledger); without
// any, the handler works all the same, and forgets.

import type { ConversionErrorCode } from "../../../src/client/errors.ts";
import type { HeldBackBy } from "../../../src/ledger/key-state.ts";
import type { ListedState, MessageKey, ReportState } from "../../../src/ledger/row.ts";
import type { Channel, Traffic } from "../../../src/wire/report.ts";

export { LedgerUnavailable } from "./storage-unavailable.ts";
export type { ListedState };

/** A report as the ledger takes it: complete and valid. */
export interface LedgerReport {
  readonly channel: Channel;
  readonly messageId: string;
  readonly delivered: boolean;
  /** When the user acted, epoch milliseconds. */
  readonly occurredAt: number;
  /** Whether the caller gave `occurredAt`; otherwise it is the time of arrival. */
  readonly timed?: boolean;
  readonly traffic: Traffic;
}

/** A message whose report is awaited until `expiresAt`, epoch milliseconds. */
export interface TrackedMessage extends MessageKey {
  readonly traffic: Traffic;
  readonly expiresAt: number;
}

/** What became of a report. */
export interface LedgerAnswer {
  /**
   * `recorded`: Vonage has confirmed. `accepted`: durable, and will be delivered. `duplicate`: it was on record, and
   * nothing was sent. `conflict`: another outcome is, or the message is of the other traffic. `rejected`: Vonage
   * refuses its parameters.
   */
  readonly status: "recorded" | "accepted" | "duplicate" | "conflict" | "rejected";
  /** Requests sent to Vonage for it so far. */
  readonly attempts: number;
  /** Why Vonage has not confirmed, where an attempt was made or its key is closed. */
  readonly reason?: ConversionErrorCode;
  /** With `conflict`: the message belongs to the other traffic. A Worker that does not know this still refuses. */
  readonly otherTraffic?: true;
}

/** A report as the operator sees it. */
export interface ListedReport {
  readonly channel: Channel;
  readonly messageId: string;
  readonly traffic: Traffic;
  readonly state: ReportState;
  readonly delivered: boolean | null;
  /** ISO 8601, as the other times here. */
  readonly occurredAt: string | null;
  /** When something is next done about it: an attempt, the expiry, or its end in the ledger. */
  readonly nextAt: string;
  readonly since: string;
  readonly attempts: number;
  /** Why the last attempt failed. */
  readonly reason: ConversionErrorCode | null;
}

/** A row that could not be read, as it was found: of the ledger, or of the workflow's objects. */
export interface UnreadableReport {
  readonly state: "unreadable";
  /** For a row of the workflow, the table that it was in: `challenges`, `outbox`, `windows`, `counts` or `webhooks`. */
  readonly channel: string;
  /** For a row of the workflow, its key in that table. */
  readonly messageId: string;
  readonly since: string;
  /** JSON of what is stored. For a row of the workflow, numbers and long tokens are masked. */
  readonly raw: string;
}

export interface ReportPage {
  readonly reports: readonly (ListedReport | UnreadableReport)[];
  /** Where the next page begins; absent on the last. */
  readonly cursor?: string;
}

export interface LedgerStats {
  /** How many shards the ledger goes by; another number than the setting's for an hour after a change back. */
  readonly shards: number;
  /** Former numbers that messages are still looked for by; left out where there are none. */
  readonly formerShards?: readonly number[];
  readonly reports: Readonly<Record<ListedState, number>>;
  readonly counts: readonly {
    readonly traffic: Traffic;
    readonly channel: Channel;
    readonly state: ReportState;
    readonly reports: number;
    readonly attempts: number;
  }[];
  /** Since when the oldest report is on its way. */
  readonly oldestWaiting: string | null;
  /** Keys of shards that are held back. */
  readonly gates: readonly {
    readonly shard: number;
    readonly traffic: Traffic;
    readonly cause: HeldBackBy;
    readonly since: string;
    readonly nextProbeAt: string | null;
    readonly perSecond: number | null;
  }[];
}

/** Every call rejects with {@link LedgerUnavailable} when the ledger cannot do it; then nothing was accepted. */
export interface Ledger {
  /** How many parts it is made of. */
  readonly shards: number;
  report(report: LedgerReport): Promise<LedgerAnswer>;
  /** @returns `other-traffic`: the message belongs to the other traffic, and nothing was changed. */
  track(message: TrackedMessage): Promise<"tracked" | "other-traffic">;
  /** @returns `unknown`: there is no such message; `nothing`: it needs no sending. */
  retry(key: MessageKey): Promise<"accepted" | "unknown" | "nothing">;
  /** @returns `undefined`: the cursor is none of ours. */
  list(state: ListedState, limit: number, cursor: string | undefined): Promise<ReportPage | undefined>;
  stats(): Promise<LedgerStats>;
  /** Wakes what should be awake, in case an alarm was ever lost, and tries at once the keys that are mended. */
  nudge(mended: readonly Traffic[]): Promise<void>;
}
