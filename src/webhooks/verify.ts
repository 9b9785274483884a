import type { Parameter, Parameters } from "../wire/parameters.ts";
import { toSignedValue, verifySignature } from "../wire/signature.ts";
import type { SignatureMethod } from "../wire/signature-method.ts";
import { WebhookError, type WebhookFault } from "./errors.ts";
import { isWebhookParameter } from "./names.ts";

/** The account's way of signing webhooks, according to its settings. */
export interface WebhookSigning {
  /** The account's signature secret, which differs from its API secret. Vonage support turns signing on. */
  readonly signatureSecret: string;
  /**
   * The signature method in the account's settings. Name it, so that a weaker method is refused.
   *
   * @default any of the five, as far as the length of `sig` fits
   * @example
   * await verifyWebhook(parameters, { signatureSecret, signatureMethod: "sha256" });
   */
  readonly signatureMethod?: SignatureMethod;
  /**
   * Names of your own parameters in the webhook's URL, which Vonage does not sign. Names that Vonage uses always count
   * as signed.
   *
   * @default every name that Vonage does not use; a signature over all parameters is accepted too
   * @example
   * // https://hooks.example/receipts?tenant=7
   * await verifyWebhook(parameters, { signatureSecret, ownParameters: ["tenant"] });
   */
  readonly ownParameters?: readonly string[];
}

/** The proof of a signed webhook's origin and time. */
export interface VerifiedWebhook {
  /**
   * Vonage uses each nonce once, so a repeated nonce is a replay. It is in its signed form, with `_` for `&` and `=`:
   * the signature matches every spelling of that form.
   */
  readonly nonce: string;
  /** The time of signing, in UNIX seconds. */
  readonly timestamp: number;
}

/** Maximum difference between the time of signing and now, in either direction. */
const MAX_AGE_S = 5 * 60;

const SIGNING_PARAMETERS = ["sig", "timestamp", "nonce"] as const;

/**
 * Verifies that a webhook comes from Vonage and is recent. The signature is checked first, so that a forger learns
 * nothing about the clock. Vonage support turns signing on for an account.
 *
 * To refuse replays, store every `nonce` for ten minutes, and refuse one that is stored already.
 *
 * @param parameters All parameters of the webhook, from {@link readWebhook}.
 * @param now Epoch milliseconds.
 * @throws {WebhookError} `unsigned`, `forged` or `stale`.
 *
 * @example
 * const parameters = await readWebhook(request);
 * const { nonce } = await verifyWebhook(parameters, { signatureSecret, signatureMethod: "sha256" });
 * if (!(await nonces.add(nonce, { seconds: 600 }))) return new Response(null, { status: 200 });
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

/** A signature that was refused. */
export type SignatureFault = WebhookFault & { readonly code: "unsigned" | "forged" | "stale" };

/** As {@link verifyWebhook}, but returns the fault instead of throwing it. */
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
    const detail = `${missing.join(", ")} missing; ask Vonage support to turn on signed webhooks for this account`;
    return { fault: { code: "unsigned", detail } };
  }
  const methods = signatureMethod && [signatureMethod];
  const readings = findReadings([...parameters], ownParameters && new Set(ownParameters));
  if (!(await verifySignature(parameters, signatureSecret, methods, readings))) {
    const detail = "sig does not match; compare signature secret and method with the account's settings";
    return { fault: { code: "forged", detail } };
  }
  // A webhook's `timestamp` is always the UNIX seconds that signing adds, unlike a report's.
  const text = String(parameters.get("timestamp"));
  const timestamp = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(timestamp - now / 1000) <= MAX_AGE_S)) {
    const detail = "timestamp must be UNIX seconds, at most 5 minutes from now; check this machine's clock";
    return { fault: { code: "stale", detail } };
  }
  return { verified: { nonce: toSignedValue(String(parameters.get("nonce"))), timestamp } };
}

/**
 * Lists the sets of parameters that may have been signed: with and without those of the webhook's URL, each with and
 * without blank values. Java's SDK leaves blank values out of the signed text, all others keep them, and Vonage does
 * not document which it does.
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

/** Blank as in Java's `trim`: nothing but spaces and control characters. */
const isBlank = (value: string) => /^[\0-\x20]*$/.test(value);
