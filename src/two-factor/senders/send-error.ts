/** The kind of failure. A retryable one may succeed later without a change. */
export type SendErrorCode =
  /** Retryable. Too many messages a second for this account or sender: status 1, 10 or HTTP 429. `retryAfter` is set. */
  | "throttled"
  /** Retryable. Vonage cannot send now: status 5 or HTTP 503. */
  | "unavailable"
  /** Wrong credentials, signature or private key: status 4, 14, 32 or HTTP 401, 403. */
  | "unauthorized"
  /** The account may not send this: barred, without funds, or not enabled. Status 8, 9, 11 or HTTP 402. */
  | "account_refused"
  /** This number gets no messages: barred, deactivated, or not on a demo account's list. Status 7, 29, 33. */
  | "number_refused"
  /**
   * Vonage refused the message: status 2, 3, 6, 12, 15, 22, 23 or HTTP 400, 413, 415, 420, 422, 423. The destination may
   * be the cause of 3, 6 and 15. 22 is an invalid network code, or Fraud Defender blocking a burst.
   */
  | "rejected"
  /** This sender does not serve the number; nothing was sent. */
  | "not_supported"
  /**
   * The message may have gone out: timeout, broken connection, HTTP 408, a 5xx other than 503, or a success that cannot
   * be read. Do not repeat it unless the user asks.
   */
  | "uncertain"
  /** A status that is not part of Vonage's API, redirects included. Check the base URL. */
  | "unexpected_response";

/** Details of a `SendError`. */
export interface SendErrorDetails {
  /** HTTP status of the last answer, if there was one. */
  readonly status?: number | undefined;
  /** `status` in the SMS API's reply, if there was one. */
  readonly vonageStatus?: number | undefined;
  /** Requests sent; 0 if nothing was sent. */
  readonly attempts?: number;
  /** Milliseconds after which the message may be sent again; with `throttled`, or when Vonage gives one. */
  readonly retryAfter?: number | undefined;
  /** A system error code such as `ECONNREFUSED`, where the runtime gives one. */
  readonly cause?: string | undefined;
}

const BRAND = Symbol.for("vonage-conversion.send-error");

const RETRYABLE: ReadonlySet<SendErrorCode> = new Set(["throttled", "unavailable"]);

/**
 * A code was not sent, or it is unknown if it was. `message`, `stack`, `cause` and the JSON form never contain a secret, a
 * code, a phone number or text from an upstream. Senders of your own throw it too.
 *
 * @example
 * // In a sender of your own: the gateway refused the number.
 * throw new SendError("number_refused", "the gateway does not serve this number", { status: 403 });
 *
 * @example
 * // The gateway did not answer in time, so the message may have gone out.
 * throw new SendError("uncertain", "the gateway did not answer");
 */
export class SendError extends Error {
  override readonly name = "SendError";
  readonly [BRAND] = true;
  declare readonly code: SendErrorCode;
  declare readonly attempts: number;
  /** The same message may succeed later without a change. */
  declare readonly retryable: boolean;
  /** The user may still get the message. Do not send it again unless the user asks. */
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

/**
 * Recognises a {@link SendError}, also one made by another copy of this package.
 *
 * @example
 * try {
 *   await sender.send(message);
 * } catch (error) {
 *   if (!isSendError(error) || error.mayBeSent) throw error;
 *   await otherSender.send(message);
 * }
 */
export function isSendError(value: unknown): value is SendError {
  return value instanceof Error && BRAND in value;
}
