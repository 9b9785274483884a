// The ledger's rules as one pure function. Before the caller carries out the actions, it keeps the row of the step: a
// row that is `sending` in memory, with a note on disk where under-way.ts asks for one, and every other row on disk.

import { type LedgerEvent, type LedgerRules, NOTHING, type Step } from "./events.ts";
import { report } from "./report.ts";
import { afterRequest } from "./request-end.ts";
import { retry } from "./retry.ts";
import type { MessageKey, Row } from "./row.ts";
import { withFacts, withReceipt } from "./row-facts.ts";
import { giveUpWaiting, whenDue } from "./time.ts";
import { track } from "./track.ts";

/**
 * Applies an event to a message.
 *
 * @param key The message.
 * @param row Its row: the one in memory while a request is under way, otherwise the stored one.
 * @param now Epoch milliseconds.
 */
export function step(
  key: MessageKey,
  row: Row | undefined,
  event: LedgerEvent,
  now: number,
  rules: LedgerRules,
): Step {
  const { row: after, actions } = take(key, row, event, now, rules);
  return { row: withFacts(row, after, event, now), actions };
}

function take(
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
    case "receipt":
      return {
        row: row?.traffic === event.traffic ? withReceipt(row, event) : row,
        actions: NOTHING,
      };
    case "ended":
      // The late end of a request that counted as lost changes nothing.
      if (row?.state !== "sending") return { row, actions: NOTHING };
      return { row: afterRequest(row, event.ended, now, event.random, rules), actions: NOTHING };
  }
}
