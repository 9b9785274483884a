// Steps that time alone takes: expiry, the next request, purging, giving up.

import type { ConversionErrorCode } from "../client/errors.ts";
import { deadLetter } from "./dead-letter.ts";
import { type LedgerRules, NOTHING, SEND, type Step } from "./events.ts";
import { withUnknownEnd } from "./possibly-recorded.ts";
import type { Row } from "./row.ts";
import { promoteSuccessor } from "./successor.ts";

/** Takes the step that was due: purges, reports an expiry, or sends again. */
export function whenDue(row: Row, now: number, { lostAfter }: LedgerRules): Step {
  switch (row.state) {
    case "recorded":
    case "dead":
      return { row: undefined, actions: NOTHING };
    case "tracking": {
      // The user did not reply: report `false`, at the instant of expiry.
      const expired = { delivered: false, occurredAt: row.due, since: now };
      return {
        row: { ...row, ...expired, state: "sending", due: now + lostAfter, attempts: 1 },
        actions: SEND,
      };
    }
    case "queued":
    case "sending": {
      // A released version stored it as "sending", and the request was lost: its answer is unknown, so it goes again.
      const next = promoteSuccessor(row.state === "sending" ? withUnknownEnd(row) : row, now);
      const again = { state: "sending", due: now + lostAfter, attempts: next.attempts + 1 } as const;
      return { row: { ...next, ...again }, actions: SEND };
    }
  }
}

/** Gives up a report that has waited for its key for too long, or an expiry that could not be reported. */
export function giveUpWaiting(
  row: Row | undefined,
  reason: ConversionErrorCode,
  now: number,
  rules: LedgerRules,
): Row | undefined {
  if (row?.state === "queued") return deadLetter(row, reason, now, rules);
  if (row?.state !== "tracking") return row;
  return deadLetter({ ...row, delivered: false, occurredAt: row.due }, reason, now, rules);
}
