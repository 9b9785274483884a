import type { ConversionErrorCode } from "../../../src/client/errors.ts";
import type { Traffic } from "../../../src/wire/report.ts";

/** A line in the log about the work of a shard. It contains no data of any message. */
export interface ShardLogEntry {
  /** `error`: the operator must act. */
  readonly level: "info" | "error";
  readonly event:
    | "breaker-opened"
    | "breaker-closed"
    | "throttled"
    | "drained"
    | "failed"
    | "layout"
    | "dead";
  readonly traffic?: Traffic;
  /** The reason why the circuit breaker opened, or why a report was given up. */
  readonly reason?: ConversionErrorCode | "outage";
  /** The operator's next step. */
  readonly hint?: string;
  /** Reports sent on this wake-up. */
  readonly sent?: number;
  readonly ms?: number;
  /** HTTP status of Vonage's last answer to a report that was given up. */
  readonly vonageStatus?: number;
}

export type FailureLog = (what: string, error: unknown) => void;

/** Logs the kind of an error, not its text: that may quote secrets or personal data. */
export function createFailureLog(log: (entry: ShardLogEntry) => void): FailureLog {
  return (what, error) => {
    const kind = error instanceof Error ? error.name : "unknown";
    log({ level: "error", event: "failed", hint: `${what}: ${kind}` });
  };
}
