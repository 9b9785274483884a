// Delivery receipts: Vonage sends one for each part of a text.

import type { Parameter } from "../wire/parameters.ts";
import { formatTimestamp } from "../wire/timestamp.ts";
import type { AcceptedText } from "./accepted-text.ts";

export type DeliveryStatus = "buffered" | "delivered" | "expired" | "failed";

export interface ReceiptCodes {
  readonly errorCode: number;
  readonly networkCode: string;
  readonly price: string;
}

/** @param now Epoch milliseconds of the event, according to the carrier. */
export function encodeReceipt(
  { account, from, to, clientRef }: AcceptedText,
  messageId: string,
  status: DeliveryStatus,
  { errorCode, networkCode, price }: ReceiptCodes,
  now: number,
): Parameter[] {
  const at = formatTimestamp(now);
  const parameters: Parameter[] = [
    ["msisdn", to],
    ["to", from],
    ["network-code", networkCode],
    ["messageId", messageId],
    ["price", price],
    ["status", status],
    // YYMMDDHHMM
    ["scts", at.replace(/\D/g, "").slice(2, 12)],
    ["err-code", String(status === "buffered" ? 0 : errorCode)],
    ["api-key", account.apiKey],
  ];
  if (clientRef !== undefined) parameters.push(["client-ref", clientRef]);
  return [...parameters, ["message-timestamp", at]];
}
