import type { RefusalReason } from "../refusal.ts";

/** The kind of failure. A retryable one may succeed later without a change. */
export type TwoFactorErrorCode =
  /** The client was set up wrongly and nothing was sent; or `fetch` failed for no network reason, or returned no Response. */
  | "invalid_options"
  /** The request breaks a rule; nothing was sent. The message names every field at fault. */
  | "invalid_request"
  /** The Worker does not know this proxy key, or the key is for other traffic. */
  | "unauthorized"
  /** The Worker has no workflow set up, or lacks settings. `/health` and `doctor` name them. */
  | "not_configured"
  /** There is no such challenge, or it ended more than a day ago. */
  | "not_found"
  /** `to` is not a phone number. */
  | "invalid_number"
  /** This number gets no messages: its type is not served, or Vonage refuses it. */
  | "number_refused"
  /** The Worker sends no codes to the country of this number. */
  | "country_not_served"
  /**
   * Retryable. The Worker pauses codes to this country by this channel, because most of them are pumped; `retryAfter`
   * says when to try again. The other channel may work. Nothing was sent.
   */
  | "route_paused"
  /** The Worker cannot reach this number by this channel. Try the other one. */
  | "channel_unavailable"
  /** Retryable. Too many codes for this number; `retryAfter` says when to try again. */
  | "number_limit"
  /** Retryable. Too many codes for numbers next to this one; `retryAfter` says when to try again. */
  | "prefix_limit"
  /** Retryable. Too many codes for this end user's address; `retryAfter` says when to try again. */
  | "address_limit"
  /** Retryable. Too many codes for this country; `retryAfter` says when to try again. */
  | "country_limit"
  /** Retryable. Too many codes for this proxy key; `retryAfter` says when to try again. */
  | "caller_limit"
  /** Retryable. Too many codes in all; `retryAfter` says when to try again. */
  | "total_limit"
  /** Retryable. The last message may still arrive; `retryAfter` says when to ask for another. */
  | "resend_too_soon"
  /** Of a resend: the challenge has sent as many messages as it may. Start a new one. */
  | "too_many_messages"
  /** Of a resend: every guess is used up. Start a new challenge. */
  | "too_many_attempts"
  /** Of a resend: the challenge has expired. Start a new one. */
  | "expired"
  /** Of a resend: the challenge is verified already. */
  | "used"
  /** Of a resend: the challenge was cancelled. Start a new one. */
  | "cancelled"
  /** Of a resend: a newer challenge replaced this one. Go on with that. */
  | "superseded"
  /** Retryable. The Worker's rate limit for requests was reached. */
  | "rate_limited"
  /** This `idempotencyKey` was used for another request; nothing was done. */
  | "idempotency_key_reused"
  /** Retryable. An earlier request with this `idempotencyKey` is still running. Repeat it with the same key. */
  | "request_under_way"
  /** Vonage refuses the Worker's account or this message; nothing was sent. The Worker's log says what to do. */
  | "send_failed"
  /**
   * Vonage did not answer. The user may get the message, and its code counts: `challenge` is the one to check it with.
   * A resend sends another message.
   */
  | "send_uncertain"
  /** Retryable. The Worker or Vonage cannot answer now; nothing was sent. `retryAfter` is set where Vonage throttles. */
  | "unavailable"
  /** The Worker did not answer within `timeout`. A message may have gone out. */
  | "timeout"
  /** The connection failed. A message may have gone out. */
  | "network"
  /** `signal` fired. A message may have gone out. */
  | "aborted"
  /** The answer is not one of the Worker's. Check `endpoint`. */
  | "unexpected_response";

/** The one mapping from refusals to errors; clients over HTTP and over RPC share it. */
const CODE_OF: Readonly<Record<RefusalReason, TwoFactorErrorCode>> = {
  // Only a check can end with it, and returns it as `CheckResult`.
  wrong: "unexpected_response",
  superseded: "superseded",
  expired: "expired",
  too_many_attempts: "too_many_attempts",
  cancelled: "cancelled",
  used: "used",
  resend_too_soon: "resend_too_soon",
  too_many_messages: "too_many_messages",
  number_refused: "number_refused",
  channel_unavailable: "channel_unavailable",
  send_throttled: "unavailable",
  send_unavailable: "unavailable",
  send_unauthorized: "send_failed",
  send_account_refused: "send_failed",
  send_rejected: "send_failed",
  send_unexpected: "send_failed",
  send_uncertain: "send_uncertain",
  number_limit: "number_limit",
  prefix_limit: "prefix_limit",
  address_limit: "address_limit",
  country_limit: "country_limit",
  caller_limit: "caller_limit",
  total_limit: "total_limit",
  malformed_body: "invalid_request",
  invalid_parameters: "invalid_request",
  body_too_large: "invalid_request",
  unauthenticated: "unauthorized",
  wrong_traffic: "unauthorized",
  not_found: "not_found",
  invalid_number: "invalid_number",
  country_not_served: "country_not_served",
  route_paused: "route_paused",
  too_many_requests: "rate_limited",
  idempotency_key_reused: "idempotency_key_reused",
  idempotency_key_in_use: "request_under_way",
  no_two_factor: "not_configured",
  not_configured: "not_configured",
  ledger_unavailable: "unavailable",
  challenges_unavailable: "unavailable",
  limits_unavailable: "unavailable",
};

/** The error code of a refusal; without one, `unexpected_response`. */
export const codeOf = (reason: RefusalReason | undefined): TwoFactorErrorCode =>
  reason === undefined ? "unexpected_response" : CODE_OF[reason];

/** The codes of failures that may succeed later without a change. */
export const RETRYABLE: ReadonlySet<TwoFactorErrorCode> = new Set([
  "number_limit",
  "prefix_limit",
  "address_limit",
  "country_limit",
  "caller_limit",
  "total_limit",
  "resend_too_soon",
  "route_paused",
  "rate_limited",
  "request_under_way",
  "unavailable",
]);
