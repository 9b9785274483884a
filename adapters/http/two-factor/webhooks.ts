// Vonage's webhooks: carriers' receipts, and texts from users. Vonage retries any non-2xx answer for up to three days, so
// everything authentic is acknowledged.

import { decodeDeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import { decodeInboundSms } from "../../../src/webhooks/inbound-sms.ts";
import { isWebhookParameter } from "../../../src/webhooks/names.ts";
import { type ReceivedWebhook, receiveWebhook } from "../../../src/webhooks/read.ts";
import { checkWebhook, type SignatureFault } from "../../../src/webhooks/verify.ts";
import type { Parameters } from "../../../src/wire/parameters.ts";
import type { Answer } from "../answer.ts";
import type { HandlerContext } from "../context.ts";
import type { HandlerConfig } from "../options.ts";
import { problem } from "../problem.ts";
import { answerUnauthenticated } from "../rate-limits.ts";
import { answerRefusal } from "../refusal-problem.ts";
import type { Once, Received } from "./challenges.ts";
import type { WebhookTrust } from "./options.ts";
import type { TwoFactor } from "./service.ts";
import type { Webhook, WebhookOutcome } from "./webhook-record.ts";

/** Signatures are accepted from five minutes before their time to five minutes after it. */
const SIGNED_AT_MOST_MS = 10 * 60_000;

const CLOSED_HINT =
  'set WEBHOOK_SIGNATURE_SECRET, or WEBHOOK_UNSIGNED = "accept" if Vonage does not sign webhooks of this account';

const MESSAGES_API_HINT =
  'webhooks arrive in the shape of the Messages API: set "Default SMS Setting" to "SMS API" in Vonage\'s dashboard, under API settings';

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

/** Creates the routes of `/webhooks/…`. Without `trust` they are closed. */
export function createWebhooks(config: HandlerConfig, trust: WebhookTrust | undefined, service: TwoFactor) {
  const receive =
    (webhook: Webhook, take: Take) =>
    async (request: Request, context: HandlerContext): Promise<Answer> => {
      /** Limits the answers to callers that are not known to be Vonage. */
      const answerUnknown = (answer: Answer) => answerUnauthenticated(config, context, answer);
      // Not awaited: the record must not delay an answer.
      const note = (outcome: WebhookOutcome) => {
        const noted = service.webhooks.note(webhook, outcome);
        context.waitUntil?.(noted);
      };
      const refuse = async (outcome: WebhookOutcome, refusal: Answer): Promise<Answer> => {
        const answer = await answerUnknown(refusal);
        if (answer === refusal) note(outcome);
        return answer;
      };

      if (trust === undefined) {
        return answerUnknown(problem("webhooks-closed", {}, {}, { level: "error", hint: CLOSED_HINT }));
      }
      const received = await receiveWebhook(request, context.lengthHolds);
      if (typeof received === "string")
        return answerUnknown(answerRefusal({ reason: "unreadable_body", why: received }));
      const { parameters, fault: broken } = received;
      if (broken !== undefined) {
        return refuse("malformed", problem("malformed-body", { detail: broken.detail }));
      }
      if (isEmpty(received)) return answerUnknown(acknowledge("ok"));
      if (isOfMessagesApi(parameters)) {
        const log = { level: "error", hint: MESSAGES_API_HINT } as const;
        return refuse("messages_api", problem("webhook-of-messages-api", {}, {}, log));
      }
      const { once, fault } = await trustOf(received, trust);
      if (fault !== undefined) {
        const { code, detail } = fault;
        return refuse(code, problem("webhook-refused", { detail }, {}, { hint: `${code}: ${detail}` }));
      }
      note(once === undefined ? "believed" : "verified");
      const result = await take(service, parameters, once);
      if (result !== "taken") note(result);
      return acknowledge(result);
    };
  return {
    deliveryReceipt: receive("delivery-receipt", takeReceipt),
    inboundSms: receive("inbound-sms", takeReply),
  };
}

/** Vonage's dashboard calls a new URL without parameters. The URL's own parameters do not count. */
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
): Promise<{ readonly once?: Once; readonly fault?: SignatureFault }> {
  if (signatureSecret === undefined) return {};
  const signing = {
    signatureSecret,
    ...(signatureMethod && { signatureMethod }),
    ...(ownParameters && { ownParameters }),
  };
  const { verified, fault } = await checkWebhook(parameters, signing, Date.now());
  if (fault !== undefined) return { fault };
  return { once: { nonce: verified.nonce, until: Date.now() + SIGNED_AT_MOST_MS } };
}

/** A replay is acknowledged too: our first answer may not have reached Vonage. */
function acknowledge(outcome: Received | "invalid" | "ok"): Answer {
  return { status: 200, headers: {}, body: null, log: { outcome } };
}
