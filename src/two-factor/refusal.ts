// Every reason for which the workflow refuses a call. The challenge's rules, the service, the problems of HTTP and the
// errors of clients share these words.

import type { LimitKind } from "./challenge/limits.ts";

/** The reason why a code was not accepted. */
export type NotVerified =
  /** The code belongs to no message of the challenge. It counts as a guess. */
  | "wrong"
  /** The code came after `expiresAt`. Start a new challenge, or ask for another message. */
  | "expired"
  /** Every guess is used up; even the right code is refused now. Start a new challenge. */
  | "too_many_attempts"
  /** A newer message or a newer challenge replaced this code. Ask the user for the latest one. */
  | "superseded"
  /** The challenge was cancelled. Start a new one. */
  | "cancelled"
  /** The challenge is verified already, and a code counts once. */
  | "used";

/** Refusals that follow from the state of the challenge alone. */
export type ChallengeRefusal =
  | NotVerified
  /** The last message may still arrive; `retryAfter` says when to ask again. */
  | "resend_too_soon"
  /** The challenge has sent as many messages as it may. Start a new one. */
  | "too_many_messages";

/** Refusals of the sender: Vonage did not accept the message, or it is unknown if it did. */
export type SendRefusal =
  | "number_refused"
  | "channel_unavailable"
  | "send_throttled"
  | "send_unavailable"
  | "send_unauthorized"
  | "send_account_refused"
  | "send_rejected"
  | "send_unexpected"
  /** The message may have gone out: the challenge exists, and its code counts. */
  | "send_uncertain";

/** Every refusal of the workflow, for all callers. */
export type RefusalReason =
  | ChallengeRefusal
  | SendRefusal
  | `${LimitKind}_limit`
  | "malformed_body"
  | "invalid_parameters"
  | "body_too_large"
  | "unauthenticated"
  | "wrong_traffic"
  | "not_found"
  | "invalid_number"
  | "country_not_served"
  | "route_paused"
  | "too_many_requests"
  | "idempotency_key_reused"
  | "idempotency_key_in_use"
  | "no_two_factor"
  | "not_configured"
  | "ledger_unavailable"
  | "challenges_unavailable"
  | "limits_unavailable";

/**
 * The problem type of each refusal, without its prefix. HTTP answers contain it, answers under idempotency keys are
 * stored with it, and refusals are counted by it: an entry never changes.
 */
export const PROBLEM_OF = {
  wrong: "code-wrong",
  expired: "code-expired",
  too_many_attempts: "too-many-attempts",
  superseded: "code-superseded",
  cancelled: "challenge-cancelled",
  used: "code-used",
  resend_too_soon: "resend-too-soon",
  too_many_messages: "too-many-messages",
  number_refused: "number-refused",
  channel_unavailable: "channel-unavailable",
  send_throttled: "send-throttled",
  send_unavailable: "send-unavailable",
  send_unauthorized: "send-unauthorized",
  send_account_refused: "send-account-refused",
  send_rejected: "send-rejected",
  send_unexpected: "send-unexpected",
  send_uncertain: "send-uncertain",
  number_limit: "number-limit",
  prefix_limit: "prefix-limit",
  address_limit: "address-limit",
  country_limit: "country-limit",
  caller_limit: "caller-limit",
  total_limit: "total-limit",
  malformed_body: "malformed-body",
  invalid_parameters: "invalid-parameters",
  body_too_large: "body-too-large",
  unauthenticated: "unauthenticated",
  wrong_traffic: "wrong-traffic",
  not_found: "not-found",
  invalid_number: "invalid-number",
  country_not_served: "country-not-served",
  route_paused: "route-paused",
  too_many_requests: "too-many-requests",
  idempotency_key_reused: "idempotency-key-reused",
  idempotency_key_in_use: "idempotency-key-in-use",
  no_two_factor: "no-two-factor",
  not_configured: "not-configured",
  ledger_unavailable: "ledger-unavailable",
  challenges_unavailable: "challenges-unavailable",
  limits_unavailable: "limits-unavailable",
} as const satisfies Record<RefusalReason, string>;

const BY_PROBLEM: ReadonlyMap<string, RefusalReason> = new Map(
  Object.entries(PROBLEM_OF).map(([reason, problem]) => [problem, reason as RefusalReason]),
);

/** The refusal of a problem type; `undefined` if the type does not belong to the workflow. */
export const refusalOf = (problem: string): RefusalReason | undefined => BY_PROBLEM.get(problem);

const NOT_VERIFIED: ReadonlySet<RefusalReason> = new Set<NotVerified>([
  "wrong",
  "expired",
  "too_many_attempts",
  "superseded",
  "cancelled",
  "used",
]);

/** True if a check can end with this refusal. */
export const isNotVerified = (reason: RefusalReason | undefined): reason is NotVerified =>
  reason !== undefined && NOT_VERIFIED.has(reason);
