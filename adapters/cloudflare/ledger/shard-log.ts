import type { ConversionErrorCode } from "../../../src/client/errors.ts";
import type { Traffic } from "../../../src/wire/report.ts";

/** One line of what a shard did on its own; nothing of any message. */
export interface ShardLogEntry {
  /** `error` is the operator's to act on. */
  readonly level: "info" | "error";
  readonly event: "closed" | "opened" | "slowed" | "drained" | "failed" | "layout";
  readonly traffic?: Traffic;
  /** Why a key may not send. */
  readonly reason?: ConversionErrorCode | "outage";
  /** What the operator should do. */
  readonly hint?: string;
  /** Reports sent on this wake-up. */
  readonly sent?: number;
  readonly ms?: number;
}

export type FailureLog = (what: string, error: unknown) => void;

/** An error's text may quote anything; its kind is enough to find it. */
export function createFailureLog(log: (entry: ShardLogEntry) => void): FailureLog {
  return (what, error) => {
    const kind = error instanceof Error ? error.name : "unknown";
    log({ level: "error", event: "failed", hint: `${what}: ${kind}` });
  };
}
