// The ledger's rules as one pure function: what becomes of a message when something happens to it. Whoever calls
// it stores the row it gives before doing what it says.

import type { ConversionErrorCode } from "../client/errors.ts";
import type { Traffic } from "../wire/report.ts";
import type { MessageKey, Row } from "./row.ts";
import { GIVE_UP_MS, nextAttemptAt } from "./schedule.ts";

/** How a request to Vonage ended. */
export type Ended =
  | { readonly code: null }
  | { readonly code: ConversionErrorCode; readonly retryAfter?: number | undefined };

export type LedgerEvent =
  /** The message was sent; its report is awaited until `expiresAt`. */
  | { readonly type: "track"; readonly traffic: Traffic; readonly expiresAt: number }
  /**
   * A caller reports its outcome. `hold`: nothing may be sent now, so it waits its turn. `timed`: the caller gave
   * `occurredAt`; otherwise it is the time of arrival.
   */
  | {
      readonly type: "report";
      readonly traffic: Traffic;
      readonly delivered: boolean;
      readonly occurredAt: number;
      readonly timed?: boolean | undefined;
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
  readonly answer?: "accepted" | "duplicate" | "conflict" | "rejected" | "tracked" | "other-traffic";
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

/**
 * Reports that Vonage refused are rarely right the next time, and each costs a request: callers may correct one at
 * once until it was refused so often, and then once a day.
 */
const REFUSALS_AT_ONCE = 3;
const REFUSED_AGAIN_MS = 24 * 3_600_000;

/** After these Vonage has certainly not recorded the report; after any other failure it may have. */
const REFUSED: ReadonlySet<ConversionErrorCode> = new Set([
  "rejected",
  "unauthorized",
  "not_enabled",
  "rate_limited",
]);

const NOTHING: Actions = {};
const SEND: Actions = { send: true };
const ACCEPTED: Actions = { answer: "accepted" };
const DUPLICATE: Actions = { answer: "duplicate" };
const CONFLICT: Actions = { answer: "conflict" };
const REJECTED: Actions = { answer: "rejected" };
const TRACKED: Actions = { answer: "tracked" };
const UNCERTAIN = { uncertain: true } as const;
const OTHER_TRAFFIC: Actions = { answer: "other-traffic" };

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
  if (row !== undefined && row.traffic !== event.traffic) return { row, actions: OTHER_TRAFFIC };
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
function report(
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
  // Where a true waits behind a false, the true is what counts.
  const outcome = row.successor === null ? row.delivered : true;
  if (outcome === delivered) return { row, actions: row.state === "recorded" ? DUPLICATE : ACCEPTED };
  if (!delivered) return { row, actions: CONFLICT };
  if (row.state === "sending") {
    // Never two requests for one message at a time: their order at Vonage would be left to chance.
    return { row: { ...row, successor: occurredAt }, actions: ACCEPTED };
  }
  return begin(key, undefined, event, now, rules);
}

/** Whether a `true` may stand at Vonage although it was never confirmed; rows of earlier versions tell by the reason. */
function mayBeRecorded({ delivered, uncertain, reason, attempts }: Row): boolean {
  const ended = attempts > 0 && reason !== null;
  return delivered === true && (uncertain === true || (ended && !REFUSED.has(reason)));
}

/** Whether a dead row is not sent again for this report: Vonage has refused the same one, or its like too often. */
function isRefused(row: Row, { delivered, occurredAt, timed }: EventOf<"report">, now: number): boolean {
  if (row.reason !== "rejected" || now - row.since >= REFUSED_AGAIN_MS) return false;
  const isSame = delivered === row.delivered && (!timed || occurredAt === row.occurredAt);
  return isSame || refusalsOf(row) >= REFUSALS_AT_ONCE;
}

const refusalsOf = ({ reason, refusals = 1 }: Row): number => (reason === "rejected" ? refusals : 0);

/** @param dead What is begun anew, where it was given up before. */
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
      const next = succeed(row.state === "sending" ? withUnknownEnd(row) : row, now);
      const again = { state: "sending", due: now + lostAfter, attempts: next.attempts + 1 } as const;
      return { row: { ...next, ...again }, actions: SEND };
    }
  }
}

function end(before: Row, ended: Ended, now: number, random: number, rules: LedgerRules): Row {
  const { code } = ended;
  if (before.successor !== null) return { ...succeed(before, now), state: "queued", due: now };
  if (code === null) {
    const { uncertain, refusals, ...row } = before;
    return { ...row, state: "recorded", due: now + rules.keepRecorded, reason: null };
  }
  if (code === "rejected") {
    const refused = { ...before, ...countRefusals(refusalsOf(before) + 1) };
    return bury(mayBeRecorded(before) ? { ...refused, ...UNCERTAIN } : refused, code, now, rules);
  }
  const { refusals, ...known } = before;
  const row = REFUSED.has(code) && !mayBeRecorded(before) ? known : withUnknownEnd(known);
  // It failed for its key's sake, not for its own: it waits for the key, and loses nothing.
  if (code === "unauthorized" || code === "not_enabled") {
    if (now - row.since >= PARKED_AT_MOST_MS) return bury(row, code, now, rules);
    return { ...row, state: "queued", due: now, reason: code };
  }
  const at = nextAttemptAt(row.attempts, row.since, now, ended.retryAfter, random);
  return at === undefined ? bury(row, code, now, rules) : { ...row, state: "queued", due: at, reason: code };
}

/** After an attempt whose answer nobody knows: of a `true` Vonage may have it. */
function withUnknownEnd(row: Row): Row {
  return row.delivered ? { ...row, ...UNCERTAIN } : row;
}

/** More than one; the first is told by the reason. */
const countRefusals = (refusals: number): Pick<Row, "refusals"> => (refusals > 1 ? { refusals } : {});

/** A true that waits behind a false takes its place. */
function succeed(before: Row, now: number): Row {
  const { successor: occurredAt, refusals, ...row } = before;
  if (occurredAt === null) return before;
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
    const again = { ...row, state: "queued", due: now, since: now, attempts: 0 } as const;
    return { row: mayBeRecorded(row) ? { ...again, ...UNCERTAIN } : again, actions: ACCEPTED };
  }
  if (row?.state === "queued") return { row: { ...row, due: now }, actions: ACCEPTED };
  return { row, actions: row?.state === "sending" ? ACCEPTED : CONFLICT };
}

/** How long reports wait for a key that may not send, by why it may not. */
export function patience(cause: "outage" | "unauthorized" | "not_enabled"): number {
  return cause === "outage" ? GIVE_UP_MS : PARKED_AT_MOST_MS;
}
