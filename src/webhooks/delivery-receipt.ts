import * as v from "valibot";
import { objectOf, oneOf, required } from "../shared/validation.ts";
import type { Parameters } from "../wire/parameters.ts";
import { messageIdSchema } from "../wire/report.ts";
import { WebhookError, type WebhookFault } from "./errors.ts";
import { parseMessageTimestamp, parseScts } from "./instant.ts";
import { msisdnSchema, optionalCount, optionalLine, optionalText, present, readEntries } from "./schema.ts";

/** What a carrier says of a message. All but the first three are final. */
export const RECEIPT_STATUSES = [
  "unknown",
  "accepted",
  "buffered",
  "expired",
  "failed",
  "rejected",
  "delivered",
] as const;

export type ReceiptStatus = (typeof RECEIPT_STATUSES)[number];

/** What a carrier says of one message, or of one part of a long one. Not proof: some say "delivered" of anything. */
export interface DeliveryReceipt {
  /** The part's own id, as the SMS API gave it. */
  readonly messageId: string;
  /** Whom it was sent to: E.164 digits. */
  readonly number: string;
  /** The sender id it carried. */
  readonly sender?: string;
  readonly status: ReceiptStatus;
  /** Vonage's `err-code`: 0 delivered, else why not. */
  readonly errorCode?: number;
  /** MCCMNC of the network it went to. */
  readonly networkCode?: string;
  /** Of this part, in EUR, as Vonage wrote it. */
  readonly price?: string;
  readonly clientRef?: string;
  readonly apiKey?: string;
  /** When the carrier said so (`scts`), else when Vonage passed it on (`message-timestamp`); epoch milliseconds. */
  readonly occurredAt?: number;
}

const toStatus = (value: unknown) => (typeof value === "string" ? value.toLowerCase() : value);

const schema = objectOf({
  messageId: messageIdSchema,
  msisdn: msisdnSchema,
  status: required(v.pipe(v.unknown(), v.transform(toStatus), oneOf(RECEIPT_STATUSES))),
  to: optionalLine,
  "err-code": optionalCount,
  "network-code": optionalText(/^\d{4,6}$/),
  price: optionalText(/^\d{1,9}(\.\d{1,10})?$/),
  "client-ref": optionalLine,
  "api-key": optionalLine,
  scts: optionalLine,
  "message-timestamp": optionalLine,
});

/**
 * Reads a delivery receipt of the SMS API. Parameters that are not known, or not needed and odd, are no reason to
 * refuse it; `messageId`, `msisdn` and `status`, in any case, must be there and right.
 *
 * @param parameters From {@link readWebhook}; verify them first where the account signs.
 * @throws {WebhookError} `invalid`.
 */
export function parseDeliveryReceipt(parameters: Parameters): DeliveryReceipt {
  const { receipt, fault } = decodeDeliveryReceipt(parameters);
  if (fault !== undefined) throw new WebhookError(fault);
  return receipt;
}

/** As {@link parseDeliveryReceipt}, for those who would rather not catch. */
export function decodeDeliveryReceipt(
  parameters: Parameters,
):
  | { readonly receipt: DeliveryReceipt; readonly fault?: never }
  | { readonly receipt?: never; readonly fault: WebhookFault } {
  const { output, fault } = readEntries(schema, parameters);
  if (fault !== undefined) return { fault };
  const { messageId, msisdn: number, status } = output;
  const optional = present({
    sender: output.to,
    errorCode: output["err-code"],
    networkCode: output["network-code"],
    price: output.price,
    clientRef: output["client-ref"],
    apiKey: output["api-key"],
    occurredAt: parseScts(output.scts ?? "") ?? parseMessageTimestamp(output["message-timestamp"] ?? ""),
  });
  return { receipt: { messageId, number, status, ...optional } };
}
