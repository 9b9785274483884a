import type { ChallengeStatus } from "../challenge/challenge.ts";

/** By the Worker's problems, which are what an error is made of wherever it comes from. */
const BY_PROBLEM = {
  "malformed-body": "invalid_request",
  "invalid-parameters": "invalid_request",
  "body-too-large": "invalid_request",
  unauthenticated: "unauthorized",
  "wrong-traffic": "unauthorized",
  "not-found": "not_found",
  "invalid-number": "invalid_number",
  "number-refused": "number_refused",
  "country-not-served": "country_not_served",
  "channel-unavailable": "channel_unavailable",
  "number-limit": "number_limit",
  "prefix-limit": "prefix_limit",
  "address-limit": "address_limit",
  "country-limit": "country_limit",
  "caller-limit": "caller_limit",
  "total-limit": "total_limit",
  "resend-too-soon": "resend_too_soon",
  "too-many-messages": "too_many_messages",
  "too-many-attempts": "too_many_attempts",
  "code-expired": "expired",
  "code-used": "used",
  "challenge-cancelled": "cancelled",
  "too-many-requests": "rate_limited",
  "idempotency-key-reused": "idempotency_key_reused",
  "idempotency-key-in-use": "request_under_way",
  "send-uncertain": "send_uncertain",
  "send-throttled": "unavailable",
  "send-unavailable": "unavailable",
  "send-unauthorized": "send_failed",
  "send-account-refused": "send_failed",
  "send-rejected": "send_failed",
  "send-unexpected": "send_failed",
  "no-two-factor": "not_configured",
  "not-configured": "not_configured",
  "ledger-unavailable": "unavailable",
  "challenges-unavailable": "unavailable",
  "limits-unavailable": "unavailable",
} as const;

/**
 * What went wrong, in one word:
 *
 * | code | meaning | retryable |
 * |---|---|---|
 * | `invalid_options` | the client was set up wrongly, and nothing was sent; or `fetch` threw what no network does, or gave no Response | no |
 * | `invalid_request` | the request breaks a rule; nothing was sent | no |
 * | `unauthorized` | no proxy key of the Worker's, or one for other traffic | no |
 * | `not_configured` | the Worker sends no codes, or lacks settings | no |
 * | `not_found` | there is no such challenge, or it was long ago | no |
 * | `invalid_number`, `number_refused` | no phone number, or one that gets no messages | no |
 * | `country_not_served`, `channel_unavailable` | the Worker sends nothing there, or not that way | no |
 * | `number_limit`, `prefix_limit`, `address_limit`, `country_limit`, `caller_limit`, `total_limit` | too many codes; `retryAfter` says when again | yes |
 * | `resend_too_soon` | the last message may still arrive; `retryAfter` says when again | yes |
 * | `too_many_messages`, `too_many_attempts`, `expired`, `used`, `cancelled` | of a resend: the challenge has ended; start anew | no |
 * | `rate_limited` | a brake of the Worker's | yes |
 * | `idempotency_key_reused` | this `idempotencyKey` was used for another request; nothing was done | no |
 * | `request_under_way` | an earlier request with this `idempotencyKey` is still being worked on; ask again with the same key | yes |
 * | `send_failed` | Vonage refuses the Worker's account or this message; nothing was sent, and the Worker's log says what to do | no |
 * | `send_uncertain` | Vonage did not answer: the user may get the message, and its code counts. `challenge` is the one to check it with; a resend sends another | no |
 * | `unavailable` | the Worker or Vonage cannot answer now; nothing was sent. Where Vonage throttles, `retryAfter` says when again | yes |
 * | `timeout`, `network`, `aborted` | no answer from the Worker; a message may have gone out | no |
 * | `unexpected_response` | not an answer of the Worker's; check `endpoint` | no |
 */
export type TwoFactorErrorCode =
  | (typeof BY_PROBLEM)[keyof typeof BY_PROBLEM]
  | "invalid_options"
  | "timeout"
  | "network"
  | "aborted"
  | "unexpected_response";

/** What a `TwoFactorError` knows beside its code and message. */
export interface TwoFactorErrorDetails {
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** Milliseconds until it may succeed. */
  readonly retryAfter?: number | undefined;
  /** With `send_uncertain`: the challenge that there is all the same. */
  readonly challenge?: ChallengeWithoutNumber | undefined;
}

/** Errors hold no number: ask for it with `get`. */
export type ChallengeWithoutNumber = Omit<ChallengeStatus, "to">;

const RETRYABLE: ReadonlySet<TwoFactorErrorCode> = new Set([
  "number_limit",
  "prefix_limit",
  "address_limit",
  "country_limit",
  "caller_limit",
  "total_limit",
  "resend_too_soon",
  "rate_limited",
  "request_under_way",
  "unavailable",
]);

const BRAND = Symbol.for("vonage-conversion.two-factor-error");

/** Why a code was not sent or not checked. Never holds a code, a phone number or a secret. */
export class TwoFactorError extends Error {
  override readonly name = "TwoFactorError";
  readonly [BRAND] = true;
  declare readonly code: TwoFactorErrorCode;
  /** Whether the same may succeed later without a change, and cannot have been done already. */
  declare readonly retryable: boolean;
  declare readonly status?: number;
  declare readonly retryAfter?: number;
  declare readonly challenge?: ChallengeWithoutNumber;

  constructor(code: TwoFactorErrorCode, message: string, details: TwoFactorErrorDetails = {}) {
    super(`${code}: ${message}`);
    const known = Object.entries(details).filter(([, value]) => value !== undefined);
    Object.assign(this, { ...Object.fromEntries(known), code, retryable: RETRYABLE.has(code) });
  }

  /** The fields worth logging. */
  toJSON(): object {
    return { ...this, message: this.message };
  }
}

/** Recognises a {@link TwoFactorError}, also one made by another copy of this package. */
export function isTwoFactorError(value: unknown): value is TwoFactorError {
  return value instanceof Error && BRAND in value;
}

/** The code of a problem of the Worker's. */
export function codeOfProblem(name: string): TwoFactorErrorCode {
  return Object.hasOwn(BY_PROBLEM, name)
    ? BY_PROBLEM[name as keyof typeof BY_PROBLEM]
    : "unexpected_response";
}
