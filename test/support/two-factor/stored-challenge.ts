import type { Challenge, ChallengeMessage } from "../../../src/two-factor/challenge/challenge.ts";

/** When the challenge was started. */
export const STARTED_AT = Date.UTC(2026, 5, 1, 12);

/** A text in two parts that Vonage accepted. */
export const MESSAGE: ChallengeMessage = {
  number: 1,
  channel: "sms",
  state: "sent",
  sentAt: STARTED_AT + 1000,
  messageIds: ["0A0000000123ABCD1", "0A0000000123ABCD2"],
  provenAt: null,
  receipts: [],
  kid: "c1",
  hash: "hash",
};

/** A pending challenge with that message, and two guesses used. */
export const CHALLENGE: Challenge = {
  id: "0.AAAAAAAAAAAAAAAAAAAAAA",
  to: "447400123456",
  country: "GB",
  brand: "Shop",
  locale: "en",
  clientRef: "order-7",
  state: "pending",
  byReply: false,
  createdAt: STARTED_AT,
  expiresAt: STARTED_AT + 300_000,
  codeLength: 6,
  attempts: 2,
  maxAttempts: 5,
  messages: [MESSAGE],
  begun: 1,
};
