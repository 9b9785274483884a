import type { Row } from "../../../../src/ledger/row.ts";
import type { Sql } from "../../storage/sql.ts";
import type { SourceHealth } from "../rpc.ts";
import { createBlocks } from "./blocks.ts";
import { createRowCounting } from "./count-rows.ts";
import type { FlushPlatform } from "./flush.ts";
import { createCountingSource } from "./source.ts";

/**
 * Counts the messages of a ledger's shard.
 *
 * @param health The state of the reports now.
 */
export function createShardCounting(
  sql: Sql,
  platform: Omit<FlushPlatform, "companions">,
  health: () => SourceHealth,
) {
  const companions = () => ({ blocks: blocks.list(), health: health() });
  const counting = createCountingSource(sql, { ...platform, companions });
  const blocks = createBlocks(platform.now, counting.sightings);
  const count: (before: Row | undefined, after: Row | undefined) => void = createRowCounting(
    counting,
    blocks,
    platform.now,
  );
  const undo = () => {
    counting.undo();
    blocks.undo();
  };
  return { ...counting, count, undo };
}
