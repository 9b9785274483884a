import type { ShardContext } from "../ledger/durable-object.ts";

/** The part of Cloudflare's `DurableObjectState` that the workflow's objects use, beyond the ledger's. */
export interface ObjectContext extends ShardContext {
  waitUntil(work: Promise<unknown>): void;
}

/** Logs the class of an error: its message may quote anything. */
export const logFailureOf = (shard: string | undefined) => (what: string, error: unknown) => {
  const hint = `${what}: ${error instanceof Error ? error.name : "unknown"}`;
  console.error(JSON.stringify({ level: "error", event: "failed", hint, shard }));
};
