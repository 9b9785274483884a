/**
 * The parameters of delivery receipts and inbound messages: those in Vonage's published description of the SMS API
 * (1.2.0), and `account-ref`, which receipts repeat if the message was sent with it.
 */
const NAMES: ReadonlySet<string> = new Set([
  ...["msisdn", "to", "messageId", "api-key", "message-timestamp", "account-ref"],
  ...["status", "err-code", "network-code", "price", "scts", "client-ref"],
  ...["text", "type", "keyword", "data", "udh", "concat", "concat-ref", "concat-total", "concat-part"],
  ...["timestamp", "nonce", "sig"],
]);

/** Tells Vonage's parameters from those that the operator put into the webhook's URL. */
export const isWebhookParameter = (name: string): boolean => NAMES.has(name);
