// The webhooks for an inbound text: Vonage sends one for each part.

import { isGsmText } from "../shared/gsm-alphabet.ts";
import { splitText } from "../shared/text-parts.ts";
import type { Parameter } from "../wire/parameters.ts";
import { formatTimestamp } from "../wire/timestamp.ts";
import type { SandboxAccount } from "./accounts.ts";
import { createMessageId } from "./sms-answer.ts";

/** @param now Epoch milliseconds at which the text reached Vonage. */
export function encodeInbound(
  account: SandboxAccount,
  from: string,
  to: string,
  text: string,
  now: number,
): Parameter[][] {
  const gsm = isGsmText(text);
  const parts = splitText(text, gsm ? "gsm" : "unicode");
  const reference = createMessageId().slice(0, 4);
  const keyword = text.trim().split(/\s+/, 1).join().toUpperCase();
  return parts.map((part, index) => {
    const concatenated: Parameter[] = [
      ["concat", "true"],
      ["concat-ref", reference],
      ["concat-total", String(parts.length)],
      ["concat-part", String(index + 1)],
    ];
    return [
      ["msisdn", from],
      ["to", to],
      ["messageId", createMessageId()],
      ["text", part],
      ["type", gsm ? "text" : "unicode"],
      ["keyword", keyword],
      ["api-key", account.apiKey],
      ["message-timestamp", formatTimestamp(now)],
      ...(parts.length > 1 ? concatenated : []),
    ];
  });
}
