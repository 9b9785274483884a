import * as v from "valibot";
import { field, objectOf, oneOf } from "../shared/validation.ts";
import { SIGNATURE_METHODS, type SignatureMethod } from "../wire/signature-method.ts";

/** A GET with a query, or a POST with a form or JSON. */
export type WebhookTransport = "query" | "form" | "json";

/** An account's settings for webhooks: their targets and signature. */
export interface SandboxWebhooks {
  /**
   * The http or https URL for delivery receipts. Without it, a receipt is sent only for a message that names its own
   * `callback`.
   *
   * @example "http://localhost:8787/webhooks/delivery-receipt"
   */
  readonly deliveryReceipt?: string;
  /**
   * The http or https URL for users' replies. Without it, replies are not sent.
   *
   * @example "http://localhost:8787/webhooks/inbound-sms"
   */
  readonly inboundSms?: string;
  /**
   * The http or https URL for the events of calls. Without it, events are sent only for a call with its own
   * `event_url`. They are JSON, and always signed, by a JWT.
   *
   * @example "http://localhost:8787/webhooks/voice-event"
   */
  readonly voiceEvent?: string;
  /**
   * A GET with a query, or a POST with a form or JSON; of the SMS API's webhooks.
   *
   * @default "form"
   */
  readonly transport?: WebhookTransport;
  /**
   * Signs the SMS API's webhooks with the account's signature secret, as Vonage does once its support has enabled that.
   *
   * @default not signed
   */
  readonly sign?: SignatureMethod;
}

/** Recognises a URL that Vonage accepts for webhooks. */
export function isWebhookUrl(value: unknown): value is string {
  return (
    typeof value === "string" && value.length <= 2000 && /^https?:\/\//.test(value) && URL.canParse(value)
  );
}

const url = v.optional(field<string>("an http or https URL", isWebhookUrl));

/** The rules of {@link SandboxWebhooks}. */
export const webhooksSchema = objectOf({
  deliveryReceipt: url,
  inboundSms: url,
  voiceEvent: url,
  transport: v.optional(oneOf<WebhookTransport>(["query", "form", "json"]), "form"),
  sign: v.optional(oneOf(SIGNATURE_METHODS)),
});
