// Reads replies of the SMS and short code APIs: HTTP 200 even for errors, with a status for each part of a long text.

import * as v from "valibot";
import { messageIdSchema } from "../../wire/report.ts";
import { interpretSmsStatus, type SendOutcome, UNREADABLE_SUCCESS } from "./send-outcome.ts";

const status = v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.regex(/^\d{1,4}$/));

const replySchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    messages: v.array(
      v.object({
        status,
        "message-id": v.fallback(v.nullable(messageIdSchema), null),
        "error-text": v.fallback(v.optional(v.string()), undefined),
        network: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^\d{4,6}$/))), undefined),
        "message-price": v.fallback(
          v.optional(v.pipe(v.string(), v.regex(/^\d{1,4}(\.\d{1,10})?$/))),
          undefined,
        ),
      }),
    ),
  }),
);

/**
 * The outcome in a reply. A message counts as sent if one of its parts was accepted, since a repetition would send that
 * part twice. An unreadable reply is `uncertain`.
 */
export function readSmsReply(body: string): SendOutcome {
  const { success, output } = v.safeParse(replySchema, body);
  const parts = success ? output.messages : [];
  const [first] = parts;
  if (first === undefined) return UNREADABLE_SUCCESS;
  const taken = parts.filter((part) => Number(part.status) === 0);
  if (taken.length === 0) return interpretSmsStatus(Number(first.status), first["error-text"]);
  const [id, ...more] = taken.map((part) => part["message-id"]).filter((one) => one !== null);
  if (id === undefined) return UNREADABLE_SUCCESS;
  const [{ network } = {}] = taken;
  const prices = taken.map((part) => part["message-price"]).filter((price) => price !== undefined);
  return {
    messageIds: [id, ...more],
    ...(network !== undefined && { network }),
    ...(prices.length > 0 && { price: sumPrices(prices) }),
  };
}

/** Whole numbers add up exactly. */
const sumPrices = (prices: readonly string[]): number =>
  prices.reduce((sum, price) => sum + Math.round(Number(price) * 1e8), 0) / 1e8;
