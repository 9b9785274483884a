// The log of the Durable Objects: one line of JSON for each event. None contains data of a message.

import { type ErrorEvent, type Failure, toRunbook } from "../../src/operator/signs.ts";

interface LoggedEvent {
  /** `error`: the operator must act. */
  readonly level: "info" | "error";
  readonly event: string;
  /** The entry of the runbook, where the event's own is not exact enough. */
  readonly runbook?: string;
}

/** An event of level `error` that needs no more than a hint. */
export interface FailureEvent {
  readonly level: "error";
  readonly event: Exclude<ErrorEvent, "alarm">;
  /** The operator's next step, or what failed. */
  readonly hint: string;
}

export type LogFailure = (what: Failure, error: unknown) => void;

/**
 * Writes a line. One of level `error` names its entry in the runbook.
 *
 * @param shard The name of the object; `undefined`: there is one only.
 */
export function writeEvent(entry: LoggedEvent, shard?: string): void {
  const { level, event, runbook = toRunbook(event) } = entry;
  const isError = level === "error";
  const line = JSON.stringify({
    ...entry,
    ...(isError && { runbook }),
    ...(shard !== undefined && { shard }),
  });
  if (isError) console.error(line);
  else console.log(line);
}

/** Logs the class of an error, not its text: that may quote secrets or personal data. */
export const createFailureLog =
  (log: (entry: FailureEvent) => void): LogFailure =>
  (what, error) => {
    const hint = `${what}: ${error instanceof Error ? error.name : "unknown"}`;
    log({ level: "error", event: "failed", hint });
  };

/** Makes the function that tells of a row in quarantine. */
export const createUnreadableLog = (log: (entry: FailureEvent) => void) => (): void =>
  log({ level: "error", event: "unreadable", hint: "see `vonage-conversion reports unreadable`" });
