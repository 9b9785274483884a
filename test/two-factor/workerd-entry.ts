// A Worker of senders only: one request sends a code by each channel, to a Vonage that accepts everything.

import { maskNumber, parsePhoneNumber } from "../../src/two-factor/numbers/phone-number.ts";
import { isSendError } from "../../src/two-factor/senders/send-error.ts";
import { createSmsSender } from "../../src/two-factor/senders/sms-sender.ts";
import { createVoiceSender } from "../../src/two-factor/senders/voice-sender.ts";
import { isWebhookError, parseDeliveryReceipt, readWebhook } from "../../src/webhooks/index.ts";

export default {
  async fetch(request: Request, env: { readonly PRIVATE_KEY: string }): Promise<Response> {
    const sent: string[] = [];
    const vonage: typeof fetch = async (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      sent.push(`${init?.method} ${pathname}`);
      return pathname === "/v1/calls"
        ? Response.json({ uuid: "call-1" }, { status: 201 })
        : Response.json({ messages: [{ status: "0", "message-id": "text-1" }] });
    };
    const signing = { apiKey: "k", signatureSecret: "s", signatureMethod: "md5hash" } as const;
    const sms = createSmsSender({ credentials: signing, from: "Acme", fetch: vonage });
    const voice = createVoiceSender({
      applicationId: "11111111-2222-3333-4444-555555555555",
      privateKey: env.PRIVATE_KEY,
      from: "12015550100",
      fetch: vonage,
    });
    const broken = createSmsSender({ credentials: signing, from: "Acme", fetch: () => Promise.reject(1) });
    const { number = "", country } = parsePhoneNumber("+12015550123");
    const message = {
      to: number,
      country,
      code: "738291",
      brand: "Acme",
      locale: "pl",
      clientRef: "r",
      lifetime: 300,
    };
    return Response.json({
      number: maskNumber(number),
      sent,
      ids: [await sms.send(message), await voice.send(message)],
      broken: await broken.send(message).catch((error) => isSendError(error) && error.code),
      receipt: await readWebhook(request)
        .then(parseDeliveryReceipt)
        .catch((error) => isWebhookError(error) && error.code),
    });
  },
};
