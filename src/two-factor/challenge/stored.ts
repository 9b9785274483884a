// Reads stored challenges and outbox messages. Members that a later version added are kept.

import * as v from "valibot";
import { parseJson } from "../../shared/parse-json.ts";
import { CHANNELS } from "../../wire/report.ts";
import type { Challenge } from "./challenge.ts";
import type { OutboxMessage } from "./step.ts";

/** A Date holds ±8.64e15 ms. */
const instant = v.pipe(v.number(), v.integer(), v.minValue(-8.64e15), v.maxValue(8.64e15));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const channel = v.picklist(CHANNELS);
const messageId = v.pipe(v.string(), v.minLength(1));

const receiptSchema = v.looseObject({
  messageId,
  number: v.string(),
  status: v.string(),
  occurredAt: v.optional(instant),
});

const messageSchema = v.looseObject({
  number: count,
  channel,
  state: v.picklist(["sending", "sent", "uncertain", "superseded"]),
  kid: v.string(),
  hash: v.string(),
  sentAt: instant,
  messageIds: v.array(messageId),
  provenAt: v.nullable(instant),
  receipts: v.array(receiptSchema),
});

const challengeSchema = v.looseObject({
  id: v.string(),
  to: v.string(),
  country: v.nullable(v.string()),
  brand: v.string(),
  locale: v.string(),
  clientRef: v.string(),
  state: v.picklist(["pending", "verified", "cancelled", "superseded"]),
  byReply: v.boolean(),
  createdAt: instant,
  expiresAt: instant,
  codeLength: count,
  attempts: count,
  maxAttempts: count,
  messages: v.pipe(v.array(messageSchema), v.minLength(1)),
  begun: count,
});

const outboxMessageSchema = v.variant("type", [
  v.looseObject({ type: v.literal("track"), channel, messageId, expiresAt: instant }),
  v.looseObject({
    type: v.literal("report"),
    channel,
    messageId,
    delivered: v.boolean(),
    occurredAt: instant,
  }),
]);

/**
 * Reads a stored challenge.
 *
 * @param id The key that it is stored under.
 * @returns `undefined` for text that no version can have written: it belongs into quarantine.
 */
export function parseChallenge(text: string, id: string): Challenge | undefined {
  const stored = parseJson(text);
  // With another id it would be written back under another key.
  return v.is(challengeSchema, stored) && stored.id === id ? (stored as unknown as Challenge) : undefined;
}

/** Reads a stored outbox message; `undefined` if it is unreadable. */
export function parseOutboxMessage(text: string): OutboxMessage | undefined {
  const stored = parseJson(text);
  return v.is(outboxMessageSchema, stored) ? (stored as OutboxMessage) : undefined;
}
