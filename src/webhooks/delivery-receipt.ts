import * as v from "valibot";
import { objectOf, oneOf, required } from "../shared/validation.ts";
import type { Parameters } from "../wire/parameters.ts";
import { messageIdSchema } from "../wire/report.ts";
import { WebhookError, type WebhookFault } from "./errors.ts";
import { parseMessageTimestamp, parseScts } from "./instant.ts";
import { msisdnSchema, optionalCount, optionalLine, optionalText, present, readEntries } from "./schema.ts";

/** The statuses that carriers report. All but the first three are final. */
export const RECEIPT_STATUSES = [
  "unknown",
  "accepted",
  "buffered",
  "expired",
  "failed",
  "rejected",
  "delivered",
] as const;

/**
 * The status of a message, as its carrier reports it:
 *
 * | status | meaning | final |
 * |---|---|---|
 * | `unknown` | the carrier does not know | no |
 * | `accepted` | the carrier has taken the message | no |
 * | `buffered` | the handset is unreachable, and the carrier retries | no |
 * | `expired` | the carrier gave up: the handset was unreachable for too long | yes |
 * | `failed` | the carrier could not deliver it | yes |
 * | `rejected` | the carrier refused it | yes |
 * | `delivered` | the handset has it, according to the carrier | yes |
 */
export type ReceiptStatus = (typeof RECEIPT_STATUSES)[number];

/**
 * A carrier's report about one message, or about one part of a long message. It is no proof: some carriers report
 * `delivered` for anything.
 */
export interface DeliveryReceipt {
  /** The id of the message or part, as the SMS API returned it. */
  readonly messageId: string;
  /** The recipient's number: E.164 digits. */
  readonly number: string;
  /** The message's sender id. */
  readonly sender?: string;
  /** The carrier's status; see {@link ReceiptStatus}. */
  readonly status: ReceiptStatus;
  /** Vonage's `err-code`: 0 for delivered, otherwise the reason. */
  readonly errorCode?: number;
  /** MCCMNC of the recipient's network. */
  readonly networkCode?: string;
  /** The price of this part in EUR, as Vonage wrote it. */
  readonly price?: string;
  /** The `client-ref` that the message was sent with. */
  readonly clientRef?: string;
  /** The API key of the account that sent the message. */
  readonly apiKey?: string;
  /** The carrier's time (`scts`), or else Vonage's (`message-timestamp`), in epoch milliseconds. */
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
 * Parses a delivery receipt of the SMS API. `messageId`, `msisdn` and `status` are required. Unknown parameters and
 * malformed optional ones are ignored.
 *
 * @param parameters From {@link readWebhook}. If the account signs webhooks, verify them first.
 * @throws {WebhookError} `invalid`, naming every wrong parameter.
 *
 * @example
 * const { messageId, status } = parseDeliveryReceipt(await readWebhook(request));
 */
export function parseDeliveryReceipt(parameters: Parameters): DeliveryReceipt {
  const { receipt, fault } = decodeDeliveryReceipt(parameters);
  if (fault !== undefined) throw new WebhookError(fault);
  return receipt;
}

/** As {@link parseDeliveryReceipt}, but returns the fault instead of throwing it. */
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
