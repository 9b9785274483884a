import type { ConversionErrorCode } from "../../src/client/errors.ts";
import type { Channel, Traffic } from "../../src/wire/report.ts";

/** What is logged of one request: enough to operate, nothing of the message, no secret, no path as it came. */
export interface LogEntry {
  /** `error` is the operator's to act on. */
  readonly level: "info" | "error";
  /** Also in the answer's `X-Request-Id`. */
  readonly requestId: string;
  readonly method: string;
  /** The route that matched, or `null`. */
  readonly route: string | null;
  readonly status: number;
  /** `recorded`, `duplicate`, `accepted`, `tracked`, `started`, `verified`, …, `ok`, or the problem's name. */
  readonly outcome: string;
  /** Milliseconds until the answer. */
  readonly ms: number;
  readonly channel?: Channel;
  readonly traffic?: Traffic;
  /** `key:` or `admin:` with the key's name, or `token:` with the kid of its secret. */
  readonly caller?: string;
  /** Where a code was to go: country code and last two digits, the rest masked. */
  readonly number?: string;
  /** Requests sent to Vonage. */
  readonly attempts?: number;
  /** Why Vonage has not confirmed an accepted report yet. */
  readonly reason?: ConversionErrorCode;
  /** What the operator should do. */
  readonly hint?: string;
}

/** One line of JSON. */
export function logToConsole(entry: LogEntry): void {
  const line = JSON.stringify(entry);
  if (entry.level === "error") console.error(line);
  else console.log(line);
}
