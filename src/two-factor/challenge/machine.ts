// The rules of the workflow as one pure function from a challenge and an event to the next challenge and the messages
// for the ledger. The caller stores both in one transaction before it does anything else.

import { equalInConstantTime } from "../../shared/constant-time.ts";
import type { Channel } from "../../wire/report.ts";
import { type Challenge, type ChallengeMessage, guessesLeft } from "./challenge.ts";
import type { HashedCode } from "./code.ts";
import { createMessage, failed, receive, sent, settle, uncertain } from "./sending.ts";
import {
  type ChallengeEvent,
  type ChallengeRules,
  type ChallengeStep,
  DONE,
  type OutboxMessage,
  refuse,
  replace,
  step,
  toReport,
  unchanged,
} from "./step.ts";
import { supersede } from "./supersede.ts";

/**
 * Applies an event to a challenge.
 *
 * The end of a challenge decides what is reported about its messages:
 *
 * | ending | report |
 * |---|---|
 * | the right code came | `delivered=true`, at that instant |
 * | it expired | `delivered=false` at that instant, by the ledger, which tracks each message |
 * | a newer message superseded it | `delivered=false`, when the newer one went out |
 * | cancelled | `delivered=false`, at that instant |
 * | a newer challenge replaced it | `delivered=false`, when the message of the newer one went out |
 * | its code came after one of these | `delivered=true`: a late reply proves delivery, and the ledger takes it |
 * | wrong codes only | nothing until it expires. A wrong code soon after the message may be a typing error or an attacker's guess, and a wrong `true` does more harm than a late `false` |
 *
 * Every guess counts, by check or by reply, also after the end. Once all guesses are used up no code is compared.
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
    case "supersede":
      return supersede(challenge, now);
    case "sent":
      return sent(withSending(challenge, event), event.number, event.messageIds, now, rules);
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

/** Keeps what Vonage's answer tells of a message. */
function withSending(
  challenge: Challenge,
  { number, network, price }: Extract<ChallengeEvent, { readonly type: "sent" }>,
): Challenge {
  const message = challenge.messages.find((one) => one.number === number);
  if (message === undefined || (network ?? price) === undefined) return challenge;
  const more = { ...(network !== undefined && { network }), ...(price !== undefined && { price }) };
  return replace(challenge, { ...message, ...more });
}

function check(
  challenge: Challenge,
  hashes: readonly HashedCode[],
  reply: boolean,
  now: number,
): ChallengeStep {
  const { state, byReply } = challenge;
  // A user who replied may also type the code, once.
  if (state === "verified" && (reply || !byReply)) return unchanged(challenge, refuse("used"));
  if (guessesLeft(challenge) === 0) return unchanged(challenge, refuse("too_many_attempts"));

  const ended = now >= challenge.expiresAt ? "expired" : undefined;
  const over = state === "cancelled" || state === "superseded" ? state : ended;
  const tried = { ...challenge, attempts: challenge.attempts + 1 };
  const match = findMatch(challenge, hashes);
  if (match === undefined) {
    return step(tried, refuse(over ?? "wrong"));
  }
  const { challenge: proven, outboxMessages } = prove(tried, match, now);
  if (over !== undefined) return step(proven, refuse(over), outboxMessages);
  if (match.state === "superseded") return step(proven, refuse("superseded"), outboxMessages);
  return step({ ...proven, state: "verified", byReply: reply }, DONE, outboxMessages);
}

/** The newest message with that code. Compares all messages, so that the time taken reveals nothing. */
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

/** The code proves delivery. It is reported once, and only when the id of the message is known. */
function prove(
  challenge: Challenge,
  message: ChallengeMessage,
  now: number,
): { readonly challenge: Challenge; readonly outboxMessages: readonly OutboxMessage[] } {
  if (message.provenAt !== null) return { challenge, outboxMessages: [] };
  return {
    challenge: replace(challenge, { ...message, provenAt: now }),
    outboxMessages: toReport(message, true, now),
  };
}

function resend(
  challenge: Challenge,
  channel: Channel,
  code: HashedCode,
  now: number,
  { cooldown, maxMessages }: ChallengeRules,
): ChallengeStep {
  const { state, messages, expiresAt, begun } = challenge;
  if (state !== "pending") return unchanged(challenge, refuse(state === "verified" ? "used" : state));
  if (now >= expiresAt) return unchanged(challenge, refuse("expired"));
  if (guessesLeft(challenge) === 0) return unchanged(challenge, refuse("too_many_attempts"));
  if (messages.length >= maxMessages) return unchanged(challenge, refuse("too_many_messages"));
  const retryAfter = Math.max(...messages.map(({ sentAt }) => sentAt)) + cooldown - now;
  if (retryAfter > 0) return unchanged(challenge, { done: false, reason: "resend_too_soon", retryAfter });
  const message = createMessage(begun + 1, channel, code, now);
  return step({ ...challenge, messages: [...messages, message], begun: begun + 1 }, DONE);
}

function cancel(challenge: Challenge, now: number): ChallengeStep {
  if (challenge.state !== "pending") return unchanged(challenge, DONE);
  const outboxMessages = challenge.messages
    .filter(({ state, provenAt }) => state !== "superseded" && provenAt === null)
    .flatMap((message) => toReport(message, false, now));
  // After expiry the ledger reports by itself. The state still changes: a message on its way would reopen the challenge.
  return step({ ...challenge, state: "cancelled" }, DONE, now < challenge.expiresAt ? outboxMessages : []);
}
