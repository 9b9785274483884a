// The workflow's rules as one pure function: what becomes of a challenge when something happens to it, and what the
// ledger is to be told of its messages. Whoever calls it stores both before anything else.

import { equalInConstantTime } from "../constant-time.ts";
import type { Channel } from "../report.ts";
import type { DeliveryReceipt } from "../webhooks/delivery-receipt.ts";
import { mergeReceipts } from "../webhooks/merge-receipts.ts";
import { attemptsLeft, type Challenge, type ChallengeMessage } from "./challenge.ts";
import type { HashedCode } from "./code.ts";

export type ChallengeEvent =
  /** Somebody came with a code, hashed with every secret there is. `reply`: by answering the message. */
  | { readonly type: "check"; readonly hashes: readonly HashedCode[]; readonly reply: boolean }
  /** A further message is wanted; `code` is its code. */
  | { readonly type: "resend"; readonly channel: Channel; readonly code: HashedCode }
  | { readonly type: "cancel" }
  /** Vonage took a message. */
  | { readonly type: "sent"; readonly number: number; readonly messageIds: readonly string[] }
  /** A message may have gone out, or not. */
  | { readonly type: "uncertain"; readonly number: number }
  /** A message did not go out. */
  | { readonly type: "failed"; readonly number: number }
  /** A carrier's receipt for this challenge's number. */
  | { readonly type: "receipt"; readonly receipt: DeliveryReceipt }
  /** The time of {@link settleAt} has come. */
  | { readonly type: "settle" };

/** Why a code was not taken, or no further message is sent. */
export type RefusedBecause =
  | "wrong"
  | "expired"
  | "too_many"
  | "superseded"
  | "cancelled"
  | "used"
  | "too_soon"
  | "too_many_messages";

export type ChallengeAnswer =
  | { readonly done: true }
  | {
      readonly done: false;
      readonly reason: RefusedBecause;
      /** Milliseconds until a further message may be asked for; with `too_soon`. */
      readonly retryAfter?: number;
    };

/** What the ledger is told of a message, in this order. */
export type Statement =
  | {
      readonly type: "track";
      readonly channel: Channel;
      readonly messageId: string;
      readonly expiresAt: number;
    }
  | {
      readonly type: "report";
      readonly channel: Channel;
      readonly messageId: string;
      readonly delivered: boolean;
      readonly occurredAt: number;
    };

export interface ChallengeStep {
  /** What to store; `undefined`: there is nothing left of it. The very same object: nothing changed. */
  readonly challenge: Challenge | undefined;
  readonly answer: ChallengeAnswer;
  readonly statements: readonly Statement[];
}

export interface ChallengeRules {
  /** How long a code is taken, in milliseconds from when its message went out. */
  readonly lifetime: number;
  /** How long to wait for a message before a further one may be asked for, in milliseconds. */
  readonly cooldown: number;
  /** Messages of one challenge, the first included. */
  readonly maxMessages: number;
}

/** A message that is still `sending` after this was cut off: nobody will say any more how that ended. */
const SENDING_AT_MOST_MS = 60_000;

const DONE: ChallengeAnswer = { done: true };
const refuse = (reason: RefusedBecause): ChallengeAnswer => ({ done: false, reason });

/**
 * What becomes of a challenge.
 *
 * How it ends decides what is reported of its messages:
 *
 * | ending | report |
 * |---|---|
 * | the code came | `delivered=true`, at that instant |
 * | time ran out | `delivered=false` at that instant, by the ledger, where each message is tracked |
 * | a newer message superseded it | `delivered=false`, when the newer one went out |
 * | cancelled | `delivered=false`, at that instant |
 * | its code came after one of these | `delivered=true`: a late reply proves delivery, and the ledger takes it |
 * | wrong codes only | nothing, until time runs out. A wrong code shortly after the message hints at delivery, but also at a guess, and a false `true` does more harm than a late `false` |
 *
 * Every code that is tried counts, whichever way it comes and however late; when all attempts are used up nothing is
 * compared any more.
 *
 * @param now Epoch milliseconds.
 */
export function stepChallenge(
  challenge: Challenge,
  event: ChallengeEvent,
  now: number,
  rules: ChallengeRules,
): ChallengeStep {
  switch (event.type) {
    case "check":
      return check(challenge, event.hashes, event.reply, now);
    case "resend":
      return resend(challenge, event.channel, event.code, now, rules);
    case "cancel":
      return cancel(challenge, now);
    case "sent":
      return sent(challenge, event.number, event.messageIds, now, rules);
    case "uncertain":
      return uncertain(challenge, event.number, now, rules);
    case "failed":
      return failed(challenge, event.number);
    case "receipt":
      return receive(challenge, event.receipt, now, rules);
    case "settle":
      return settle(challenge, now, rules);
  }
}

