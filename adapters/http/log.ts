import type { ConversionErrorCode } from "../../src/client/errors.ts";
import type { Channel, Traffic } from "../../src/wire/report.ts";

/** The log entry of one request. It holds no secret, no message id and no path. */
export interface LogEntry {
  /** `error` means that the operator has to act; `hint` says how. */
  readonly level: "info" | "error";
  /** The same as `X-Request-Id` of the answer. */
  readonly requestId: string;
  readonly method: string;
  /** The route that matched, or `null`. */
  readonly route: string | null;
  readonly status: number;
  /** `recorded`, `duplicate`, `accepted`, `tracked`, `started`, `verified`, …, `ok`, or the name of the problem. */
  readonly outcome: string;
  /** Milliseconds until the answer. */
  readonly ms: number;
  readonly channel?: Channel;
  readonly traffic?: Traffic;
  /** `key:` or `admin:` with the key's name, or `token:` with the kid of its secret. */
  readonly caller?: string;
  /** The number a code was for: country code and last two digits, the rest masked. */
  readonly number?: string;
  /** Requests sent to Vonage. */
  readonly attempts?: number;
  /** The reason why Vonage has not confirmed an accepted report. */
  readonly reason?: ConversionErrorCode;
  /** Advice for the operator. */
  readonly hint?: string;
  /** With level `error`: the entry of the runbook, by the outcome. */
  readonly runbook?: string;
}

/** Writes an entry to the console as one line of JSON. */
export function logToConsole(entry: LogEntry): void {
  const line = JSON.stringify(entry);
  if (entry.level === "error") console.error(line);
  else console.log(line);
}
