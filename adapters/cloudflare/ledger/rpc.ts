// What the Worker calls of a shard, by RPC: plain data both ways.

import type { MessageKey, ReportState, Row } from "../../../src/ledger/row.ts";
import type { Traffic } from "../../../src/report.ts";
import type { LedgerAnswer, LedgerReport, TrackedMessage } from "../../fetch/ledger.ts";
import type { ShardStats } from "./shard.ts";
import type { Position, SetAside } from "./store.ts";

export interface ShardRpc {
  report(report: LedgerReport): Promise<LedgerAnswer | "full">;
  track(message: TrackedMessage): Promise<"tracked" | "other-traffic" | "full">;
  retry(key: MessageKey): Promise<"accepted" | "unknown" | "nothing">;
  has(key: MessageKey): Promise<boolean>;
  list(state: ReportState, limit: number, after: Position | undefined): Promise<Row[]>;
  listSetAside(limit: number, after: Position | undefined): Promise<SetAside[]>;
  stats(): Promise<ShardStats>;
  nudge(mended: readonly Traffic[]): Promise<void>;
}
