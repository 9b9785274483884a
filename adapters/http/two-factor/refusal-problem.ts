// A refusal of the workflow as a problem document.

import type { ChallengeWithoutNumber } from "../../../src/two-factor/client/errors.ts";
import { PROBLEM_OF, type RefusalReason } from "../../../src/two-factor/refusal.ts";
import type { SendAdvice } from "../../../src/two-factor/senders/send-advice.ts";
import type { Answer } from "../answer.ts";
import { problem } from "../problem.ts";
import type { ProblemName } from "../problems.ts";
import type { Refusal } from "./challenges.ts";

/** A call that failed, with the details for its caller. */
export interface Failure {
  readonly failed: RefusalReason;
  readonly detail?: string;
  /** Every fault of the parameters. */
  readonly errors?: readonly { readonly parameter: string; readonly detail: string }[];
  /** Guesses left. */
  readonly attemptsLeft?: number;
  /** Milliseconds. */
  readonly retryAfter?: number;
  /** The challenge, if it exists although the call failed. */
  readonly challenge?: ChallengeWithoutNumber;
  /** For the operator's log. */
  readonly advice?: SendAdvice;
}

/** Typed so that a refusal without a problem does not compile. */
export const REFUSAL_PROBLEMS: Readonly<Record<RefusalReason, ProblemName>> = PROBLEM_OF;

export function toProblem({ failed, advice, retryAfter, challenge, ...more }: Failure): Answer {
  const headers = retryAfter !== undefined && { "retry-after": String(Math.ceil(retryAfter / 1000)) };
  return problem(REFUSAL_PROBLEMS[failed], { ...more, ...challenge }, headers || {}, advice);
}

export function toFailure({ reason, attemptsLeft, retryAfter }: Refusal): Failure {
  return { failed: reason, attemptsLeft, ...(retryAfter !== undefined && { retryAfter }) };
}
