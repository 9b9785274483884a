// The kinds of webhooks differ in their format and in their signature; what follows from either is the same.

import type { SignatureFault } from "../../../src/webhooks/verify.ts";
import type { Answer } from "../answer.ts";
import { problem } from "../problem.ts";
import type { Once, Received } from "./challenges.ts";
import type { WebhookTrust } from "./options.ts";
import type { TwoFactor } from "./service.ts";
import type { WebhookOutcome } from "./webhook-record.ts";

/** A webhook that was read and whose origin was checked. */
export type OpenedWebhook =
  /** Vonage's dashboard calls a new URL without parameters. */
  | { readonly type: "empty" }
  | { readonly type: "unreadable"; readonly refusal: Answer }
  | { readonly type: "refused"; readonly outcome: WebhookOutcome; readonly refusal: Answer }
  | {
      readonly type: "trusted";
      /** Absent where unsigned webhooks are accepted. */
      readonly once?: Once;
      /** `undefined`: it is Vonage's, but says nothing that the workflow understands. */
      readonly take: ((service: TwoFactor, once: Once | undefined) => Promise<Received>) | undefined;
    };

export type OpenWebhook = (
  request: Request,
  lengthHolds: boolean,
  trust: WebhookTrust,
  /** Epoch milliseconds. */
  now: number,
) => Promise<OpenedWebhook>;

/** Signatures are accepted from five minutes before their time to five minutes after it. */
const SIGNED_AT_MOST_MS = 10 * 60_000;

/** The nonce of a verified webhook, for as long as its signature is accepted. */
export const toOnce = (nonce: string, now: number): Once => ({ nonce, until: now + SIGNED_AT_MOST_MS });

export function refuseMalformed(detail: string): OpenedWebhook {
  return { type: "refused", outcome: "malformed", refusal: problem("malformed-body", { detail }) };
}

export function refuseSignature({ code, detail }: SignatureFault): OpenedWebhook {
  const refusal = problem("webhook-refused", { detail }, {}, { hint: `${code}: ${detail}` });
  return { type: "refused", outcome: code, refusal };
}
