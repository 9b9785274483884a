import type { ParameterFault } from "../wire/parameters.ts";

/**
 * The reason why a webhook was refused:
 *
 * | code | meaning |
 * |---|---|
 * | `malformed` | the body broke off, is not a JSON object, or repeats a name |
 * | `too_large` | the body has more than 8 KiB |
 * | `unsupported_type` | the body is neither a form nor JSON |
 * | `unsigned` | `sig`, `timestamp` or `nonce` is missing |
 * | `forged` | `sig` does not match; check the signature secret and method |
 * | `stale` | it was signed more than 5 minutes before or after now; check the clock |
 * | `invalid` | parameters are missing or wrong; the message names them |
 *
 * Vonage retries any non-2xx answer for a day or longer. Answer 200 to an `invalid` webhook, and log it: it will never
 * become valid.
 *
 * @example
 * try {
 *   const parameters = await readWebhook(request);
 *   await verifyWebhook(parameters, { signatureSecret });
 *   handle(parseDeliveryReceipt(parameters));
 * } catch (error) {
 *   if (!isWebhookError(error)) throw error;
 *   console.error(JSON.stringify(error));
 *   return new Response(null, { status: error.code === "invalid" ? 200 : 400 });
 * }
 */
export type WebhookErrorCode =
  | "malformed"
  | "too_large"
  | "unsupported_type"
  | "unsigned"
  | "forged"
  | "stale"
  | "invalid";

/** The refusal of a webhook, as plain data. */
export interface WebhookFault {
  readonly code: WebhookErrorCode;
  /** The fault and what to do about it. Contains names of parameters, never their values. */
  readonly detail: string;
  /** The faults by parameter, if there are any. */
  readonly errors?: readonly ParameterFault[];
}

const BRAND = Symbol.for("vonage-conversion.webhook-error");

/** A webhook was refused. `message`, `stack` and the JSON form never contain the value of a parameter. */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
  readonly [BRAND] = true;
  /** The reason; see {@link WebhookErrorCode} for each code. */
  declare readonly code: WebhookErrorCode;

  constructor({ code, detail }: WebhookFault) {
    super(`${code}: ${detail}`);
    Object.assign(this, { code });
  }

  /** Returns the fields to log. */
  toJSON(): object {
    return { ...this, message: this.message };
  }
}

/**
 * Recognises a {@link WebhookError}. Unlike `instanceof`, it also recognises one from another copy of this package.
 *
 * @example
 * const { event } = await verifyVoiceEvent(request, signatureSecret).catch((error: unknown) => {
 *   if (isWebhookError(error)) return { event: undefined };
 *   throw error;
 * });
 */
export function isWebhookError(value: unknown): value is WebhookError {
  return value instanceof Error && BRAND in value;
}

/** Describes the faults of parameters as one refusal. */
export function faultOfParameters(code: WebhookErrorCode, errors: readonly ParameterFault[]): WebhookFault {
  const detail = errors.map(({ parameter, detail }) => `${parameter} ${detail}`.trim()).join("; ");
  return { code, detail, errors };
}
