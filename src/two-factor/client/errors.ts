import type { ChallengeStatus } from "../challenge/challenge.ts";
import { RETRYABLE, type TwoFactorErrorCode } from "./error-codes.ts";

/** Details of a `TwoFactorError`. */
export interface TwoFactorErrorDetails {
  /** HTTP status of the answer, if there was one. */
  readonly status?: number | undefined;
  /** Milliseconds after which the call may succeed. */
  readonly retryAfter?: number | undefined;
  /** With `send_uncertain`: the challenge, which exists although Vonage did not answer. */
  readonly challenge?: ChallengeWithoutNumber | undefined;
}

/** A challenge as errors hold it: without the number, which `get` returns. */
export type ChallengeWithoutNumber = Omit<ChallengeStatus, "to">;

const BRAND = Symbol.for("vonage-conversion.two-factor-error");

/**
 * A code was not sent or not checked. The error never contains a code, a phone number or a secret.
 *
 * @example
 * try {
 *   await twoFactor.start({ to, channel: "sms" });
 * } catch (error) {
 *   if (!isTwoFactorError(error)) throw error;
 *   if (error.code === "invalid_number") return showField("phone", error.message);
 *   if (error.retryable) return showTryAgain(error.retryAfter);
 *   throw error;
 * }
 */
export class TwoFactorError extends Error {
  override readonly name = "TwoFactorError";
  readonly [BRAND] = true;
  declare readonly code: TwoFactorErrorCode;
  /** The same call may succeed later without a change, and has not been done already. */
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

/**
 * Recognises a {@link TwoFactorError}, also one made by another copy of this package.
 *
 * @example
 * try {
 *   await twoFactor.resend(id);
 * } catch (error) {
 *   if (!isTwoFactorError(error) || error.code !== "resend_too_soon") throw error;
 *   showCountdown(error.retryAfter);
 * }
 */
export function isTwoFactorError(value: unknown): value is TwoFactorError {
  return value instanceof Error && BRAND in value;
}
