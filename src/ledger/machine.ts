// The ledger's rules as one pure function: what becomes of a message when something happens to it. Whoever calls
// it stores the row it gives before doing what it says.

import type { ConversionErrorCode } from "../errors.ts";
import type { Traffic } from "../report.ts";
import type { MessageKey, Row } from "./row.ts";
import { GIVE_UP_MS, nextAttemptAt } from "./schedule.ts";

/** How a request to Vonage ended. */
export type Ended =
  | { readonly code: null }
  | { readonly code: ConversionErrorCode; readonly retryAfter?: number | undefined };

export type LedgerEvent =
  /** The message was sent; its report is awaited until `expiresAt`. */
  | { readonly type: "track"; readonly traffic: Traffic; readonly expiresAt: number }
  /** Somebody reports its outcome. `hold`: nothing may be sent now, so it waits its turn. */
  | {
      readonly type: "report";
      readonly traffic: Traffic;
      readonly delivered: boolean;
      readonly occurredAt: number;
      readonly hold: boolean;
    }
  /** The time of `row.due` has come. */
  | { readonly type: "due" }
  /** The request that was under way has ended. `random` is uniform in [0, 1). */
  | { readonly type: "ended"; readonly ended: Ended; readonly random: number }
  /** Its key may not send, and has not been able to for so long that waiting makes no sense. */
  | { readonly type: "held"; readonly reason: ConversionErrorCode }
  /** A person wants it sent again. */
  | { readonly type: "retry" };

/** What to do once the row is stored. */
export interface Actions {
  /** Send the row's report to Vonage, and say how that ended. */
  readonly send?: true;
  /** What the one who caused the event is told, where it is known without sending. */
  readonly answer?: "accepted" | "duplicate" | "conflict" | "tracked";
}

export interface Step {
  /** The row to store; `undefined`: none, or no longer. The very same object: nothing changed. */
  readonly row: Row | undefined;
  readonly actions: Actions;
}

/** Durations in milliseconds. */
export interface LedgerRules {
  /** After how long an attempt that was begun counts as lost, and goes again: longer than any attempt can take. */
  readonly lostAfter: number;
  /** How long a recorded report is remembered. */
  readonly keepRecorded: number;
  /** How long a dead one is kept. */
  readonly keepDead: number;
}

/** A key that Vonage refuses is the operator's to mend: its reports wait for that, this long at most. */
export const PARKED_AT_MOST_MS = 30 * 24 * 3_600_000;

const NOTHING: Actions = {};
const SEND: Actions = { send: true };
const ACCEPTED: Actions = { answer: "accepted" };
const DUPLICATE: Actions = { answer: "duplicate" };
const CONFLICT: Actions = { answer: "conflict" };
const TRACKED: Actions = { answer: "tracked" };

/**
 * What becomes of a message.
 *
 * @param key Which message.
 * @param row What is stored of it.
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
    case "due":
      return row === undefined ? { row, actions: NOTHING } : due(row, now, rules);
    case "ended":
      // An end that nobody waits for any more, say of an attempt that counted as lost, changes nothing.
      if (row?.state !== "sending") return { row, actions: NOTHING };
      return { row: end(row, event.ended, now, event.random, rules), actions: NOTHING };
    case "held":
      return { row: held(row, event.reason, now, rules), actions: NOTHING };
    case "retry":
      return retry(row, now);
  }
}

type EventOf<T extends LedgerEvent["type"]> = Extract<LedgerEvent, { type: T }>;

/** A message that is on record already, since its user was quicker than its sender, keeps what it has. */
function track(key: MessageKey, row: Row | undefined, event: EventOf<"track">, now: number): Step {
  if (row !== undefined && row.state !== "tracking") return { row, actions: TRACKED };
  const { traffic, expiresAt: due } = event;
  const tracked: Row = {
    ...key,
    traffic,
    state: "tracking",
    delivered: null,
    occurredAt: null,
    due,
    since: now,
    attempts: 0,
    reason: null,
    successor: null,
  };
  return { row: tracked, actions: TRACKED };
}

/**
 * | stored | arrives | then |
 * |---|---|---|
 * | nothing, tracking, dead | true or false | send |
 * | sending or queued | the same | join it |
 * | queued false | true | the true replaces it |
 * | sending false | true | the true goes after it |
 * | recorded true | true | duplicate |
 * | recorded false | true | send: a late reply proves delivery |
 * | sending, queued or recorded true | false | conflict |
 * | recorded false | false | duplicate |
 */
