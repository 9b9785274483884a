import type { ConversionErrorCode } from "../../../src/client/errors.ts";
import type { ErrorEvent } from "../../../src/operator/signs.ts";
import type { Traffic } from "../../../src/wire/report.ts";

/** A line in the log about the work of a shard. It contains no data of any message. */
export type ShardLogEntry = (
  | { readonly level: "error"; readonly event: ErrorEvent }
  | {
      readonly level: "info";
      readonly event: "breaker-opened" | "breaker-closed" | "throttled" | "drained" | "layout";
    }
) & {
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
};
