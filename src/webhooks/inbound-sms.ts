import * as v from "valibot";
import { objectOf, required, text } from "../shared/validation.ts";
import type { Parameters } from "../wire/parameters.ts";
import { messageIdSchema } from "../wire/report.ts";
import { WebhookError, type WebhookFault } from "./errors.ts";
import { parseMessageTimestamp } from "./instant.ts";
import { msisdnSchema, optionalCount, optionalLine, optionalText, present, readEntries } from "./schema.ts";

/** A text message from a user to one of your numbers. */
export interface InboundSms {
  /** Vonage's id of this inbound message, not of a message you sent. */
  readonly messageId: string;
  /** The user's number: E.164 digits. */
  readonly number: string;
  /** Your number: E.164 digits, or a short code. */
  readonly recipient: string;
  /** The user's text; empty for a binary message. */
  readonly text: string;
  /** The first word of the text, in upper case. */
  readonly keyword?: string;
  /** The encoding: `text`, `unicode` or `binary`. */
  readonly type?: string;
  /** The API key of the account that owns the number. */
  readonly apiKey?: string;
  /** When Vonage forwarded the message (`message-timestamp`), in epoch milliseconds. */
  readonly occurredAt?: number;
  /** The position of this part in a long text; absent for a short text. */
  readonly part?: InboundSmsPart;
}

/** The position of one part in a long text. Parts with the same number, recipient and reference belong together. */
export interface InboundSmsPart {
  /** The same for all parts of one text. */
  readonly reference: string;
  /** The number of parts of the text. */
  readonly total: number;
  /** The position of this part, from 1. */
  readonly number: number;
}

const anyText = text("a text", /^/);

const shared = {
  messageId: messageIdSchema,
  msisdn: msisdnSchema,
  to: required(text("your number: 1 to 50 characters", /^\P{Cc}{1,50}$/u)),
  keyword: optionalLine,
  type: optionalText(/^[a-z]{1,20}$/),
  "api-key": optionalLine,
  "message-timestamp": optionalLine,
  concat: optionalLine,
  "concat-ref": optionalLine,
  "concat-total": optionalCount,
  "concat-part": optionalCount,
};

// The text tells an inbound message from a delivery receipt; a binary message has no text.
const textSchema = objectOf({ ...shared, text: required(anyText) });
const binarySchema = objectOf({ ...shared, text: v.optional(anyText, "") });

/**
 * Parses an inbound text message. `messageId`, `msisdn`, `to` and `text` are required. Unknown parameters and malformed
 * optional ones are ignored.
 *
 * @param parameters From {@link readWebhook}. If the account signs webhooks, verify them first.
 * @throws {WebhookError} `invalid`, naming every wrong parameter.
 *
 * @example
 * const { number, text } = parseInboundSms(await readWebhook(request));
 */
export function parseInboundSms(parameters: Parameters): InboundSms {
  const { message, fault } = decodeInboundSms(parameters);
  if (fault !== undefined) throw new WebhookError(fault);
  return message;
}

/** As {@link parseInboundSms}, but returns the fault instead of throwing it. */
export function decodeInboundSms(
  parameters: Parameters,
):
  | { readonly message: InboundSms; readonly fault?: never }
  | { readonly message?: never; readonly fault: WebhookFault } {
  const { output, fault } =
    parameters.get("type") === "binary"
      ? readEntries(binarySchema, parameters)
      : readEntries(textSchema, parameters);
  if (fault !== undefined) return { fault };
  const { messageId, msisdn: number, to: recipient, text } = output;
  const optional = present({
    keyword: output.keyword,
    type: output.type,
    apiKey: output["api-key"],
    occurredAt: parseMessageTimestamp(output["message-timestamp"] ?? ""),
    part: toPart(output.concat, output["concat-ref"], output["concat-total"], output["concat-part"]),
  });
  return { message: { messageId, number, recipient, text, ...optional } };
}

function toPart(
  concat: string | undefined,
  reference: string | undefined,
  total = 0,
  number = 0,
): InboundSmsPart | undefined {
  const whole = concat?.toLowerCase() === "true" && reference !== undefined;
  return whole && number >= 1 && number <= total ? { reference, total, number } : undefined;
}
