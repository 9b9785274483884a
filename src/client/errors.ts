/**
 * The reason for a {@link ConversionError}:
 *
 * | code | meaning | retryable |
 * |---|---|---|
 * | `invalid_options` | the options of a client, token or handler are wrong, and nothing was sent; or the given `fetch` has a bug, which `cause` names | no |
 * | `invalid_report` | the report breaks a rule; nothing was sent | no |
 * | `unauthorized` | 401, 403: the credentials, proxy key or token are wrong or expired | no |
 * | `not_enabled` | 402: Vonage has not enabled the Conversion API for this account | no |
 * | `rejected` | 400, 413, 415, 420, 422, 423: the parameters were refused | no |
 * | `conflict` | 409 from the Worker: this message already has another outcome | no |
 * | `rate_limited` | 429: too many requests; wait for `retryAfter` | yes |
 * | `unavailable` | 408, 425 or 5xx: the server cannot answer now | yes |
 * | `timeout` | no answer within `timeout`; Vonage may have recorded the report | yes |
 * | `network` | the connection failed; Vonage may have recorded the report | yes |
 * | `aborted` | a `signal` was aborted; a request already sent may have been recorded | no |
 * | `unexpected_response` | a status that the API does not have, such as a redirect; check the URL | no |
 *
 * @example
 * try {
 *   await client.sms({ messageId, delivered: true });
 * } catch (error) {
 *   if (!isConversionError(error)) throw error;
 *   if (error.retryable) queue.add({ messageId, delivered: true });
 *   else console.error(JSON.stringify(error));
 * }
 */
export type ConversionErrorCode =
  | "invalid_options"
  | "invalid_report"
  | "unauthorized"
  | "not_enabled"
  | "rejected"
  | "conflict"
  | "rate_limited"
  | "unavailable"
  | "timeout"
  | "network"
  | "aborted"
  | "unexpected_response";

/** A field that breaks a rule. */
export interface FieldFault {
  /** Its path, such as `retry.attempts`. */
  readonly field: string;
  /** The rule, such as "must be a whole number from 1 to 10". */
  readonly rule: string;
}

/** The details of a {@link ConversionError}, besides its code and message. */
export interface ConversionErrorDetails {
  /** HTTP status of the last answer, if there was one. */
  readonly status?: number | undefined;
  /** Number of requests sent; 0 if validation failed or a signal was aborted first. */
  readonly attempts?: number;
  /** `true` if the same report may succeed later, unchanged. */
  readonly retryable?: boolean;
  /** The server's `Retry-After`, in milliseconds, not capped by `retry.maxDelay`. */
  readonly retryAfter?: number | undefined;
  /** Every field of the options or report that breaks a rule. Never contains a value. */
  readonly faults?: readonly FieldFault[] | undefined;
  /** A system error code such as `ECONNREFUSED`, if the runtime provides one; for a bug, the class of the error. */
  readonly cause?: string | undefined;
}

const BRAND = Symbol.for("vonage-conversion.error");

/**
 * The error of the client and of report tokens. Its `message`, `stack`, `cause` and JSON form never contain a secret,
 * a query string, a message id or an upstream's text, so it is safe to log.
 */
export class ConversionError extends Error {
  override readonly name = "ConversionError";
  readonly [BRAND] = true;
  /** The reason; see {@link ConversionErrorCode} for each code. */
  declare readonly code: ConversionErrorCode;
  /** Number of requests sent; 0 if validation failed or a signal was aborted first. */
  declare readonly attempts: number;
  /** `true` if the same report may succeed later, unchanged. */
  declare readonly retryable: boolean;
  /** HTTP status of the last answer, if there was one. */
  declare readonly status?: number;
  /** The server's `Retry-After`, in milliseconds, not capped by `retry.maxDelay`. */
  declare readonly retryAfter?: number;
  /** Every field of the options or report that breaks a rule. Never contains a value. */
  declare readonly faults?: readonly FieldFault[];

  constructor(code: ConversionErrorCode, message: string, details: ConversionErrorDetails = {}) {
    super(message, details);
    Object.assign(this, { attempts: 0, retryable: false, ...details, code });
  }

  /** Returns the fields to log. */
  toJSON(): object {
    return { ...this, message: this.message, cause: this.cause };
  }
}

/**
 * Recognises a {@link ConversionError}. Unlike `instanceof`, it also recognises one from another copy of this package.
 *
 * @example
 * const isWorthRepeating = (error: unknown) => isConversionError(error) && error.retryable;
 */
export function isConversionError(value: unknown): value is ConversionError {
  return value instanceof Error && BRAND in value;
}
