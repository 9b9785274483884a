import { describe, expect, it } from "vitest";
import type { Challenge, ChallengeMessage } from "../../../src/two-factor/challenge/challenge.ts";
import { matchReceipt, matchReply } from "../../../src/two-factor/challenge/match-webhook.ts";
import type { ChallengeRules } from "../../../src/two-factor/challenge/step.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import { CHALLENGE, MESSAGE, STARTED_AT } from "../../support/two-factor/stored-challenge.ts";

const RULES: ChallengeRules = { lifetime: 300_000, cooldown: 30_000, maxMessages: 4 };

describe("a receipt", () => {
  const RECEIPT: DeliveryReceipt = {
    messageId: "0A0000000123ABCD2",
    number: CHALLENGE.to,
    status: "delivered",
    clientRef: "order-7",
  };
  const UNCERTAIN: ChallengeMessage = { ...MESSAGE, state: "uncertain", messageIds: [] };
  const sent: Challenge = { ...CHALLENGE, id: "sent" };
  const uncertain: Challenge = { ...CHALLENGE, id: "uncertain", messages: [UNCERTAIN] };
  const match = (challenges: readonly Challenge[], receipt: Partial<DeliveryReceipt> = {}) =>
    matchReceipt(challenges, { ...RECEIPT, ...receipt }, STARTED_AT + 2000, RULES)?.id;

  it("belongs to the challenge with its message id, of any part", () => {
    expect(match([sent])).toBe("sent");
    expect(match([sent], { messageId: "0A0000000123ABCD1" })).toBe("sent");
  });

  it("belongs to the challenge with its message id even if another has its reference", () => {
    expect(match([uncertain, sent])).toBe("sent");
    expect(match([sent, uncertain])).toBe("sent");
  });

  it("of an unknown message belongs to the only challenge with its reference that lacks an id", () => {
    const unknown = { messageId: "0C0000000123ABCD1" };
    expect(match([sent, uncertain], unknown)).toBe("uncertain");
    expect(match([sent, uncertain], { ...unknown, clientRef: "order-8" })).toBeUndefined();
    expect(match([sent], unknown)).toBeUndefined();
    expect(match([], unknown)).toBeUndefined();
  });

  it("belongs to no challenge if several share its reference", () => {
    const unknown = { messageId: "0C0000000123ABCD1" };
    expect(match([uncertain, { ...uncertain, id: "other" }], unknown)).toBeUndefined();
  });
});

describe("a reply", () => {
  const hashed = (hash: string) => [{ kid: "c1", hash }];
  const stored = new Map<string, Challenge>([
    ["a", { ...CHALLENGE, id: "a", messages: [{ ...MESSAGE, hash: "code of a" }] }],
    ["b", { ...CHALLENGE, id: "b", messages: [{ ...MESSAGE, hash: "code of b" }] }],
    ["locked", { ...CHALLENGE, attempts: 5, messages: [{ ...MESSAGE, hash: "code of locked" }] }],
  ]);
  const match = (guesses: Readonly<Record<string, string | undefined>>) =>
    matchReply(
      Object.entries(guesses).map(([id, hash]) => ({ id, hashes: hash === undefined ? [] : hashed(hash) })),
      (id) => stored.get(id),
    ).map(({ id }) => id);

  it("with the right code of one challenge is no guess at the others", () => {
    expect(match({ a: "code of b", b: "code of b" })).toEqual(["b"]);
  });

  it("with the same right code of several challenges counts for each of them", () => {
    stored.set("c", { ...CHALLENGE, id: "c", messages: [{ ...MESSAGE, hash: "code of b" }] });
    expect(match({ a: "code of b", b: "code of b", c: "code of b" })).toEqual(["b", "c"]);
  });

  it("with no right code is a guess at every challenge whose code has its length", () => {
    expect(match({ a: "wrong", b: "wrong", c: undefined })).toEqual(["a", "b"]);
  });

  it("with the code of a locked challenge is a guess at every challenge", () => {
    expect(match({ a: "code of locked", locked: "code of locked" })).toEqual(["a", "locked"]);
  });

  it("with the code of a challenge that was deleted meanwhile is a guess at every challenge", () => {
    expect(match({ a: "code of gone", gone: "code of gone" })).toEqual(["a", "gone"]);
  });

  it("without a code is no guess", () => {
    expect(match({ a: undefined, b: undefined })).toEqual([]);
  });
});
