// The workflow's rules as one pure function: what becomes of a challenge when something happens to it, and what the
// ledger is to be told of its messages. Whoever calls it stores both before anything else.

import { equalInConstantTime } from "../../shared/constant-time.ts";
import type { Channel } from "../../wire/report.ts";
import { attemptsLeft, type Challenge, type ChallengeMessage } from "./challenge.ts";
import type { HashedCode } from "./code.ts";
import { createMessage, failed, receive, sent, settle, uncertain } from "./sending.ts";
import {
  type ChallengeEvent,
  type ChallengeRules,
  type ChallengeStep,
  DONE,
  refuse,
  replace,
  type Statement,
  step,
  toReport,
  unchanged,
} from "./step.ts";
import { supersede } from "./supersede.ts";

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
 * | a newer challenge took its place | `delivered=false`, when the newer one's message went out |
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
    case "supersede":
      return supersede(challenge, now);
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

function check(
  challenge: Challenge,
  hashes: readonly HashedCode[],
  reply: boolean,
  now: number,
): ChallengeStep {
  const { state, byReply } = challenge;
  // Who replied and then types the code as well shall get in: once.
  if (state === "verified" && (reply || !byReply)) return unchanged(challenge, refuse("used"));
  if (attemptsLeft(challenge) === 0) return unchanged(challenge, refuse("too_many_attempts"));

  const ended = now >= challenge.expiresAt ? "expired" : undefined;
  const over = state === "cancelled" || state === "superseded" ? state : ended;
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
  const { state, messages, expiresAt, begun } = challenge;
  if (state !== "pending") return unchanged(challenge, refuse(state === "verified" ? "used" : state));
  if (now >= expiresAt) return unchanged(challenge, refuse("expired"));
  if (attemptsLeft(challenge) === 0) return unchanged(challenge, refuse("too_many_attempts"));
  if (messages.length >= maxMessages) return unchanged(challenge, refuse("too_many_messages"));
  const retryAfter = Math.max(...messages.map(({ sentAt }) => sentAt)) + cooldown - now;
  if (retryAfter > 0) return unchanged(challenge, { done: false, reason: "resend_too_soon", retryAfter });
  const message = createMessage(begun + 1, channel, code, now);
  return step({ ...challenge, messages: [...messages, message], begun: begun + 1 }, DONE);
}

function cancel(challenge: Challenge, now: number): ChallengeStep {
  if (challenge.state !== "pending") return unchanged(challenge, DONE);
  const statements = challenge.messages
    .filter(({ state, provenAt }) => state !== "superseded" && provenAt === null)
    .flatMap((message) => toReport(message, false, now));
  // Once time has run out the ledger reports by itself; but a message on its way would bring the challenge back.
  return step({ ...challenge, state: "cancelled" }, DONE, now < challenge.expiresAt ? statements : []);
}
