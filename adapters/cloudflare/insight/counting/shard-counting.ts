import type { Row } from "../../../../src/ledger/row.ts";
import type { ShardNamespace } from "../../ledger/settings.ts";
import type { FailureLog } from "../../ledger/shard-log.ts";
import type { Sql } from "../../storage/sql.ts";
import type { SourceHealth } from "../rpc.ts";
import { createBlocks } from "./blocks.ts";
import { createRowCounting } from "./count-rows.ts";
import { createCountingSource, createGather } from "./source.ts";

/**
 * Counts the messages of a ledger's shard.
 *
 * @param insight The namespace of Insight, in its jurisdiction.
 * @param health The state of the reports now.
 */
export function createShardCounting(
  sql: Sql,
  insight: ShardNamespace,
  source: string,
  health: () => SourceHealth,
  logFailure: FailureLog,
) {
  const blocks = createBlocks(Date.now);
  const counting = createCountingSource(sql, {
    source,
    gather: createGather(insight),
    now: Date.now,
    random: Math.random,
    logFailure,
    companions: () => ({ blocks: blocks.list(), health: health() }),
  });
  const count: (before: Row | undefined, after: Row | undefined) => void = createRowCounting(
    counting,
    blocks,
  );
  return { ...counting, count };
}
