import type { ShardContext } from "../ledger/durable-object.ts";

/** The part of Cloudflare's `DurableObjectState` that the workflow's objects use, beyond the ledger's. */
export interface ObjectContext extends ShardContext {
  waitUntil(work: Promise<unknown>): void;
}
