// The answers of Insight's interfaces, as JSON. Names and definitions are part of the published interface.

import type { Channel, Traffic } from "../wire/report.ts";

/** A share with its counts: `41 of 70 (59 %, 47–69)`. */
export interface Share {
  readonly count: number;
  readonly of: number;
  /** `count / of`; `null` where `of` is below 20: so few say nothing. */
  readonly share: number | null;
  /** Bounds of the Wilson score interval at 95 %; `null` where `share` is. */
  readonly low: number | null;
  readonly high: number | null;
}

/** A message counts in the period in which it was sent, whatever happens to it later. */
export interface Metrics {
  readonly sent: number;
  /** Messages whose outcome is known: converted, not converted, superseded or cancelled. */
  readonly settled: number;
  readonly pending: number;
  readonly converted: number;
  readonly notConverted: number;
  readonly superseded: number;
  readonly cancelled: number;
  /** Messages that Vonage may or may not have accepted. They are not among `sent`. */
  readonly uncertain: number;
  /** Messages that Vonage refused, by the SMS API's status or our error code; not among `sent`. */
  readonly refused: { readonly total: number; readonly byStatus: Readonly<Record<string, number>> };
  /** Of converted and not converted messages. */
  readonly conversion: Share;
  /** Receipts of settled messages. */
  readonly receipts: Readonly<
    Record<"delivered" | "failed" | "expired" | "rejected" | "other" | "none", number>
  >;
  /**
   * The share of "delivered" receipts among converted messages, less that among others. Near 0: receipts say nothing.
   * `null` where either side has fewer than 20 messages.
   */
  readonly receiptInformation: {
    readonly value: number | null;
    readonly converted: Share;
    readonly notConverted: Share;
  };
  /** In seconds, from sending to proof. `upTo` is inclusive, `null` for the open end. */
  readonly timeToConvert: {
    readonly p50: number | null;
    readonly p90: number | null;
    readonly buckets: readonly Bucket[];
  };
  /** Challenges verified by a later message or another channel, of first messages that were not converted. */
  readonly rescue: Share;
  /** In EUR. `priced`: the messages whose price is known. */
  readonly cost: {
    readonly currency: "EUR";
    readonly total: number;
    readonly priced: number;
    readonly perConversion: number | null;
    readonly notConverted: number;
  };
  /** In seconds, from the event to Vonage's confirmation. */
  readonly reportLag: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly within60s: Share;
    readonly within15min: Share;
  };
}

export interface Bucket {
  readonly upTo: number | null;
  readonly count: number;
}

/** One step of a series. `low` and `high` are given for any settled message, `share` from 20 on. */
export interface Point {
  readonly at: string;
  readonly sent: number;
  readonly converted: number;
  readonly notConverted: number;
  readonly receiptsDelivered: number;
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export type Dimension = "traffic" | "channel" | "country" | "network";

/** Some dimensions of a segment. Without any: everything. */
export interface PartialSegment {
  readonly traffic?: Traffic;
  readonly channel?: Channel;
  readonly country?: string;
  readonly network?: string;
}

/** The usual conversion: of the segment itself, else of the segment above it, else 80 %. */
export interface Baseline {
  readonly share: number;
  readonly source: "own" | "parent" | "default";
}

export interface Group {
  readonly segment: PartialSegment;
  readonly metrics: Metrics;
  readonly baseline: Baseline;
  /** Conversion shrunk towards the parent segment's, so that 3 of 3 does not lead a ranking. */
  readonly score: number;
  readonly series?: readonly Point[];
  /** Ids of the open alarms about this group. */
  readonly alarms: readonly string[];
}

/** Answer of `GET /insight`. */
export interface InsightAnswer {
  readonly from: string;
  readonly to: string;
  /** Seconds between two points. */
  readonly step: number;
  readonly by: readonly Dimension[];
  readonly total: Metrics;
  readonly series: readonly Point[];
  /** The worst score first. */
  readonly groups: readonly Group[];
  /** Groups merged into that of unknown countries and networks, because there were too many. */
  readonly folded: number;
}

export type RuleName =
  | "drop"
  | "pumping"
  | "number-block"
  | "new-segment"
  | "receipts-changed"
  | "reports-late"
  | "spend";

export type AlarmCause =
  | "outage"
  | "false-receipts"
  | "pumping"
  | "own-page"
  | "slow-reporting"
  | "spending"
  | "new-traffic"
  | "unknown";

export type Severity = "critical" | "warning" | "info";

/** An alarm of `GET /insight/alarms`. */
export interface Alarm {
  /** Rule, segment and the second it was raised, such as `drop:2fa/sms/GB/23410:1764093600`. */
  readonly id: string;
  readonly rule: RuleName;
  readonly severity: Severity;
  readonly cause: AlarmCause;
  /** The dimensions that it concerns. */
  readonly segment: PartialSegment;
  readonly since: string;
  /** `null`: it is open. */
  readonly endedAt: string | null;
  /** One sentence: what happened and why. */
  readonly summary: string;
  readonly nextStep: string;
  readonly figures: Readonly<Record<string, number>>;
  /** The segment gets no new codes until then. */
  readonly paused: { readonly until: string } | null;
}
