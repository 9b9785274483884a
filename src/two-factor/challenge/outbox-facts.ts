// Insight's facts about a challenge's message. They go to the ledger with each outbox message.

import { type Facts, type FalseCause, toPrice } from "../../insight/facts.ts";
import { toReceiptClass } from "../../insight/receipt-class.ts";
import { UNKNOWN_COUNTRY, UNKNOWN_NETWORK } from "../../insight/segment.ts";
import type { Challenge, ChallengeMessage } from "./challenge.ts";
import type { ChallengeEvent, OutboxMessage } from "./step.ts";

/** Adds the facts to an outbox message that an event has caused. */
export function withOutboxFacts(
  outboxMessage: OutboxMessage,
  challenge: Challenge,
  event: ChallengeEvent,
): OutboxMessage {
  const { channel, messageId } = outboxMessage;
  const message = challenge.messages.find(
    (one) => one.channel === channel && one.messageIds.includes(messageId),
  );
  if (message === undefined) return outboxMessage;
  const isFalse = outboxMessage.type === "report" && !outboxMessage.delivered;
  const cause = isFalse && { cause: findCause(challenge, message, event) };
  return { ...outboxMessage, facts: { ...toFacts(challenge, message), ...cause } };
}

function findCause({ state }: Challenge, message: ChallengeMessage, { type }: ChallengeEvent): FalseCause {
  const isCancelled = type === "cancel" || (state === "cancelled" && message.state !== "superseded");
  return isCancelled ? "cancelled" : "superseded";
}

function toFacts({ country, messages, numberHashes }: Challenge, message: ChallengeMessage): Facts {
  const { number, network = UNKNOWN_NETWORK, sentAt, price } = message;
  const earlier = messages.filter((one) => one.number < number);
  const first = earlier.find(({ messageIds }) => messageIds.length > 0);
  const receipt = message.receipts.find(({ messageId }) => messageId === message.messageIds[0]);
  const known = { network: receipt?.networkCode ?? network, price: price ?? toPrice(receipt?.price) };
  return {
    country: country ?? UNKNOWN_COUNTRY,
    network: network === UNKNOWN_NETWORK ? known.network : network,
    sentAt,
    ...(known.price !== undefined && { price: known.price }),
    ...(receipt && { receipt: toReceiptClass(receipt.status) }),
    ...(earlier.length === 0 && { first: true }),
    ...(first && {
      rescueOf: {
        channel: first.channel,
        network: first.network ?? UNKNOWN_NETWORK,
        sentAt: first.sentAt,
      },
    }),
    ...numberHashes,
  };
}
