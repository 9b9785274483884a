// The two ends of a beginning: the challenge as it is stored, and the message that the workflow is to send.

import { type Challenge, toStatus } from "../../../src/two-factor/challenge/challenge.ts";
import type { HashedCode } from "../../../src/two-factor/challenge/code.ts";
import { createMessage } from "../../../src/two-factor/challenge/sending.ts";
import type { Begun, NewChallenge } from "../../http/two-factor/challenges.ts";
import type { ChallengeShardRules } from "./challenge-platform.ts";

/** A new challenge, whose first message is about to be sent. */
export function beginChallenge(
  { channel, code: _, ...challenge }: NewChallenge,
  hashed: HashedCode,
  { lifetime, codeLength, maxGuesses }: ChallengeShardRules,
  now: number,
): Challenge {
  return {
    ...challenge,
    state: "pending",
    byReply: false,
    createdAt: now,
    expiresAt: now + lifetime,
    codeLength,
    attempts: 0,
    maxAttempts: maxGuesses,
    messages: [createMessage(1, channel, hashed, now)],
    begun: 1,
  };
}

/** The newest message of a challenge, for its sender. */
export function toBegun(challenge: Challenge): Begun {
  const { to, country, brand, locale, clientRef, address, autofill, messages } = challenge;
  const { number = 1, channel = "sms" } = messages.at(-1) ?? {};
  return {
    status: toStatus(challenge),
    message: { number, channel, to, country, brand, locale, clientRef, address, autofill },
  };
}
