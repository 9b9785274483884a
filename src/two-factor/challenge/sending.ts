// The states of a message from sending to a known id. The sender's result and the carriers' receipts may arrive in any
// order.

import type { DeliveryReceipt } from "../../webhooks/delivery-receipt.ts";
import { mergeReceipts } from "../../webhooks/merge-receipts.ts";
import type { Channel } from "../../wire/report.ts";
import type { Challenge, ChallengeMessage } from "./challenge.ts";
import type { HashedCode } from "./code.ts";
import {
  type ChallengeRules,
  type ChallengeStep,
  DONE,
  refuse,
  replace,
  step,
  toReport,
  unchanged,
} from "./step.ts";

/** A message that is `sending` for longer was cut off: its sender can no longer report a result. */
const SENDING_AT_MOST_MS = 60_000;

/** A message about to be sent. */
export function createMessage(
  number: number,
  channel: Channel,
  { kid, hash }: HashedCode,
  now: number,
): ChallengeMessage {
  return {
    number,
    channel,
    kid,
    hash,
    state: "sending",
    sentAt: now,
    messageIds: [],
    provenAt: null,
    receipts: [],
  };
}

/** When the first message that is being sent counts as cut off; `undefined`: none is being sent. */
export function settleAt({ messages }: Challenge): number | undefined {
  const sending = messages.filter(({ state }) => state === "sending");
  return sending.length === 0
    ? undefined
    : Math.min(...sending.map(({ sentAt }) => sentAt + SENDING_AT_MOST_MS));
}

export function sent(
  challenge: Challenge,
  number: number,
  messageIds: readonly string[],
  now: number,
  rules: ChallengeRules,
): ChallengeStep {
  const message = challenge.messages.find((one) => one.number === number);
  if (message === undefined || message.messageIds.length > 0) return unchanged(challenge, DONE);
  const known: ChallengeMessage = {
    ...message,
    messageIds,
    state: message.state === "superseded" ? "superseded" : "sent",
  };
  const after = replace(challenge, known);
  if (known.provenAt !== null) return step(after, DONE, toReport(known, true, known.provenAt));
  if (challenge.state === "cancelled" || known.state === "superseded" || challenge.state === "superseded") {
    return step(after, DONE, toReport(known, false, now));
  }
  // The user verified with another message; whether this one arrived is unknown.
  if (challenge.state === "verified") return step(after, DONE);
  const expiresAt = message.state === "sending" ? now + rules.lifetime : challenge.expiresAt;
  const earlier = after.messages.filter(
    (one) => one.number < number && one.state !== "superseded" && one.provenAt === null,
  );
  const [messageId = ""] = messageIds;
  const superseded = {
    ...after,
    expiresAt,
    messages: after.messages.map((one) =>
      one.number < number ? { ...one, state: "superseded" as const } : one,
    ),
  };
  return step(superseded, DONE, [
    { type: "track", channel: known.channel, messageId, expiresAt },
    ...earlier.flatMap((one) => toReport(one, false, now)),
  ]);
}

/** A message that may not exist supersedes nothing: both codes are valid. */
export function uncertain(
  challenge: Challenge,
  number: number,
  now: number,
  rules: ChallengeRules,
): ChallengeStep {
  const message = challenge.messages.find((one) => one.number === number);
  const isSending = message?.state === "sending";
  if (!isSending && message?.state !== "superseded") return unchanged(challenge, DONE);
  const expiresAt = isSending && challenge.state === "pending" ? now + rules.lifetime : challenge.expiresAt;
  const after = isSending
    ? { ...replace(challenge, { ...message, state: "uncertain" }), expiresAt }
    : challenge;
  // The receipt came before Vonage's answer. It proves that the message went out, under that id.
  const [receipt] = message.receipts;
  return receipt === undefined ? step(after, DONE) : sent(after, number, [receipt.messageId], now, rules);
}

export function failed(challenge: Challenge, number: number): ChallengeStep {
  const messages = challenge.messages.filter((one) => one.number !== number || one.state !== "sending");
  if (messages.length === challenge.messages.length) return unchanged(challenge, DONE);
  return step(messages.length === 0 ? undefined : { ...challenge, messages }, DONE);
}

export function receive(
  challenge: Challenge,
  receipt: DeliveryReceipt,
  now: number,
  rules: ChallengeRules,
): ChallengeStep {
  const message =
    challenge.messages.find(({ messageIds }) => messageIds.includes(receipt.messageId)) ??
    findWithoutId(challenge, receipt);
  if (message === undefined) return unchanged(challenge, refuse("wrong"));
  const receipts = mergeReceipts(message.receipts, receipt);
  const after = replace(challenge, { ...message, receipts });
  // The sender's result may still come. It knows all parts, and which one is the first.
  if (message.state === "sending" && now < message.sentAt + SENDING_AT_MOST_MS) return step(after, DONE);
  // A receipt never extends the life of a code, and never replaces a known id.
  const state = message.state === "sending" ? "uncertain" : message.state;
  const cutOff = replace(after, { ...message, receipts, state });
  return sent(cutOff, message.number, [receipt.messageId], now, rules);
}

/** Settles a message that was cut off while it was sent: a receipt, if there is one, has its id. */
export function settle(challenge: Challenge, now: number, rules: ChallengeRules): ChallengeStep {
  const message = challenge.messages.find(
    ({ state, sentAt }) => state === "sending" && now >= sentAt + SENDING_AT_MOST_MS,
  );
  if (message === undefined) return unchanged(challenge, DONE);
  const after = replace(challenge, { ...message, state: "uncertain" });
  const [receipt] = message.receipts;
  return receipt === undefined
    ? step(after, DONE)
    : sent(after, message.number, [receipt.messageId], now, rules);
}

/** The only text without an id, if the receipt's reference names this challenge. */
function findWithoutId({ messages, clientRef }: Challenge, receipt: DeliveryReceipt) {
  const candidates = messages.filter(
    ({ channel, messageIds }) => channel === "sms" && messageIds.length === 0,
  );
  return receipt.clientRef === clientRef && candidates.length === 1 ? candidates[0] : undefined;
}
