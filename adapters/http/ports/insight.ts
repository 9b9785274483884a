// Insight as a platform may implement it; Cloudflare's is a Durable Object (adapters/cloudflare/insight).

import type { Alarm, InsightAnswer } from "../../../src/insight/answer.ts";
import type { Counts } from "../../../src/insight/counts.ts";
import type { InsightQuery } from "../../../src/insight/query.ts";
import type { Segment } from "../../../src/insight/segment.ts";
import type { Channel, Traffic } from "../../../src/wire/report.ts";

export interface AlarmQuery {
  readonly state: "open" | "all";
  /** Leaves out alarms that ended before. Epoch milliseconds. */
  readonly since: number;
}

/** Counters since the first message. All of them only rise. */
export interface MetricsSnapshot {
  readonly segments: readonly {
    readonly segment: Segment;
    readonly added: Counts;
    /** Earlier counts that turned out to be wrong. Subtract them. */
    readonly takenBack: Counts;
  }[];
  /** Histograms and cost. */
  readonly countries: readonly {
    readonly traffic: Traffic;
    readonly channel: Channel;
    readonly country: string;
    readonly counts: Counts;
  }[];
  /** The open ones. */
  readonly alarms: readonly Alarm[];
  readonly reports: {
    readonly waiting: number;
    readonly dead: number;
    /** Epoch milliseconds; `null`: nothing waits. */
    readonly oldestWaiting: number | null;
  };
}

/** Every call rejects with `StorageUnavailable` when Insight fails. */
export interface Insight {
  query(query: InsightQuery): Promise<InsightAnswer>;
  /** Open ones first, then the newest; at most 500. */
  alarms(query: AlarmQuery): Promise<readonly Alarm[]>;
  metrics(): Promise<MetricsSnapshot>;
}
