/**
 * Why a code was not sent, in one word:
 *
 * | code | meaning | retryable |
 * |---|---|---|
 * | `throttled` | too many messages a second for this account or sender; status 1, 10 or HTTP 429. `retryAfter` says when again | yes |
 * | `unavailable` | Vonage says that it cannot send now; status 5 or HTTP 503 | yes |
 * | `unauthorized` | wrong credentials, signature or private key; status 4, 14, 32 or HTTP 401, 403 | no |
 * | `account_refused` | the account may not send this: barred, no funds, not enabled; status 8, 9, 11 or HTTP 402 | no |
 * | `number_refused` | this number gets no messages: barred, deactivated, not on a demo account's list; status 7, 29, 33 | no |
 * | `rejected` | the message was refused: status 2, 3, 6, 12, 15, 22, 23 or HTTP 400, 413, 415, 420, 422, 423. Of 3, 6 and 15 the destination may be the cause; 22 is an invalid network code, or Fraud Defender that blocks a burst | no |
 * | `not_supported` | this sender does not reach such a number; nothing was sent | no |
 * | `uncertain` | timeout, broken connection, HTTP 408 or 5xx other than 503, a success that cannot be read: it may have gone out | no |
 * | `unexpected_response` | a status that is not part of the contract, redirects included | no |
 */
export type SendErrorCode =
  | "throttled"
  | "unavailable"
  | "unauthorized"
  | "account_refused"
  | "number_refused"
  | "rejected"
  | "not_supported"
  | "uncertain"
  | "unexpected_response";

/** What a `SendError` knows beside its code and message. */
export interface SendErrorDetails {
  /** HTTP status of the last answer, where there was one. */
  readonly status?: number | undefined;
  /** `status` of the SMS API's reply, where there was one. */
  readonly vonageStatus?: number | undefined;
  /** How many requests were sent; 0 when none was. */
  readonly attempts?: number;
  /** Milliseconds after which the message may be sent again; with `throttled`, and where Vonage names it. */
  readonly retryAfter?: number | undefined;
  /** A system error code such as `ECONNREFUSED`, where the runtime gives one. */
  readonly cause?: string | undefined;
}

const BRAND = Symbol.for("vonage-conversion.send-error");

const RETRYABLE: ReadonlySet<SendErrorCode> = new Set(["throttled", "unavailable"]);

/**
 * A code that was not sent, or may not have been. Neither `message`, `stack`, `cause` nor the JSON form ever holds
 * a secret, a code, a phone number or anything an upstream wrote.
 */
export class SendError extends Error {
  override readonly name = "SendError";
  readonly [BRAND] = true;
  declare readonly code: SendErrorCode;
  declare readonly attempts: number;
  /** Whether the same message may succeed later without a change. */
  declare readonly retryable: boolean;
  /** Whether the user may get the message all the same; then it must not be sent again unasked. */
  declare readonly mayBeSent: boolean;
  declare readonly status?: number;
  declare readonly vonageStatus?: number;
  /** Milliseconds after which the message may be sent again. */
  declare readonly retryAfter?: number;

  constructor(code: SendErrorCode, message: string, details: SendErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : details);
    const known = Object.entries(details).filter(([, value]) => value !== undefined);
    Object.assign(this, {
      attempts: 0,
      ...Object.fromEntries(known),
      code,
      retryable: RETRYABLE.has(code),
      mayBeSent: code === "uncertain",
    });
  }

  /** The fields worth logging. */
  toJSON(): object {
    return { ...this, message: this.message, cause: this.cause };
  }
}

/** Recognises a {@link SendError}, also one made by another copy of this package. */
export function isSendError(value: unknown): value is SendError {
  return value instanceof Error && BRAND in value;
}
