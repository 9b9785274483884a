// Vonage's webhooks: carriers' receipts, texts from users, and events of calls. Vonage retries any non-2xx answer for up
// to three days, so everything authentic is acknowledged.

import type { Answer } from "../answer.ts";
import type { HandlerContext } from "../context.ts";
import type { HandlerConfig } from "../options.ts";
import { problem } from "../problem.ts";
import { answerUnauthenticated } from "../rate-limits.ts";
import type { Received } from "./challenges.ts";
import type { WebhookTrust } from "./options.ts";
import type { TwoFactor } from "./service.ts";
import { openInboundSms, openReceipt } from "./sms-webhooks.ts";
import { openVoiceEvent } from "./voice-webhook.ts";
import type { OpenedWebhook, OpenWebhook } from "./webhook.ts";
import type { Webhook, WebhookOutcome } from "./webhook-record.ts";

const CLOSED_HINT =
  'set WEBHOOK_SIGNATURE_SECRET, or WEBHOOK_UNSIGNED = "accept" if Vonage does not sign webhooks of this account';

/** Creates the routes of `/webhooks/…`. Without `trust` they are closed. */
export function createWebhooks(config: HandlerConfig, trust: WebhookTrust | undefined, service: TwoFactor) {
  const receive =
    (webhook: Webhook, open: OpenWebhook) =>
    async (request: Request, context: HandlerContext): Promise<Answer> => {
      /** Limits the answers to callers that are not known to be Vonage. */
      const answerUnknown = (answer: Answer) => answerUnauthenticated(config, context, answer);
      // Not awaited: the record must not delay an answer.
      const note = (outcome: WebhookOutcome) => {
        const noted = service.webhooks.note(webhook, outcome);
        context.waitUntil?.(noted);
      };

      if (trust === undefined) {
        return answerUnknown(problem("webhooks-closed", {}, {}, { hint: CLOSED_HINT }));
      }
      const opened: OpenedWebhook = await open(request, context.lengthHolds === true, trust, config.now());
      switch (opened.type) {
        case "empty":
          return answerUnknown(acknowledge("ok"));
        case "unreadable":
          return answerUnknown(opened.refusal);
        case "refused": {
          const answer = await answerUnknown(opened.refusal);
          if (answer === opened.refusal) note(opened.outcome);
          return answer;
        }
        case "trusted": {
          note(opened.once === undefined ? "believed" : "verified");
          const result = (await opened.take?.(service, opened.once)) ?? "invalid";
          if (result !== "taken") note(result);
          return acknowledge(result);
        }
      }
    };
  return {
    deliveryReceipt: receive("delivery-receipt", openReceipt),
    inboundSms: receive("inbound-sms", openInboundSms),
    voiceEvent: receive("voice-event", openVoiceEvent),
  };
}

/** A replay is acknowledged too: our first answer may not have reached Vonage. */
function acknowledge(outcome: Received | "invalid" | "ok"): Answer {
  return { status: 200, headers: {}, body: null, log: { outcome } };
}
