// The event webhook of the Voice API: JSON, signed by a JWT in its header. An event is to a call what a receipt is to a
// text.

import type { DeliveryReceipt, ReceiptStatus } from "../../../src/webhooks/delivery-receipt.ts";
import {
  type CallStatus,
  checkVoiceEvent,
  decodeVoiceEvent,
  receiveVoiceEvent,
  type VoiceEvent,
} from "../../../src/webhooks/voice-event.ts";
import { answerRefusal } from "../refusal-problem.ts";
import { type OpenedWebhook, type OpenWebhook, refuseMalformed, refuseSignature, toOnce } from "./webhook.ts";

export const openVoiceEvent: OpenWebhook = async (request, lengthHolds, { signatureSecret }, now) => {
  const { received, fault: broken } = await receiveVoiceEvent(request, lengthHolds);
  if (broken?.code === "too_large") {
    return { type: "unreadable", refusal: answerRefusal({ reason: "unreadable_body", why: "too_large" }) };
  }
  if (broken !== undefined) return refuseMalformed(broken.detail);
  if (Object.keys(received.fields).length === 0) return { type: "empty" };
  if (signatureSecret === undefined) return { type: "trusted", take: toTake(received) };
  const { verified, fault } = await checkVoiceEvent(received, signatureSecret, now);
  if (fault !== undefined) return refuseSignature(fault);
  return { type: "trusted", once: toOnce(verified.nonce, now), take: toTake(received) };
};

function toTake(
  received: Parameters<typeof decodeVoiceEvent>[0],
): Extract<OpenedWebhook, { type: "trusted" }>["take"] {
  const { event } = decodeVoiceEvent(received);
  const receipt = event && toReceipt(event);
  return receipt && ((service, once) => service.receipt(receipt, once, "voice"));
}

/** The receipt that says the same. A call completes only after it was answered. */
const RECEIPTS: Readonly<Record<CallStatus, ReceiptStatus>> = {
  started: "accepted",
  ringing: "accepted",
  answered: "delivered",
  human: "delivered",
  machine: "delivered",
  completed: "delivered",
  disconnected: "unknown",
  busy: "failed",
  failed: "failed",
  cancelled: "failed",
  rejected: "rejected",
  timeout: "expired",
  unanswered: "expired",
};

/** @returns `undefined` without the called number, by which challenges are found. */
function toReceipt({ uuid, status, to, ...more }: VoiceEvent): DeliveryReceipt | undefined {
  return to === undefined ? undefined : { messageId: uuid, number: to, status: RECEIPTS[status], ...more };
}
