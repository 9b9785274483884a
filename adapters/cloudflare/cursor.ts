// The cursor of a listing that spans several objects.

import * as base64url from "jose/base64url";
import type { Position } from "./ledger/store.ts";

/** Writes a cursor: base64url of the shard and the position in it. Opaque to the operator. */
export function writeCursor(shard: number, after: Position): string {
  const bytes = new TextEncoder().encode(JSON.stringify([shard, ...after]));
  return base64url.encode(bytes);
}

export function readCursor(
  cursor: string,
  shards: number,
): { readonly shard: number; readonly after: Position } | undefined {
  try {
    const text = new TextDecoder().decode(base64url.decode(cursor));
    const [shard, traffic, due, channel, messageId] = JSON.parse(text) as unknown[];
    if (!Number.isInteger(shard) || (shard as number) < 0 || (shard as number) >= shards) return undefined;
    const holds =
      typeof traffic === "string" &&
      typeof due === "number" &&
      typeof channel === "string" &&
      typeof messageId === "string";
    return holds ? { shard: shard as number, after: [traffic, due, channel, messageId] } : undefined;
  } catch {
    return undefined;
  }
}
