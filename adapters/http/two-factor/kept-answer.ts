// Answers an earlier request under the same idempotency key, and requests for unknown challenges.

import type { ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import type { ChallengeWithoutNumber } from "../../../src/two-factor/client/errors.ts";
import { refusalOf } from "../../../src/two-factor/refusal.ts";
import type { Earlier } from "./challenges.ts";
import type { Failure } from "./refusal-problem.ts";

export const NO_CHALLENGE: Failure = {
  failed: "not_found",
  detail: "There is no such challenge, or it ended more than a day ago.",
};

/** Wait before asking again for an answer in progress. */
const UNDER_WAY_FOR_MS = 1000;

export const EARLIER = {
  other: { failed: "idempotency_key_reused" },
  "under-way": { failed: "idempotency_key_in_use", retryAfter: UNDER_WAY_FOR_MS },
} as const satisfies Record<string, Failure>;

/** The answer of the earlier call. */
export function repeat(found: Earlier): ChallengeStatus | Failure {
  if (found.earlier !== "done") return EARLIER[found.earlier];
  const { status, failed, retryAfter } = found.answer;
  if (failed === undefined) return status ?? NO_CHALLENGE;
  const reason = refusalOf(failed);
  // A later version stored a name that this one does not know. Nothing may be sent twice.
  if (reason === undefined) return EARLIER["under-way"];
  return {
    failed: reason,
    ...(retryAfter !== undefined && { retryAfter }),
    ...(reason === "send_uncertain" && status && { challenge: withoutNumber(status) }),
  };
}

/** A challenge as problems and errors hold it: without its number. */
export function withoutNumber({ to: _, ...challenge }: ChallengeStatus): ChallengeWithoutNumber {
  return challenge;
}