function report(
  key: MessageKey,
  row: Row | undefined,
  event: EventOf<"report">,
  now: number,
  rules: LedgerRules,
): Step {
  const { delivered, occurredAt } = event;
  if (row === undefined || row.state === "tracking" || row.state === "dead") {
    return begin(key, event, now, rules);
  }
  // Where a true waits behind a false, the true is what counts.
  const outcome = row.successor === null ? row.delivered : true;
  if (outcome === delivered) return { row, actions: row.state === "recorded" ? DUPLICATE : ACCEPTED };
  if (!delivered) return { row, actions: CONFLICT };
  if (row.state === "sending") {
    // Never two requests for one message at a time: their order at Vonage would be left to chance.
    return { row: { ...row, successor: occurredAt }, actions: ACCEPTED };
  }
  return begin(key, event, now, rules);
}

function begin(key: MessageKey, event: EventOf<"report">, now: number, { lostAfter }: LedgerRules): Step {
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
  };
  return { row, actions: hold ? ACCEPTED : SEND };
}

function due(row: Row, now: number, { lostAfter }: LedgerRules): Step {
  switch (row.state) {
    case "recorded":
    case "dead":
      return { row: undefined, actions: NOTHING };
    case "tracking": {
      // Nobody came back with the code: reported with the instant at which the time ran out.
      const expired = { delivered: false, occurredAt: row.due, since: now };
      return {
        row: { ...row, ...expired, state: "sending", due: now + lostAfter, attempts: 1 },
        actions: SEND,
      };
    }
    default: {
      // Queued; or begun and never ended: whether Vonage has it nobody knows, so it goes again.
      const next = succeed(row, now);
      const again = { state: "sending", due: now + lostAfter, attempts: next.attempts + 1 } as const;
      return { row: { ...next, ...again }, actions: SEND };
    }
  }
}

function end(row: Row, ended: Ended, now: number, random: number, rules: LedgerRules): Row {
  const { code } = ended;
  if (row.successor !== null) return { ...succeed(row, now), state: "queued", due: now };
  if (code === null) return { ...row, state: "recorded", due: now + rules.keepRecorded, reason: null };
  if (code === "rejected") return bury(row, code, now, rules);
  // It failed for its key's sake, not for its own: it waits for the key, and loses nothing.
  if (code === "unauthorized" || code === "not_enabled") {
    if (now - row.since >= PARKED_AT_MOST_MS) return bury(row, code, now, rules);
    return { ...row, state: "queued", due: now, reason: code };
  }
  const at = nextAttemptAt(row.attempts, row.since, now, ended.retryAfter, random);
  return at === undefined ? bury(row, code, now, rules) : { ...row, state: "queued", due: at, reason: code };
}

/** A true that waits behind a false takes its place. */
function succeed(row: Row, now: number): Row {
  const { successor: occurredAt } = row;
  if (occurredAt === null) return row;
  return { ...row, delivered: true, occurredAt, since: now, attempts: 0, reason: null, successor: null };
}

/** What has waited for its key in vain, an expiry that could never be reported included. */
function held(
  row: Row | undefined,
  reason: ConversionErrorCode,
  now: number,
  rules: LedgerRules,
): Row | undefined {
  if (row?.state === "queued") return bury(row, reason, now, rules);
  if (row?.state !== "tracking") return row;
  return bury({ ...row, delivered: false, occurredAt: row.due }, reason, now, rules);
}

function bury(row: Row, reason: ConversionErrorCode, now: number, { keepDead }: LedgerRules): Row {
  return { ...row, state: "dead", due: now + keepDead, reason };
}

function retry(row: Row | undefined, now: number): Step {
  if (row?.state === "dead") {
    return { row: { ...row, state: "queued", due: now, since: now, attempts: 0 }, actions: ACCEPTED };
  }
  if (row?.state === "queued") return { row: { ...row, due: now }, actions: ACCEPTED };
  return { row, actions: row?.state === "sending" ? ACCEPTED : CONFLICT };
}

/** How long reports wait for a key that may not send, by why it may not. */
export function patience(cause: "outage" | "unauthorized" | "not_enabled"): number {
  return cause === "outage" ? GIVE_UP_MS : PARKED_AT_MOST_MS;
}