/** When a message whose sending was cut off is to be given up; `undefined`: none is being sent. */
export function settleAt({ messages }: Challenge): number | undefined {
  const sending = messages.filter(({ state }) => state === "sending");
  return sending.length === 0
    ? undefined
    : Math.min(...sending.map(({ sentAt }) => sentAt + SENDING_AT_MOST_MS));
}

function check(
  challenge: Challenge,
  hashes: readonly HashedCode[],
  reply: boolean,
  now: number,
): ChallengeStep {
  const { state, byReply } = challenge;
  // Who replied and then types the code as well shall get in: once.
  const open = state === "pending" || (state === "verified" && byReply && !reply);
  if (state === "verified" && !open) return unchanged(challenge, refuse("used"));
  if (attemptsLeft(challenge) === 0) return unchanged(challenge, refuse("too_many"));

  const ended = now >= challenge.expiresAt ? "expired" : undefined;
  const over = state === "cancelled" ? "cancelled" : ended;
  const tried = { ...challenge, attempts: challenge.attempts + 1 };
  const match = findMatch(challenge, hashes);
  if (match === undefined) {
    return step(tried, refuse(over ?? "wrong"));
  }
  const { challenge: proven, statements } = prove(tried, match, now);
  if (over !== undefined) return step(proven, refuse(over), statements);
  if (match.state === "superseded") return step(proven, refuse("superseded"), statements);
  return step({ ...proven, state: "verified", byReply: reply }, DONE, statements);
}

/** The newest message with that code. Looks at all of them, whatever it finds, so that the time tells nothing. */
export function findMatch(
  { messages }: Challenge,
  hashes: readonly HashedCode[],
): ChallengeMessage | undefined {
  let match: ChallengeMessage | undefined;
  for (const message of messages) {
    for (const { kid, hash } of hashes) {
      if (equalInConstantTime(hash, message.hash) && kid === message.kid) match = message;
    }
  }
  return match;
}

/** The code came, so the message did. Reported once; a message whose id is not known yet, when it is. */
function prove(
  challenge: Challenge,
  message: ChallengeMessage,
  now: number,
): { readonly challenge: Challenge; readonly statements: readonly Statement[] } {
  if (message.provenAt !== null) return { challenge, statements: [] };
  return {
    challenge: replace(challenge, { ...message, provenAt: now }),
    statements: toReport(message, true, now),
  };
}

function resend(
  challenge: Challenge,
  channel: Channel,
  code: HashedCode,
  now: number,
  { cooldown, maxMessages }: ChallengeRules,
): ChallengeStep {
  const { state, messages, expiresAt } = challenge;
  if (state !== "pending") return unchanged(challenge, refuse(state === "verified" ? "used" : "cancelled"));
  if (now >= expiresAt) return unchanged(challenge, refuse("expired"));
  if (attemptsLeft(challenge) === 0) return unchanged(challenge, refuse("too_many"));
  const last = messages.at(-1);
  if (messages.length >= maxMessages) return unchanged(challenge, refuse("too_many_messages"));
  const retryAfter = (last?.sentAt ?? 0) + cooldown - now;
  if (retryAfter > 0) return unchanged(challenge, { done: false, reason: "too_soon", retryAfter });
  const message = createMessage((last?.number ?? 0) + 1, channel, code, now);
  return step({ ...challenge, messages: [...messages, message] }, DONE);
}

function cancel(challenge: Challenge, now: number): ChallengeStep {
  if (challenge.state !== "pending") return unchanged(challenge, DONE);
  const statements = challenge.messages
    .filter(({ state, provenAt }) => state !== "superseded" && provenAt === null)
    .flatMap((message) => toReport(message, false, now));
  // Once time has run out the ledger reports by itself; but a message on its way would bring the challenge back.
  return step({ ...challenge, state: "cancelled" }, DONE, now < challenge.expiresAt ? statements : []);
}

function sent(
  challenge: Challenge,
  number: number,
  messageIds: readonly string[],
  now: number,
  rules: ChallengeRules,
): ChallengeStep {
  const message = challenge.messages.find((one) => one.number === number);
  if (message === undefined || message.messageIds.length > 0) return unchanged(challenge, DONE);
  const known: ChallengeMessage = {
    ...message,
    messageIds,
    state: message.state === "superseded" ? "superseded" : "sent",
  };
  const after = replace(challenge, known);
  if (known.provenAt !== null) return step(after, DONE, toReport(known, true, known.provenAt));
  if (challenge.state === "cancelled" || known.state === "superseded") {
    return step(after, DONE, toReport(known, false, now));
  }
  // Of a message that went out beside the one that was answered nothing is known.
  if (challenge.state === "verified") return step(after, DONE);
  const expiresAt = message.state === "sending" ? now + rules.lifetime : challenge.expiresAt;
  const earlier = after.messages.filter(
    (one) => one.number < number && one.state !== "superseded" && one.provenAt === null,
  );
  const [messageId = ""] = messageIds;
  const superseded = {
    ...after,
    expiresAt,
    messages: after.messages.map((one) =>
      one.number < number ? { ...one, state: "superseded" as const } : one,
    ),
  };
  return step(superseded, DONE, [
    { type: "track", channel: known.channel, messageId, expiresAt },
    ...earlier.flatMap((one) => toReport(one, false, now)),
  ]);
}

