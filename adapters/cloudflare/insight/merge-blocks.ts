import type { BlockActivity } from "../../../src/insight/rules/number-block.ts";
import { HOUR_MS } from "./roll-ups.ts";
import type { Source } from "./sources.ts";

/** Adds up the number blocks of the last hour. A number whose messages are in several sources counts in each. */
export function mergeBlocks(sources: readonly Source[], now: number): BlockActivity[] {
  const merged = new Map<string, BlockActivity>();
  for (const { at, blocks = [] } of sources) {
    if (at <= now - HOUR_MS) continue;
    for (const one of blocks) {
      const known = merged.get(one.block);
      merged.set(one.block, {
        ...one,
        messages: one.messages + (known?.messages ?? 0),
        persons: one.persons + (known?.persons ?? 0),
        converted: one.converted + (known?.converted ?? 0),
      });
    }
  }
  return [...merged.values()];
}
