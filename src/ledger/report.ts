import {
  ACCEPTED,
  CONFLICT,
  DUPLICATE,
  type EventOf,
  type LedgerRules,
  OTHER_TRAFFIC,
  REJECTED,
  SEND,
  type Step,
} from "./events.ts";
import { mayBeRecorded, UNCERTAIN } from "./possibly-recorded.ts";
import { countRefusals, isRefused, refusalsOf } from "./refusals.ts";
import type { MessageKey, Row } from "./row.ts";

/**
 * Takes a caller's report.
 *
 * | stored | arrives | then |
 * |---|---|---|
 * | anything of the other traffic | true or false | refuse: a message belongs to the account that sent it |
 * | nothing, tracking, dead | true or false | send |
 * | dead true that Vonage may have recorded | false | conflict |
 * | dead, refused by Vonage | the same, or anything too often | rejected |
 * | sending or queued | the same | join it |
 * | queued false | true | the true replaces it |
 * | sending false | true | the true goes after it |
 * | recorded true | true | duplicate |
 * | recorded false | true | send: a late reply proves delivery |
 * | sending, queued or recorded true | false | conflict |
 * | recorded false | false | duplicate |
 */
export function report(
  key: MessageKey,
  row: Row | undefined,
  event: EventOf<"report">,
  now: number,
  rules: LedgerRules,
): Step {
  const { delivered, occurredAt } = event;
  if (row !== undefined && row.traffic !== event.traffic) return { row, actions: OTHER_TRAFFIC };
  if (row === undefined || row.state === "tracking") return begin(key, undefined, event, now, rules);
  if (row.state === "dead") {
    if (!delivered && mayBeRecorded(row)) return { row, actions: CONFLICT };
    return isRefused(row, event, now) ? { row, actions: REJECTED } : begin(key, row, event, now, rules);
  }
  // If a true waits behind a false, the true counts.
  const outcome = row.successor === null ? row.delivered : true;
  if (outcome === delivered) return { row, actions: row.state === "recorded" ? DUPLICATE : ACCEPTED };
  if (!delivered) return { row, actions: CONFLICT };
  if (row.state === "sending") {
    // Never two requests for one message at a time: they could reach Vonage in either order.
    return { row: { ...row, successor: occurredAt }, actions: ACCEPTED };
  }
  return begin(key, undefined, event, now, rules);
}

/** @param dead The dead letter that this report replaces. */
function begin(
  key: MessageKey,
  dead: Row | undefined,
  event: EventOf<"report">,
  now: number,
  { lostAfter }: LedgerRules,
): Step {
  const { traffic, delivered, occurredAt, hold } = event;
  const row: Row = {
    channel: key.channel,
    messageId: key.messageId,
    traffic,
    state: hold ? "queued" : "sending",
    delivered,
    occurredAt,
    due: hold ? now : now + lostAfter,
    since: now,
    attempts: hold ? 0 : 1,
    reason: null,
    successor: null,
    ...(dead?.reason === "rejected" && { reason: dead.reason, ...countRefusals(refusalsOf(dead)) }),
    ...(delivered && dead !== undefined && mayBeRecorded(dead) && UNCERTAIN),
  };
  return { row, actions: hold ? ACCEPTED : SEND };
}
