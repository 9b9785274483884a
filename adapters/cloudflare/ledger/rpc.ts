// What the Worker calls of a shard, by RPC: plain data both ways.

import type { Layout } from "../../../src/ledger/layout.ts";
import type { MessageKey, ReportState, Row } from "../../../src/ledger/row.ts";
import type { Traffic } from "../../../src/wire/report.ts";
import type { LedgerAnswer, LedgerReport, TrackedMessage } from "../../http/ports/ledger.ts";
import type { ShardStats } from "./shard.ts";
import type { Moved } from "./shard-layout.ts";
import type { Position, SetAside } from "./store.ts";

/** `layout` is the Worker's; a shard of an earlier version does not look at it. */
export interface ShardRpc {
  report(report: LedgerReport, layout?: Layout): Promise<LedgerAnswer | "full" | Moved>;
  track(message: TrackedMessage, layout?: Layout): Promise<"tracked" | "other-traffic" | "full" | Moved>;
  retry(key: MessageKey, layout?: Layout): Promise<"accepted" | "unknown" | "nothing" | Moved>;
  has(key: MessageKey, layout?: Layout): Promise<boolean | Moved>;
  /** Of the first shard: the layout in force. A shard of an earlier version does not know this call. */
  layout(wanted: readonly number[], seen?: Layout): Promise<Layout>;
  list(state: ReportState, limit: number, after: Position | undefined): Promise<Row[]>;
  listSetAside(limit: number, after: Position | undefined): Promise<SetAside[]>;
  stats(): Promise<ShardStats>;
  nudge(mended: readonly Traffic[]): Promise<void>;
}
