// Vonage's own known answers for webhooks, read through each runtime's Request.

import {
  isWebhookError,
  parseDeliveryReceipt,
  parseInboundSms,
  readWebhook,
  verifyWebhook,
} from "vonage-conversion/webhooks";
import { demand, demandEqual, demandFields, errorOf, toBehaviours } from "./behaviour.ts";
import { type SignedWebhook, stage } from "./stage.ts";

const URL_OF_OURS = "https://shop.example/webhooks/inbound-sms";

/** A webhook by each of the three transports. */
function toRequests({ parameters }: SignedWebhook): Request[] {
  const form = new URLSearchParams(parameters);
  const json = { "content-type": "application/json" };
  return [
    new Request(`${URL_OF_OURS}?${form}`),
    new Request(URL_OF_OURS, { method: "POST", body: form }),
    new Request(URL_OF_OURS, { method: "POST", headers: json, body: JSON.stringify(parameters) }),
  ];
}

const signedAt = ({ parameters }: SignedWebhook) => Number(parameters.timestamp) * 1000;

export const webhooks = toBehaviours({
  "webhooks signed by any of the five methods verify": async () => {
    for (const webhook of stage.webhooks) {
      const { method: signatureMethod, signatureSecret, parameters } = webhook;
      for (const request of toRequests(webhook)) {
        const read = await readWebhook(request);
        const signing = { signatureSecret, signatureMethod };
        const { nonce, timestamp } = await verifyWebhook(read, signing, signedAt(webhook));
        demandEqual([nonce, String(timestamp)], [parameters.nonce, parameters.timestamp], signatureMethod);
      }
    }
    demandEqual(stage.webhooks.length, 5, "the number of methods");
  },

  "an altered or old webhook is refused": async () => {
    for (const webhook of stage.webhooks) {
      const { signatureSecret, parameters } = webhook;
      const altered = new Map(Object.entries({ ...parameters, text: `${parameters.text}.` }));
      const forged = await errorOf(() => verifyWebhook(altered, { signatureSecret }, signedAt(webhook)));
      demandFields(forged, { name: "WebhookError", code: "forged" });
      demand(isWebhookError(forged), "it is no WebhookError");
      const whole = new Map(Object.entries(parameters));
      demandFields(await errorOf(() => verifyWebhook(whole, { signatureSecret })), { code: "stale" });
    }
  },

  "an inbound text and a delivery receipt are parsed": async () => {
    const [webhook] = stage.webhooks;
    demand(webhook !== undefined, "there is no webhook");
    for (const request of toRequests(webhook)) {
      const { messageId, msisdn, to, text } = webhook.parameters;
      const expected = { messageId, number: msisdn, recipient: to, text };
      demandFields(parseInboundSms(await readWebhook(request)), expected);
    }
    const receipt = "msisdn=447700900001&messageId=A1&status=Delivered&err-code=0&scts=2603040506";
    const read = await readWebhook(new Request(`${URL_OF_OURS}?${receipt}`));
    const occurredAt = Date.UTC(2026, 2, 4, 5, 6);
    const expected = {
      messageId: "A1",
      number: "447700900001",
      status: "delivered",
      errorCode: 0,
      occurredAt,
    };
    demandEqual(parseDeliveryReceipt(read), expected, "the receipt");
  },
});
