import type { ParameterFault } from "../wire/parameters.ts";

/**
 * Why a webhook was refused, in one word:
 *
 * | code | meaning |
 * |---|---|
 * | `malformed` | it could not be read: broken off, no JSON object, a name twice |
 * | `too_large` | its body has more than 8 KiB |
 * | `unsupported_type` | its body is neither form nor JSON |
 * | `unsigned` | `sig`, `timestamp` or `nonce` is missing |
 * | `forged` | `sig` does not fit |
 * | `stale` | it was signed more than 5 minutes from now |
 * | `invalid` | parameters are missing or wrong; the message names them |
 *
 * Vonage sends again, for a day and longer, whatever is not answered 2xx: a webhook that will never be right, being
 * `invalid`, is best answered 200 and logged.
 */
export type WebhookErrorCode =
  | "malformed"
  | "too_large"
  | "unsupported_type"
  | "unsigned"
  | "forged"
  | "stale"
  | "invalid";

/** Why a webhook was refused, as plain data. */
export interface WebhookFault {
  readonly code: WebhookErrorCode;
  /** What is wrong and what to do: names of parameters, never their values. */
  readonly detail: string;
  /** The same for each parameter, where it is about some. */
  readonly errors?: readonly ParameterFault[];
}

const BRAND = Symbol.for("vonage-conversion.webhook-error");

/** A webhook that was refused. Neither `message`, `stack` nor the JSON form ever holds a value of its parameters. */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
  readonly [BRAND] = true;
  declare readonly code: WebhookErrorCode;

  constructor({ code, detail }: WebhookFault) {
    super(`${code}: ${detail}`);
    Object.assign(this, { code });
  }

  /** The fields worth logging. */
  toJSON(): object {
    return { ...this, message: this.message };
  }
}

/** Recognises a {@link WebhookError}, also one made by another copy of this package. */
export function isWebhookError(value: unknown): value is WebhookError {
  return value instanceof Error && BRAND in value;
}

/** A fault of parameters. */
export function faultOfParameters(code: WebhookErrorCode, errors: readonly ParameterFault[]): WebhookFault {
  const detail = errors.map(({ parameter, detail }) => `${parameter} ${detail}`.trim()).join("; ");
  return { code, detail, errors };
}
