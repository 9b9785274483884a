import { describe, expect, it } from "vitest";
import {
  type Challenge,
  type ChallengeMessage,
  guessesLeft,
  toDetails,
  toStatus,
} from "../../../src/two-factor/challenge/challenge.ts";
import { CHALLENGE, MESSAGE, STARTED_AT as NOW } from "../../support/two-factor/stored-challenge.ts";

const STATUS = {
  id: "0.AAAAAAAAAAAAAAAAAAAAAA",
  to: "+447400123456",
  channel: "sms",
  expiresAt: "2026-06-01T12:05:00.000Z",
  attemptsLeft: 3,
};

describe("the status of a challenge", () => {
  it("has state and times after a start", () => {
    expect(toStatus(CHALLENGE)).toEqual(STATUS);
  });

  it("has one number for every spelling of it", () => {
    for (const to of ["541143211234", "5491143211234"]) {
      expect(toStatus({ ...CHALLENGE, to }).to).toBe("+5491143211234");
    }
  });

  it("has the channel of its newest message", () => {
    const call: ChallengeMessage = { ...MESSAGE, number: 2, channel: "voice" };
    expect(toStatus({ ...CHALLENGE, messages: [MESSAGE, call] }).channel).toBe("voice");
    expect(toStatus({ ...CHALLENGE, messages: [call, MESSAGE] }).channel).toBe("sms");
    expect(toStatus({ ...CHALLENGE, messages: [MESSAGE, MESSAGE, call] }).channel).toBe("voice");
  });

  it("has the channel sms if its only message was not sent", () => {
    expect(toStatus({ ...CHALLENGE, messages: [] })).toEqual(STATUS);
  });

  it("never has fewer than no guesses left, even under a stricter rule", () => {
    expect(guessesLeft({ ...CHALLENGE, attempts: 5 })).toBe(0);
    expect(guessesLeft({ ...CHALLENGE, attempts: 7 })).toBe(0);
  });

  it("contains no code and no account, and the number once", () => {
    const receipt = { number: "447400123456", apiKey: "abcd1234", messageId: "0A0000000123ABCD1" } as const;
    const challenge: Challenge = {
      ...CHALLENGE,
      messages: [
        {
          ...MESSAGE,
          provenAt: NOW + 9000,
          receipts: [
            { ...receipt, status: "delivered", errorCode: 0, occurredAt: NOW + 5000 },
            { ...receipt, messageId: "0A0000000123ABCD2", status: "buffered" },
          ],
        },
        { ...MESSAGE, number: 2, channel: "voice", state: "uncertain", sentAt: NOW + 60_000, messageIds: [] },
      ],
    };
    const details = toDetails(challenge, NOW);
    expect(details).toEqual({
      ...STATUS,
      channel: "voice",
      state: "pending",
      clientRef: "order-7",
      createdAt: "2026-06-01T12:00:00.000Z",
      messages: [
        {
          messageId: "0A0000000123ABCD1",
          channel: "sms",
          state: "sent",
          sentAt: "2026-06-01T12:00:01.000Z",
          provenAt: "2026-06-01T12:00:09.000Z",
          receipts: [
            {
              messageId: "0A0000000123ABCD1",
              status: "delivered",
              errorCode: 0,
              occurredAt: "2026-06-01T12:00:05.000Z",
            },
            { messageId: "0A0000000123ABCD2", status: "buffered" },
          ],
        },
        { channel: "voice", state: "uncertain", sentAt: "2026-06-01T12:01:00.000Z", receipts: [] },
      ],
    });
    expect(JSON.stringify(details).split("447400123456")).toHaveLength(2);
    // As JSON, because the wire drops undefined members too.
    expect(Object.keys(details.messages[1] ?? {})).toEqual(["channel", "state", "sentAt", "receipts"]);
  });

  it.each<[string, Partial<Challenge>, number]>([
    ["pending", {}, NOW],
    ["pending", {}, NOW + 300_000 - 1],
    ["expired", {}, NOW + 300_000],
    ["expired", { attempts: 5 }, NOW + 300_000],
    ["locked", { attempts: 5 }, NOW],
    ["pending", { attempts: 4 }, NOW],
    ["verified", { state: "verified", attempts: 5 }, NOW + 300_000],
    ["cancelled", { state: "cancelled" }, NOW + 300_000],
  ])("has the state %s: %j at %i", (state, changes, now) => {
    expect(toDetails({ ...CHALLENGE, ...changes }, now).state).toBe(state);
  });
});