/** Nothing is superseded by a message that may not exist: both codes are taken. */
function uncertain(challenge: Challenge, number: number, now: number, rules: ChallengeRules): ChallengeStep {
  const message = challenge.messages.find((one) => one.number === number);
  const isSending = message?.state === "sending";
  if (!isSending && message?.state !== "superseded") return unchanged(challenge, DONE);
  const expiresAt = isSending && challenge.state === "pending" ? now + rules.lifetime : challenge.expiresAt;
  const after = isSending
    ? { ...replace(challenge, { ...message, state: "uncertain" }), expiresAt }
    : challenge;
  // A receipt was quicker than whoever waited for the answer: then it did go out, by that id.
  const [receipt] = message.receipts;
  return receipt === undefined ? step(after, DONE) : sent(after, number, [receipt.messageId], now, rules);
}

function failed(challenge: Challenge, number: number): ChallengeStep {
  const messages = challenge.messages.filter((one) => one.number !== number || one.state !== "sending");
  if (messages.length === challenge.messages.length) return unchanged(challenge, DONE);
  return step(messages.length === 0 ? undefined : { ...challenge, messages }, DONE);
}

function receive(
  challenge: Challenge,
  receipt: DeliveryReceipt,
  now: number,
  rules: ChallengeRules,
): ChallengeStep {
  const message =
    challenge.messages.find(({ messageIds }) => messageIds.includes(receipt.messageId)) ??
    findWithoutId(challenge, receipt);
  if (message === undefined) return unchanged(challenge, refuse("wrong"));
  const receipts = mergeReceipts(message.receipts, receipt);
  const after = replace(challenge, { ...message, receipts });
  // A receipt may be quicker than the note of what was sent; that note knows all the parts, and which is the first.
  const awaited = message.state === "sending" && now < message.sentAt + SENDING_AT_MOST_MS;
  if (message.messageIds.length > 0 || awaited) return step(after, DONE);
  // Whenever it comes, a receipt gives no code a longer life.
  const state = message.state === "sending" ? "uncertain" : message.state;
  const cutOff = replace(after, { ...message, receipts, state });
  return sent(cutOff, message.number, [receipt.messageId], now, rules);
}

/** Nobody will say any more how the sending of a message ended: a receipt may have, and brings its id. */
function settle(challenge: Challenge, now: number, rules: ChallengeRules): ChallengeStep {
  const message = challenge.messages.find(
    ({ state, sentAt }) => state === "sending" && now >= sentAt + SENDING_AT_MOST_MS,
  );
  if (message === undefined) return unchanged(challenge, DONE);
  const after = replace(challenge, { ...message, state: "uncertain" });
  const [receipt] = message.receipts;
  return receipt === undefined
    ? step(after, DONE)
    : sent(after, message.number, [receipt.messageId], now, rules);
}

/** The one text whose id never became known, where the receipt names this challenge. */
function findWithoutId({ messages, clientRef }: Challenge, receipt: DeliveryReceipt) {
  const candidates = messages.filter(
    ({ channel, messageIds }) => channel === "sms" && messageIds.length === 0,
  );
  return receipt.clientRef === clientRef && candidates.length === 1 ? candidates[0] : undefined;
}

/** A message about to be sent. */
export function createMessage(
  number: number,
  channel: Channel,
  { kid, hash }: HashedCode,
  now: number,
): ChallengeMessage {
  return {
    number,
    channel,
    kid,
    hash,
    state: "sending",
    sentAt: now,
    messageIds: [],
    provenAt: null,
    receipts: [],
  };
}

function toReport(
  { channel, messageIds: [messageId] }: ChallengeMessage,
  delivered: boolean,
  occurredAt: number,
): Statement[] {
  return messageId === undefined ? [] : [{ type: "report", channel, messageId, delivered, occurredAt }];
}

function replace(challenge: Challenge, message: ChallengeMessage): Challenge {
  const messages = challenge.messages.map((one) => (one.number === message.number ? message : one));
  return { ...challenge, messages };
}

const step = (
  challenge: Challenge | undefined,
  answer: ChallengeAnswer,
  statements: readonly Statement[] = [],
): ChallengeStep => ({ challenge, answer, statements });

const unchanged = (challenge: Challenge, answer: ChallengeAnswer): ChallengeStep => step(challenge, answer);
