// The methods of a shard that the Worker calls by RPC: plain data both ways. Objects of an earlier version answer for
// minutes after a deployment, so names and data stay as released.

import type { Layout } from "../../../src/ledger/layout.ts";
import type { MessageKey, ReportState, Row } from "../../../src/ledger/row.ts";
import type { Traffic } from "../../../src/wire/report.ts";
import type { LedgerAnswer, LedgerReceipt, LedgerReport, TrackedMessage } from "../../http/ports/ledger.ts";
import type { ShardStats } from "./shard.ts";
import type { Moved } from "./shard-layout.ts";
import type { Position, QuarantinedReport } from "./store.ts";

/** `layout` is the one that the Worker goes by; a shard of an earlier version ignores it. */
export interface ShardRpc {
  /**
   * `waited`: the part of the budget that the caller has waited already, in milliseconds. A shard before 0.3.0 ignores
   * it.
   */
  report(report: LedgerReport, layout?: Layout, waited?: number): Promise<LedgerAnswer | "full" | Moved>;
  track(message: TrackedMessage, layout?: Layout): Promise<"tracked" | "other-traffic" | "full" | Moved>;
  /** Since 0.3.0. */
  receipt(receipt: LedgerReceipt, layout?: Layout): Promise<boolean | Moved>;
  retry(key: MessageKey, layout?: Layout): Promise<"accepted" | "unknown" | "nothing" | Moved>;
  has(key: MessageKey, layout?: Layout): Promise<boolean | Moved>;
  /** Gives a message. Since 0.3.0. */
  find(key: MessageKey, layout?: Layout): Promise<Row | undefined | Moved>;
  /** Gives the layout in force; only the first shard is asked. Unknown to shards of an earlier version. */
  layout(wanted: readonly number[], seen?: Layout): Promise<Layout>;
  list(state: ReportState, limit: number, after: Position | undefined): Promise<Row[]>;
  /** Lists the quarantine. */
  listSetAside(limit: number, after: Position | undefined): Promise<QuarantinedReport[]>;
  stats(): Promise<ShardStats>;
  /** Arms the alarm for what is due, and probes keys that the operator has fixed. */
  nudge(fixedKeys: readonly Traffic[]): Promise<void>;
}
