import type { Parameter, Parameters } from "../wire/parameters.ts";
import { toSignedValue, verifySignature } from "../wire/signature.ts";
import type { SignatureMethod } from "../wire/signature-method.ts";
import { WebhookError, type WebhookFault } from "./errors.ts";
import { isWebhookParameter } from "./names.ts";

/** How the account signs. */
export interface WebhookSigning {
  /** The account's signature secret, which is not its API secret. */
  readonly signatureSecret: string;
  /**
   * What the account's settings say.
   *
   * @default any of the five, told apart by the number of digits
   */
  readonly signatureMethod?: SignatureMethod;
  /**
   * Names of parameters that stand in the webhook's own URL, as you gave it to Vonage, and that Vonage does not sign.
   * They never hide one of Vonage's own names.
   *
   * @default every name that Vonage's webhooks do not have; a signature over all parameters is taken as well
   * @example
   * // https://hooks.example/receipts?tenant=7
   * await verifyWebhook(parameters, { signatureSecret, ownParameters: ["tenant"] });
   */
  readonly ownParameters?: readonly string[];
}

/** What a signed webhook says of itself. */
export interface VerifiedWebhook {
  /**
   * Vonage never uses one twice: one that was seen before is a replay. In its signed form, which has `_` for `&` and
   * `=`, since the signature fits all spellings of that.
   */
  readonly nonce: string;
  /** When it was signed, in UNIX seconds. */
  readonly timestamp: number;
}

/** How far from now a webhook may have been signed, either way. */
const MAX_AGE_S = 5 * 60;

const SIGNING_PARAMETERS = ["sig", "timestamp", "nonce"] as const;

/**
 * Checks that a webhook comes from Vonage and is recent: the signature first, so that the clock tells a forger
 * nothing. Signing is off until Vonage support turns it on for an account.
 *
 * Remembering is the caller's: keep every `nonce` for ten minutes, and refuse one that is there already.
 *
 * @param parameters All of the webhook's, from {@link readWebhook}.
 * @param now Epoch milliseconds.
 * @throws {WebhookError} `unsigned`, `forged` or `stale`.
 */
export async function verifyWebhook(
  parameters: Parameters,
  signing: WebhookSigning,
  now: number = Date.now(),
): Promise<VerifiedWebhook> {
  const { verified, fault } = await checkWebhook(parameters, signing, now);
  if (fault !== undefined) throw new WebhookError(fault);
  return verified;
}

/** Why a webhook is not believed. */
export type SignatureFault = WebhookFault & { readonly code: "unsigned" | "forged" | "stale" };

/** As {@link verifyWebhook}, for those who would rather not catch. */
export async function checkWebhook(
  parameters: Parameters,
  { signatureSecret, signatureMethod, ownParameters }: WebhookSigning,
  now: number,
): Promise<
  | { readonly verified: VerifiedWebhook; readonly fault?: never }
  | { readonly verified?: never; readonly fault: SignatureFault }
> {
  const missing = SIGNING_PARAMETERS.filter((name) => !parameters.get(name));
  if (missing.length > 0) {
    const detail = `${missing.join(", ")} missing; have Vonage support turn on signed webhooks for this account`;
    return { fault: { code: "unsigned", detail } };
  }
  const methods = signatureMethod && [signatureMethod];
  const readings = findReadings([...parameters], ownParameters && new Set(ownParameters));
  if (!(await verifySignature(parameters, signatureSecret, methods, readings))) {
    const detail = "sig does not fit; check signature secret and method against the account's settings";
    return { fault: { code: "forged", detail } };
  }
  // Unlike a report's, a webhook's `timestamp` is never anything but the seconds that signing adds.
  const text = String(parameters.get("timestamp"));
  const timestamp = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(timestamp - now / 1000) <= MAX_AGE_S)) {
    const detail = "timestamp must be UNIX seconds, at most 5 minutes from now; check this machine's clock";
    return { fault: { code: "stale", detail } };
  }
  return { verified: { nonce: toSignedValue(String(parameters.get("nonce"))), timestamp } };
}

/**
 * The sets of parameters that may have been signed: with and without those of the webhook's own URL, and each of the
 * two with and without blank values, since Java's SDK leaves them out of the signed text and all others keep them.
 * Which of the two Vonage does is not documented.
 */
function findReadings(
  all: readonly Parameter[],
  own: ReadonlySet<string> | undefined,
): readonly Parameter[][] {
  const isVonages = ([name]: Parameter) => isWebhookParameter(name) || (own !== undefined && !own.has(name));
  return [all, all.filter(isVonages)].flatMap((some) => [
    [...some],
    some.filter(([, value]) => !isBlank(value)),
  ]);
}

/** As Java's `trim` has it: nothing but spaces and control characters. */
const isBlank = (value: string) => /^[\0-\x20]*$/.test(value);
