import * as v from "valibot";
import { objectOf, required, text } from "../shared/validation.ts";
import type { Parameters } from "../wire/parameters.ts";
import { messageIdSchema } from "../wire/report.ts";
import { WebhookError, type WebhookFault } from "./errors.ts";
import { parseMessageTimestamp } from "./instant.ts";
import { msisdnSchema, optionalCount, optionalLine, optionalText, present, readEntries } from "./schema.ts";

/** A text message that a user sent to one of your numbers. */
export interface InboundSms {
  /** Vonage's id of this message, not of one you sent. */
  readonly messageId: string;
  /** The user: E.164 digits. */
  readonly number: string;
  /** Your number: E.164 digits, or a short code. */
  readonly recipient: string;
  /** What the user wrote; empty for a binary message. */
  readonly text: string;
  /** The first word, upper case. */
  readonly keyword?: string;
  /** `text`, `unicode` or `binary`. */
  readonly type?: string;
  readonly apiKey?: string;
  /** When Vonage passed it on (`message-timestamp`); epoch milliseconds. */
  readonly occurredAt?: number;
  /** Which piece of a long text this is; absent for a short one. */
  readonly part?: InboundSmsPart;
}

/** One piece of a long text: pieces with the same number, recipient and reference belong together. */
export interface InboundSmsPart {
  readonly reference: string;
  readonly total: number;
  /** From 1. */
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

// A text is what tells this from a delivery receipt; a binary message has none.
const textSchema = objectOf({ ...shared, text: required(anyText) });
const binarySchema = objectOf({ ...shared, text: v.optional(anyText, "") });

/**
 * Reads a text message that came in. Parameters that are not known, or not needed and odd, are no reason to refuse
 * it; `messageId`, `msisdn`, `to` and `text` must be there and right.
 *
 * @param parameters From {@link readWebhook}; verify them first where the account signs.
 * @throws {WebhookError} `invalid`.
 */
export function parseInboundSms(parameters: Parameters): InboundSms {
  const { message, fault } = decodeInboundSms(parameters);
  if (fault !== undefined) throw new WebhookError(fault);
  return message;
}

/** As {@link parseInboundSms}, for those who would rather not catch. */
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
