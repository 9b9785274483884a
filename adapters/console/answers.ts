// The Worker's answers that the console shows.

/** A share with its Wilson interval; `null` where `of` is too small. */
export interface Share {
  readonly count: number;
  readonly of: number;
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Metrics {
  readonly sent: number;
  readonly settled: number;
  readonly pending: number;
  readonly converted: number;
  readonly notConverted: number;
  readonly superseded: number;
  readonly cancelled: number;
  readonly uncertain: number;
  readonly refused: { readonly total: number; readonly byStatus: Readonly<Record<string, number>> };
  readonly conversion: Share;
  readonly receipts: Readonly<Record<ReceiptClass, number>>;
  readonly receiptInformation: {
    readonly value: number | null;
    readonly converted: Share;
    readonly notConverted: Share;
  };
  readonly timeToConvert: {
    readonly p50: number | null;
    readonly p90: number | null;
    readonly buckets: readonly { readonly upTo: number | null; readonly count: number }[];
  };
  readonly rescue: Share;
  readonly cost: {
    readonly currency: string;
    readonly total: number;
    readonly priced: number;
    readonly perConversion: number | null;
    readonly notConverted: number;
  };
  readonly reportLag: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly within60s: Share;
    readonly within15min: Share;
  };
}

export type ReceiptClass = "delivered" | "failed" | "expired" | "rejected" | "other" | "none";

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

export interface SegmentName {
  readonly traffic?: string;
  readonly channel?: string;
  readonly country?: string;
  readonly network?: string;
}

export interface Group {
  readonly segment: SegmentName;
  readonly metrics: Metrics;
  readonly baseline: { readonly share: number; readonly source: string };
  readonly score: number;
  readonly series?: readonly Point[];
  readonly alarms: readonly string[];
}

export interface InsightAnswer {
  readonly from: string;
  readonly to: string;
  readonly step: number;
  readonly total: Metrics;
  readonly series: readonly Point[];
  readonly groups: readonly Group[];
  readonly folded: number;
}

export interface Alarm {
  readonly id: string;
  readonly rule: string;
  readonly severity: "critical" | "warning" | "info";
  readonly cause: string;
  readonly segment: SegmentName;
  readonly since: string;
  readonly endedAt: string | null;
  readonly summary: string;
  readonly nextStep: string;
  readonly paused: { readonly until: string } | null;
}

export interface Stats {
  readonly reports: Readonly<Record<string, number>>;
  readonly oldestWaiting: string | null;
  readonly gates: readonly {
    readonly shard: number;
    readonly traffic: string;
    readonly cause: string;
    readonly since: string;
    readonly nextProbeAt: string | null;
    readonly perSecond: number | null;
  }[];
  readonly twoFactor?: Readonly<Record<string, number>>;
}

export interface Report {
  readonly channel: string;
  readonly messageId: string;
  readonly traffic?: string;
  readonly state: string;
  readonly delivered?: boolean | null;
  readonly since: string;
  readonly nextAt?: string;
  readonly attempts?: number;
  readonly reason?: string | null;
  /** Vonage's HTTP status of the last request, where it answered. */
  readonly vonageStatus?: number;
}

export interface ReportPage {
  readonly reports: readonly Report[];
  readonly cursor?: string;
}
