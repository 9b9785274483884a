// The webhooks of the SMS API: signed by parameters among the others.

import { decodeDeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import { decodeInboundSms } from "../../../src/webhooks/inbound-sms.ts";
import { isWebhookParameter } from "../../../src/webhooks/names.ts";
import { type ReceivedWebhook, receiveWebhook } from "../../../src/webhooks/read.ts";
import { checkWebhook, type SignatureFault } from "../../../src/webhooks/verify.ts";
import type { Parameters } from "../../../src/wire/parameters.ts";
import { problem } from "../problem.ts";
import { answerRefusal } from "../refusal-problem.ts";
import type { Once } from "./challenges.ts";
import type { WebhookTrust } from "./options.ts";
import { type OpenedWebhook, type OpenWebhook, refuseMalformed, refuseSignature, toOnce } from "./webhook.ts";

const MESSAGES_API_HINT =
  'webhooks arrive in the shape of the Messages API: set "Default SMS Setting" to "SMS API" in Vonage\'s dashboard, under API settings';

type Take = Extract<OpenedWebhook, { type: "trusted" }>["take"];

export const openReceipt = createOpen((parameters) => {
  const { receipt } = decodeDeliveryReceipt(parameters);
  return receipt && ((service, once) => service.receipt(receipt, once));
});

export const openInboundSms = createOpen((parameters) => {
  const { message } = decodeInboundSms(parameters);
  return message && ((service, once) => service.reply(message, once));
});

function createOpen(read: (parameters: Parameters) => Take): OpenWebhook {
  return async (request, lengthHolds, trust, now) => {
    const received = await receiveWebhook(request, lengthHolds);
    if (typeof received === "string") {
      return { type: "unreadable", refusal: answerRefusal({ reason: "unreadable_body", why: received }) };
    }
    const { parameters, fault: broken } = received;
    if (broken !== undefined) return refuseMalformed(broken.detail);
    if (isEmpty(received)) return { type: "empty" };
    if (isOfMessagesApi(parameters)) {
      const log = { level: "error", hint: MESSAGES_API_HINT } as const;
      const refusal = problem("webhook-of-messages-api", {}, {}, log);
      return { type: "refused", outcome: "messages_api", refusal };
    }
    const { once, fault } = await trustOf(received, trust, now);
    if (fault !== undefined) return refuseSignature(fault);
    return { type: "trusted", ...(once && { once }), take: read(parameters) };
  };
}

/** The URL's own parameters do not count. */
function isEmpty({ parameters, ownParameters }: ReceivedWebhook): boolean {
  const isOwn = (name: string) => ownParameters === undefined && !isWebhookParameter(name);
  return [...parameters.keys()].every((name) => isOwn(name) && name !== "message_uuid");
}

/** Webhooks of the Messages API have a JWT instead of `sig`, and other names: `message_uuid`, `channel`. */
function isOfMessagesApi(parameters: Parameters): boolean {
  return parameters.has("message_uuid") && !parameters.has("messageId");
}

async function trustOf(
  { parameters, ownParameters }: ReceivedWebhook,
  { signatureSecret, signatureMethod }: WebhookTrust,
  now: number,
): Promise<{ readonly once?: Once; readonly fault?: SignatureFault }> {
  if (signatureSecret === undefined) return {};
  const signing = {
    signatureSecret,
    ...(signatureMethod && { signatureMethod }),
    ...(ownParameters && { ownParameters }),
  };
  const { verified, fault } = await checkWebhook(parameters, signing, now);
  return fault === undefined ? { once: toOnce(verified.nonce, now) } : { fault };
}
