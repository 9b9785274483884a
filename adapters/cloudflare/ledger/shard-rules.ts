import { KEEP_DEAD_MS, type LedgerSettings } from "./settings.ts";
import type { ShardRules } from "./shard-platform.ts";

const HOUR_MS = 3_600_000;
/** Added to a request's own timeout: only a request that was cut off takes longer. */
const LOST_MARGIN_MS = 10_000;

/** @param timeout Milliseconds for one request to Vonage. */
export const toShardRules = (ledger: LedgerSettings, timeout: number): ShardRules => ({
  budget: ledger.budget,
  maxBytes: ledger.maxMegabytes * 1_000_000,
  keepRecorded: ledger.retentionHours * HOUR_MS,
  keepDead: KEEP_DEAD_MS,
  lostAfter: timeout + LOST_MARGIN_MS,
});
