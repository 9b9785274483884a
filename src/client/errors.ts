/**
 * What went wrong, in one word:
 *
 * | code | meaning | retryable |
 * |---|---|---|
 * | `invalid_options` | the client, token or handler was set up wrongly, and nothing was sent; or `fetch` threw what no network does, or gave no Response: `cause` names it | no |
 * | `invalid_report` | the report breaks a rule; nothing was sent | no |
 * | `unauthorized` | 401, 403: wrong credentials, proxy key or token | no |
 * | `not_enabled` | 402: Vonage has not enabled the Conversion API for this account | no |
 * | `rejected` | 400, 413, 415, 420, 422, 423: the parameters were refused | no |
 * | `conflict` | 409 from the Worker: another outcome is on record for this message | no |
 * | `rate_limited` | 429 | yes |
 * | `unavailable` | 408, 425 or 5xx | yes |
 * | `timeout` | no answer within `timeout` | yes |
 * | `network` | no connection, or it broke | yes |
 * | `aborted` | the caller's `signal` said stop | no |
 * | `unexpected_response` | a status that is not part of the contract, redirects included | no |
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

/** One field that breaks a rule. */
export interface FieldFault {
  /** Its path, such as `retry.attempts`. */
  readonly field: string;
  /** The rule, such as "must be a whole number from 1 to 10". */
  readonly rule: string;
}

/** What a `ConversionError` knows beside its code and message. */
export interface ConversionErrorDetails {
  /** HTTP status of the last answer, where there was one. */
  readonly status?: number | undefined;
  /** How many requests were sent; 0 when validation or an abort came first. */
  readonly attempts?: number;
  /** Whether the same report may succeed later without a change. */
  readonly retryable?: boolean;
  /** What the server's `Retry-After` asked for, in milliseconds, before clamping. */
  readonly retryAfter?: number | undefined;
  /** Everything that breaks a rule, by field, where the error is about options or a report; never a value. */
  readonly faults?: readonly FieldFault[] | undefined;
  /** A system error code such as `ECONNREFUSED`, where the runtime gives one; of a mistake its class. */
  readonly cause?: string | undefined;
}

const BRAND = Symbol.for("vonage-conversion.error");

/**
 * The one error this package throws. Neither `message`, `stack`, `cause` nor the JSON form ever holds a
 * secret, a query string, a message id or anything an upstream wrote.
 */
export class ConversionError extends Error {
  override readonly name = "ConversionError";
  readonly [BRAND] = true;
  declare readonly code: ConversionErrorCode;
  declare readonly attempts: number;
  declare readonly retryable: boolean;
  declare readonly status?: number;
  declare readonly retryAfter?: number;
  declare readonly faults?: readonly FieldFault[];

  constructor(code: ConversionErrorCode, message: string, details: ConversionErrorDetails = {}) {
    super(message, details);
    Object.assign(this, { attempts: 0, retryable: false, ...details, code });
  }

  /** The fields worth logging. */
  toJSON(): object {
    return { ...this, message: this.message, cause: this.cause };
  }
}

/** Recognises a {@link ConversionError}, also one made by another copy of this package. */
export function isConversionError(value: unknown): value is ConversionError {
  return value instanceof Error && BRAND in value;
}
