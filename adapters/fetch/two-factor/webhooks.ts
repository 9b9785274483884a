// What Vonage tells: receipts of carriers, and texts that users send back. What it is not told 2xx it says again, for
// up to three days, so everything that is Vonage's is acknowledged, whatever it is about.

import type { Parameters } from "../../../src/parameters.ts";
import { readParameters } from "../../../src/request-parameters.ts";
import { decodeDeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { WebhookFault } from "../../../src/webhooks/errors.ts";
import { decodeInboundSms } from "../../../src/webhooks/inbound-sms.ts";
import { findDecodingFault } from "../../../src/webhooks/read.ts";
import { checkWebhook } from "../../../src/webhooks/verify.ts";
import { answerStranger, type HandlerContext, UNREADABLE } from "../admission.ts";
import type { HandlerConfig } from "../options.ts";
import { type Answer, problem } from "../problem.ts";
import type { Once, Received } from "./challenges.ts";
import type { WebhookTrust } from "./options.ts";
import type { TwoFactor } from "./service.ts";
import type { Webhook, WebhookOutcome } from "./webhook-record.ts";

/** A signature is refused when it is older than five minutes, or made more than five minutes ahead. */
const SIGNED_AT_MOST_MS = 10 * 60_000;

const CLOSED_HINT =
  'set WEBHOOK_SIGNATURE_SECRET, or WEBHOOK_UNSIGNED = "accept" where Vonage does not sign for this account';

type Take = (
  service: TwoFactor,
  parameters: Parameters,
  once: Once | undefined,
) => Promise<Received | "invalid">;

const takeReceipt: Take = async (service, parameters, once) => {
  const { receipt } = decodeDeliveryReceipt(parameters);
  return receipt === undefined ? "invalid" : service.receipt(receipt, once);
};

const takeReply: Take = async (service, parameters, once) => {
  const { message } = decodeInboundSms(parameters);
  return message === undefined ? "invalid" : service.reply(message, once);
};

/** Makes the routes of `/webhooks/…`. They are closed where nothing says whom to believe. */
export function createWebhooks(config: HandlerConfig, trust: WebhookTrust | undefined, service: TwoFactor) {
  const receive =
    (webhook: Webhook, take: Take) =>
    async (request: Request, context: HandlerContext): Promise<Answer> => {
      if (trust === undefined)
        return problem("webhooks-closed", {}, {}, { level: "error", hint: CLOSED_HINT });
      const decoded = await readParameters(request, context.lengthHolds);
      if (typeof decoded === "string") return problem(UNREADABLE[decoded]);
      // So Vonage's dashboard looks whether there is anybody, when the URL is entered.
      if (decoded.parameters.size === 0 && decoded.faults.length === 0) return acknowledge("ok");
      // Not awaited: taking note must not slow an answer.
      const note = (outcome: WebhookOutcome) => {
        const noted = service.webhooks.note(webhook, outcome);
        context.waitUntil?.(noted);
      };
      const refused = async ({ code, detail }: WebhookFault): Promise<Answer> => {
        const problemName = code === "malformed" ? "malformed-body" : "webhook-refused";
        const refusal = problem(problemName, { detail });
        const answer = await answerStranger(config, context, refusal);
        if (answer === refusal) note(code as WebhookOutcome);
        return answer;
      };
      const broken = findDecodingFault(decoded);
      if (broken !== undefined) return refused(broken);
      const { once, fault } = await trustOf(decoded.parameters, trust);
      if (fault !== undefined) return refused(fault);
      note(once === undefined ? "believed" : "verified");
      const received = await take(service, decoded.parameters, once);
      if (received !== "taken") note(received);
      return acknowledge(received);
    };
  return {
    deliveryReceipt: receive("delivery-receipt", takeReceipt),
    inboundSms: receive("inbound-sms", takeReply),
  };
}

async function trustOf(
  parameters: Parameters,
  trust: WebhookTrust,
): Promise<{ readonly once?: Once; readonly fault?: WebhookFault }> {
  const { signatureSecret, signatureMethod } = trust;
  if (signatureSecret === undefined) return {};
  const signing = { signatureSecret, ...(signatureMethod && { signatureMethod }) };
  const { verified, fault } = await checkWebhook(parameters, signing, Date.now());
  if (fault !== undefined) return { fault };
  return { once: { nonce: verified.nonce, until: Date.now() + SIGNED_AT_MOST_MS } };
}

/** A replay is acknowledged too, though nothing is done: it may be Vonage, which did not hear our first answer. */
function acknowledge(outcome: Received | "invalid" | "ok"): Answer {
  return { status: 200, headers: {}, body: null, log: { outcome } };
}
