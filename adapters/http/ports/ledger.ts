// The ledger that a platform may implement; Cloudflare's is made of Durable Objects (adapters/cloudflare/ledger).
// Without one, the handler forwards reports and keeps none.

import type { ConversionErrorCode } from "../../../src/client/errors.ts";
import type { ConversionResult } from "../../../src/client/sending.ts";
import type { LedgerReceipt, LedgerReport, TrackedMessage } from "../../../src/ledger/calls.ts";
import type { HeldBackBy } from "../../../src/ledger/key-state.ts";
import type { ListedState, MessageKey, ReportState } from "../../../src/ledger/row.ts";
import type { Channel, Traffic } from "../../../src/wire/report.ts";

export { LedgerUnavailable } from "./storage-unavailable.ts";
export type { LedgerReceipt, LedgerReport, ListedState, TrackedMessage };

/** The outcome of a report. */
export interface LedgerAnswer {
  /**
   * `recorded`: Vonage has confirmed it. `accepted`: it is stored and being submitted. `duplicate`: it was on record
   * already, and nothing was sent. `conflict`: another outcome is on record, or the message belongs to the other
   * traffic. `rejected`: Vonage refused its parameters.
   */
  readonly status: ConversionResult["status"] | "conflict" | "rejected";
  /** Number of requests sent to Vonage for it. */
  readonly attempts: number;
  /** The reason why Vonage has not confirmed: a failed request, or the open circuit breaker of its key. */
  readonly reason?: ConversionErrorCode;
  /** With `conflict`: the message belongs to the other traffic. An older Worker ignores this and still refuses. */
  readonly otherTraffic?: true;
}

/** A report in the operator's list. */
export interface ListedReport {
  readonly channel: Channel;
  readonly messageId: string;
  readonly traffic: Traffic;
  readonly state: ReportState;
  readonly delivered: boolean | null;
  /** ISO 8601, as the other times here. */
  readonly occurredAt: string | null;
  /** The time of the next request, of the expiry, or of its removal from the ledger. */
  readonly nextAt: string;
  readonly since: string;
  readonly attempts: number;
  /** The reason why the last request failed. */
  readonly reason: ConversionErrorCode | null;
  /** HTTP status of Vonage's last answer; absent if it did not answer, or has confirmed. */
  readonly vonageStatus?: number;
  /** When a dead report was given up; absent in any other state, and from earlier versions. */
  readonly diedAt?: string;
}

/** A quarantined row of the ledger or of the workflow, as it was found. */
export interface UnreadableReport {
  readonly state: "unreadable";
  /** For a row of the workflow or of Insight, its table, such as `challenges`, `windows` or `days`. */
  readonly channel: string;
  /** For a row of the workflow, its key in that table. */
  readonly messageId: string;
  readonly since: string;
  /** The stored row as JSON. Numbers and long tokens of the workflow's rows are masked. */
  readonly raw: string;
}

export interface ReportPage {
  readonly reports: readonly (ListedReport | UnreadableReport)[];
  /** The start of the next page; absent on the last. */
  readonly cursor?: string;
}

export interface LedgerStats {
  /** Number of shards in use. After a change back it differs from the setting for an hour. */
  readonly shards: number;
  /** Earlier numbers of shards in which messages are still looked up; absent when there are none. */
  readonly formerShards?: readonly number[];
  readonly reports: Readonly<Record<ListedState, number>>;
  readonly counts: readonly {
    readonly traffic: Traffic;
    readonly channel: Channel;
    readonly state: ReportState;
    readonly reports: number;
    readonly attempts: number;
  }[];
  /** When the oldest report that waits arrived; ISO 8601. */
  readonly oldestWaiting: string | null;
  /** API keys that a shard's circuit breaker or pacer restricts. Version 0.1.0 called both gates; the name stays. */
  readonly gates: readonly {
    readonly shard: number;
    readonly traffic: Traffic;
    readonly cause: HeldBackBy;
    readonly since: string;
    readonly nextProbeAt: string | null;
    readonly perSecond: number | null;
  }[];
}

/** Every call rejects with {@link LedgerUnavailable} if the ledger fails; then nothing was accepted. */
export interface Ledger {
  /** Number of shards. */
  readonly shards: number;
  report(report: LedgerReport): Promise<LedgerAnswer>;
  /** @returns `other-traffic` if the message belongs to the other traffic; nothing was changed. */
  track(message: TrackedMessage): Promise<"tracked" | "other-traffic">;
  /** Adds a receipt to a message. `false`: the message is unknown, or of the other traffic; nothing was changed. */
  receipt(receipt: LedgerReceipt): Promise<boolean>;
  /** @returns `unknown` for an unknown message; `nothing` if there is nothing to send. */
  retry(key: MessageKey): Promise<"accepted" | "unknown" | "nothing">;
  /** @returns `undefined` for an unknown message. */
  find(key: MessageKey): Promise<ListedReport | undefined>;
  /** @returns `undefined` if the cursor is invalid. */
  list(state: ListedState, limit: number, cursor: string | undefined): Promise<ReportPage | undefined>;
  stats(): Promise<LedgerStats>;
  /** Sets alarms that were lost, and probes the keys of `accepted` traffic at once: Vonage accepts them again. */
  nudge(accepted: readonly Traffic[]): Promise<void>;
}
