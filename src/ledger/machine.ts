// The ledger's rules as one pure function. The caller stores the row of each step before it carries out the actions.

import { type LedgerEvent, type LedgerRules, NOTHING, type Step } from "./events.ts";
import { report } from "./report.ts";
import { afterRequest } from "./request-end.ts";
import { retry } from "./retry.ts";
import type { MessageKey, Row } from "./row.ts";
import { giveUpWaiting, whenDue } from "./time.ts";
import { track } from "./track.ts";

/**
 * Applies an event to a message.
 *
 * @param key The message.
 * @param row Its stored row.
 * @param now Epoch milliseconds.
 */
export function step(
  key: MessageKey,
  row: Row | undefined,
  event: LedgerEvent,
  now: number,
  rules: LedgerRules,
): Step {
  switch (event.type) {
    case "track":
      return track(key, row, event, now);
    case "report":
      return report(key, row, event, now, rules);
    case "retry":
      return retry(row, now);
    case "due":
      return row === undefined ? { row, actions: NOTHING } : whenDue(row, now, rules);
    case "held":
      return { row: giveUpWaiting(row, event.reason, now, rules), actions: NOTHING };
    case "ended":
      // The late end of a request that counted as lost changes nothing.
      if (row?.state !== "sending") return { row, actions: NOTHING };
      return { row: afterRequest(row, event.ended, now, event.random, rules), actions: NOTHING };
  }
}
