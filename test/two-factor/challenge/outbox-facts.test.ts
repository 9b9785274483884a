import { describe, expect, it } from "vitest";
import type { Challenge, ChallengeMessage } from "../../../src/two-factor/challenge/challenge.ts";
import { stepChallenge } from "../../../src/two-factor/challenge/machine.ts";
import { withOutboxFacts } from "../../../src/two-factor/challenge/outbox-facts.ts";
import type { ChallengeEvent, OutboxMessage } from "../../../src/two-factor/challenge/step.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";

const NOW = 1_780_315_200_000;

const message = (number: number, more: Partial<ChallengeMessage> = {}): ChallengeMessage => ({
  ...{ number, channel: "sms", kid: "c1", hash: "h", state: "sent", sentAt: NOW + number * 1000 },
  ...{ messageIds: [`M${number}`], provenAt: null, receipts: [], ...more },
});

const challenge = (messages: readonly ChallengeMessage[], more: Partial<Challenge> = {}): Challenge => ({
  ...{ id: "0.x", to: "447400123456", country: "GB", brand: "Acme", locale: "en", clientRef: "ref" },
  ...{ state: "pending", byReply: false, createdAt: NOW, expiresAt: NOW + 300_000, codeLength: 6 },
  ...{ attempts: 0, maxAttempts: 5, messages, begun: messages.length, ...more },
});

const TRACK: OutboxMessage = { type: "track", channel: "sms", messageId: "M1", expiresAt: NOW + 300_000 };
const report = (delivered: boolean, messageId = "M1"): OutboxMessage => ({
  ...{ type: "report", channel: "sms", messageId, delivered, occurredAt: NOW },
});
const SENT: ChallengeEvent = { type: "sent", number: 1, messageIds: ["M1"] };
const RECEIPT: DeliveryReceipt = {
  ...{ messageId: "M1", number: "447400123456", status: "delivered", networkCode: "23415", price: "0.05" },
};

const factsOf = (outboxMessage: OutboxMessage, of: Challenge, event: ChallengeEvent = SENT) =>
  withOutboxFacts(outboxMessage, of, event).facts;

describe("the facts of a challenge's message", () => {
  it("are its country, network, price, time of sending and hashes; it is the first", () => {
    const numberHashes = { block: "b", person: "p" };
    const of = challenge([message(1, { network: "23410", price: 3_330_000 })], { numberHashes });
    expect(factsOf(TRACK, of)).toEqual({
      ...{ country: "GB", network: "23410", sentAt: NOW + 1000, price: 3_330_000, first: true },
      ...numberHashes,
    });
  });

  it("are unknown where nothing is known", () => {
    const of = challenge([message(1)], { country: null });
    expect(factsOf(TRACK, of)).toEqual({ country: "ZZ", network: "", sentAt: NOW + 1000, first: true });
  });

  it("come from a receipt that was here before, but what the reply told stays", () => {
    const receipts = [RECEIPT];
    expect(factsOf(TRACK, challenge([message(1, { receipts })]))).toMatchObject({
      ...{ receipt: "delivered", network: "23415", price: 5_000_000 },
    });
    const told = message(1, { receipts, network: "23410", price: 1 });
    expect(factsOf(TRACK, challenge([told]))).toMatchObject({ network: "23410", price: 1 });
    const ofOtherPart = [{ ...RECEIPT, messageId: "M1b" }];
    expect(factsOf(TRACK, challenge([message(1, { receipts: ofOtherPart })]))).not.toHaveProperty("receipt");
  });

  it("name the first message where this one comes to its rescue, as far as it is known", () => {
    const later: OutboxMessage = { ...TRACK, messageId: "M2" };
    const known = challenge([message(1, { channel: "voice" }), message(2)]);
    expect(factsOf(later, known)).toMatchObject({
      rescueOf: { channel: "voice", network: "", sentAt: NOW + 1000 },
    });
    expect(factsOf(later, known)).not.toHaveProperty("first");
    const unknown = challenge([message(1, { messageIds: [], network: "23410" }), message(2)]);
    expect(factsOf(later, unknown)).not.toHaveProperty("rescueOf");
    expect(factsOf(later, unknown)).not.toHaveProperty("first");
    const told = challenge([message(1, { network: "23410" }), message(2)]);
    expect(factsOf(later, told)?.rescueOf?.network).toBe("23410");
  });

  it.each<[string, ChallengeEvent, Partial<Challenge>, Partial<ChallengeMessage>, string | undefined]>([
    ["it was cancelled", { type: "cancel" }, { state: "cancelled" }, {}, "cancelled"],
    ["it went out after that", SENT, { state: "cancelled" }, {}, "cancelled"],
    ["a later message went out", SENT, {}, { state: "superseded" }, "superseded"],
    ["a newer challenge replaced it", { type: "supersede" }, { state: "superseded" }, {}, "superseded"],
  ])("have the cause of a false: %s", (_, event, more, of, cause) => {
    expect(factsOf(report(false), challenge([message(1, of)], more), event)?.cause).toBe(cause);
  });

  it("have no cause for a true, and there are none for a message that is gone", () => {
    expect(factsOf(report(true), challenge([message(1)]))).not.toHaveProperty("cause");
    expect(withOutboxFacts(report(true, "M9"), challenge([message(1)]), SENT)).toEqual(report(true, "M9"));
  });
});

describe("the answer of Vonage to a message", () => {
  const rules = { lifetime: 300_000, cooldown: 30_000, maxMessages: 3 };
  const sending = challenge([message(1, { state: "sending", messageIds: [] })]);
  const sent = (event: Partial<Extract<ChallengeEvent, { type: "sent" }>>) =>
    stepChallenge(sending, { type: "sent", number: 1, messageIds: ["M1"], ...event }, NOW, rules).challenge
      ?.messages;

  it("leaves network and price with it", () => {
    expect(sent({ network: "23410", price: 5 })).toMatchObject([{ network: "23410", price: 5 }]);
    expect(sent({ price: 5 })).toMatchObject([{ price: 5 }]);
    expect(sent({ network: "23410" })?.[0]).not.toHaveProperty("price");
    expect(sent({})?.[0]).not.toHaveProperty("network");
    expect(sent({ number: 7, price: 5 })).toEqual(sending.messages);
  });
});
