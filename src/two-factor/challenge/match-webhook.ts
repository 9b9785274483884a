// Finds the challenges that a webhook is about: receipts and replies name a number, not a challenge.

import type { DeliveryReceipt } from "../../webhooks/delivery-receipt.ts";
import { type Challenge, guessesLeft } from "./challenge.ts";
import type { HashedCode } from "./code.ts";
import { findMatch, stepChallenge } from "./machine.ts";
import type { ChallengeRules } from "./step.ts";

/** A reply, as a guess at one challenge. */
export interface ReplyGuess {
  readonly id: string;
  /** The code in the reply, hashed with every secret; empty if it holds no code of this length. */
  readonly hashes: readonly HashedCode[];
}

/**
 * The challenge that a receipt belongs to: the one that knows the message, otherwise the only one that would take it.
 *
 * @param challenges All challenges of the receipt's number.
 * @returns `undefined` if there is none, or several: references are the callers' own and may not be unique.
 */
export function matchReceipt(
  challenges: readonly Challenge[],
  receipt: DeliveryReceipt,
  now: number,
  rules: ChallengeRules,
): Challenge | undefined {
  const known = challenges.filter(({ messages }) =>
    messages.some(({ messageIds }) => messageIds.includes(receipt.messageId)),
  );
  const takers =
    known.length > 0
      ? known
      : challenges.filter((one) => stepChallenge(one, { type: "receipt", receipt }, now, rules).answer.done);
  return takers.length === 1 ? takers[0] : undefined;
}

/**
 * The guesses that count. A reply with the right code of one challenge is no guess at the others.
 *
 * @param read Reads a challenge as it is stored now.
 */
export function matchReply(
  guesses: readonly ReplyGuess[],
  read: (id: string) => Challenge | undefined,
): readonly ReplyGuess[] {
  const withCode = guesses.filter(({ hashes }) => hashes.length > 0);
  const right = withCode.filter(({ id, hashes }) => {
    const challenge = read(id);
    return challenge && guessesLeft(challenge) > 0 && findMatch(challenge, hashes);
  });
  return right.length > 0 ? right : withCode;
}
