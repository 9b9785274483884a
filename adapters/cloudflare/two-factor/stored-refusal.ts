// Objects answer with two words that the rest of the product no longer uses, and store them with answers kept under
// idempotency keys. They stay: objects and Workers of different versions read each other's answers.

import { type Challenge, guessesLeft } from "../../../src/two-factor/challenge/challenge.ts";
import type { ChallengeAnswer } from "../../../src/two-factor/challenge/step.ts";
import type { ChallengeRefusal } from "../../../src/two-factor/refusal.ts";
import type { Checked, Earlier, Refusal } from "../../http/two-factor/challenges.ts";

const STORED = { too_many_attempts: "too_many", resend_too_soon: "too_soon" } as const;
const CURRENT = { too_many: "too_many_attempts", too_soon: "resend_too_soon" } as const;

export type StoredReason = Exclude<ChallengeRefusal, keyof typeof STORED> | keyof typeof CURRENT;

export type StoredRefusal = Omit<Refusal, "reason"> & { readonly reason: StoredReason };

export type StoredCheck = { readonly verified: true } | ({ readonly verified: false } & StoredRefusal);

/** The refusal of an event by a challenge. */
export function toStoredRefusal(
  { reason, retryAfter }: Extract<ChallengeAnswer, { done: false }>,
  challenge: Challenge,
): StoredRefusal {
  return {
    reason: reason === "too_many_attempts" || reason === "resend_too_soon" ? STORED[reason] : reason,
    attemptsLeft: guessesLeft(challenge),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

export function readRefusal<R extends StoredRefusal>(
  refusal: R,
): Omit<R, "reason"> & { readonly reason: ChallengeRefusal } {
  const { reason } = refusal;
  return { ...refusal, reason: reason === "too_many" || reason === "too_soon" ? CURRENT[reason] : reason };
}

export function readCheck(
  found: StoredCheck | Earlier<StoredCheck> | undefined,
): Checked | Earlier<Checked> | undefined {
  if (found === undefined) return undefined;
  if (!("earlier" in found)) return readChecked(found);
  return found.earlier === "done" ? { ...found, answer: readChecked(found.answer) } : found;
}

const readChecked = (checked: StoredCheck): Checked => (checked.verified ? checked : readRefusal(checked));
