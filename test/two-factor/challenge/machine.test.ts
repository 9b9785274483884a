import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LedgerEvent, LedgerRules } from "../../../src/ledger/events.ts";
import { step } from "../../../src/ledger/machine.ts";
import type { Row } from "../../../src/ledger/row.ts";
import type { Challenge } from "../../../src/two-factor/challenge/challenge.ts";
import type { HashedCode } from "../../../src/two-factor/challenge/code.ts";
import { stepChallenge } from "../../../src/two-factor/challenge/machine.ts";
import { createMessage, settleAt } from "../../../src/two-factor/challenge/sending.ts";
import type {
  ChallengeAnswer,
  ChallengeEvent,
  ChallengeRules,
  OutboxMessage,
} from "../../../src/two-factor/challenge/step.ts";
import type { ChallengeRefusal } from "../../../src/two-factor/refusal.ts";
import type { DeliveryReceipt, ReceiptStatus } from "../../../src/webhooks/delivery-receipt.ts";
import type { Channel } from "../../../src/wire/report.ts";
import { cases, isFullRun } from "../../support/property-seed.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const NOW = Date.UTC(2026, 5, 1, 12);

const RULES: ChallengeRules = { lifetime: 5 * MINUTE, cooldown: 30 * SECOND, maxMessages: 4 };
const MAX_ATTEMPTS = 4;
const NUMBER = "447400123456";
const REFERENCE = "order-7";

const LEDGER_RULES: LedgerRules = { lostAfter: 25 * SECOND, keepRecorded: 365 * DAY, keepDead: 365 * DAY };

const DONE: ChallengeAnswer = { done: true };
const refused = (reason: ChallengeRefusal): ChallengeAnswer => ({ done: false, reason });

/** A code hashed by two secrets. The second one is being rotated out. */
const hashesOf = (code: string): HashedCode[] => ["c2", "c1"].map((kid) => hashWith(kid, code));
const hashWith = (kid: string, code: string): HashedCode => ({ kid, hash: `${kid} hash of ${code}` });

describe("the code", () => {
  it("verifies and reports true at that instant if it is right", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(20 * SECOND);
    expect(place.check("code 1")).toEqual(DONE);
    expect(place.state).toBe("verified");
    expect(place.outboxMessages).toEqual([
      track("m1", NOW + 5 * MINUTE),
      report("m1", true, NOW + 20 * SECOND),
    ]);
    expect(place.outcomes()).toEqual({ m1: true });
  });

  it("counts once", () => {
    const place = begin();
    place.sent(1, "m1");
    expect(place.check("code 1")).toEqual(DONE);
    expect(place.check("code 1")).toEqual(refused("used"));
    expect(place.check("code 2")).toEqual(refused("used"));
    expect(place.reply("code 1")).toEqual(refused("used"));
    expect(place.attempts).toBe(1);
    expect(place.outboxMessages).toHaveLength(2);
  });

  it("that never came is reported false by the ledger at its expiry", () => {
    const place = begin();
    place.pass(2 * SECOND);
    place.sent(1, "m1");
    expect(place.outboxMessages).toEqual([track("m1", NOW + 2 * SECOND + 5 * MINUTE)]);
    expect(place.outcomes()).toEqual({ m1: false });
    expect(place.sends()).toEqual([["m1", false, NOW + 2 * SECOND + 5 * MINUTE]]);
  });

  it("that is wrong reports nothing until the challenge expires", () => {
    const place = begin();
    place.sent(1, "m1");
    for (let left = MAX_ATTEMPTS; left > 0; left--) expect(place.check("guess")).toEqual(refused("wrong"));
    expect(place.outboxMessages).toEqual([track("m1", NOW + 5 * MINUTE)]);
    expect(place.outcomes()).toEqual({ m1: false });
  });

  it("is not compared after the last guess, by check or reply", () => {
    const place = begin();
    place.sent(1, "m1");
    for (let left = MAX_ATTEMPTS; left > 0; left -= 2) {
      expect(place.check("guess")).toEqual(refused("wrong"));
      expect(place.reply("guess")).toEqual(refused("wrong"));
    }
    expect(place.check("code 1")).toEqual(refused("too_many_attempts"));
    expect(place.reply("code 1")).toEqual(refused("too_many_attempts"));
    expect(place.attempts).toBe(MAX_ATTEMPTS);
    expect(place.outcomes()).toEqual({ m1: false });
  });

  it("is accepted until just before its expiry", () => {
    for (const [wait, answer] of [
      [5 * MINUTE - 1, DONE],
      [5 * MINUTE, refused("expired")],
    ] as const) {
      const place = begin();
      place.sent(1, "m1");
      place.pass(wait);
      expect(place.check("code 1")).toEqual(answer);
      expect(place.outcomes()).toEqual({ m1: true });
    }
  });

  it("that comes after the end is refused but proves delivery: the ledger's false becomes true", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(20 * MINUTE);
    expect(place.check("code 1")).toEqual(refused("expired"));
    expect(place.check("guess")).toEqual(refused("expired"));
    expect(place.state).toBe("pending");
    expect(place.sends()).toEqual([
      ["m1", false, NOW + 5 * MINUTE],
      ["m1", true, NOW + 20 * MINUTE],
    ]);
  });

  it("that comes twice after the end is reported once", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(20 * MINUTE);
    place.check("code 1");
    place.pass(MINUTE);
    place.check("code 1");
    expect(place.outboxMessages.filter(({ type }) => type === "report")).toEqual([
      report("m1", true, NOW + 20 * MINUTE),
    ]);
  });

  it("is recognised with each present secret, by the name of its own only", () => {
    const place = begin(hashWith("c1", "code 1"));
    place.sent(1, "m1");
    const swapped = [
      { kid: "c2", hash: hashWith("c1", "code 1").hash },
      { kid: "c1", hash: hashWith("c2", "code 1").hash },
    ];
    expect(place.happens({ type: "check", hashes: swapped, reply: false })).toEqual(refused("wrong"));
    expect(place.happens({ type: "check", hashes: [], reply: false })).toEqual(refused("wrong"));
    expect(place.check("code 1")).toEqual(DONE);
  });

  it("that comes before its message is stored as sent is reported once that is stored", () => {
    const place = begin();
    place.pass(3 * SECOND);
    expect(place.check("code 1")).toEqual(DONE);
    expect(place.outboxMessages).toEqual([]);
    place.pass(3 * SECOND);
    place.sent(1, "m1");
    expect(place.outboxMessages).toEqual([report("m1", true, NOW + 3 * SECOND)]);
    expect(place.outcomes()).toEqual({ m1: true });
  });
});

describe("a reply with the code", () => {
  it("verifies, and the same code may then be typed once", () => {
    const place = begin();
    place.sent(1, "m1");
    expect(place.reply("code 1")).toEqual(DONE);
    expect(place.state).toBe("verified");
    expect(place.reply("code 1")).toEqual(refused("used"));
    expect(place.check("guess")).toEqual(refused("wrong"));
    expect(place.check("code 1")).toEqual(DONE);
    expect(place.check("code 1")).toEqual(refused("used"));
    expect(place.attempts).toBe(3);
    expect(place.outboxMessages).toEqual([track("m1", NOW + 5 * MINUTE), report("m1", true, NOW)]);
  });

  it("does not verify after the code's expiry", () => {
    const place = begin();
    place.sent(1, "m1");
    expect(place.reply("code 1")).toEqual(DONE);
    place.pass(5 * MINUTE);
    expect(place.check("code 1")).toEqual(refused("expired"));
    expect(place.state).toBe("verified");
  });

  it("leaves no guesses to anyone else", () => {
    const place = begin();
    place.sent(1, "m1");
    expect(place.reply("code 1")).toEqual(DONE);
    for (let left = MAX_ATTEMPTS - 1; left > 0; left--)
      expect(place.check("guess")).toEqual(refused("wrong"));
    expect(place.check("code 1")).toEqual(refused("too_many_attempts"));
  });

  it("ends the challenge like a typed code: no further message, nothing to cancel", () => {
    const place = begin();
    place.sent(1, "m1");
    place.reply("code 1");
    place.pass(MINUTE);
    expect(place.resend("code 2")).toEqual(refused("used"));
    expect(place.cancel()).toEqual(DONE);
    expect(place.state).toBe("verified");
    expect(place.outcomes()).toEqual({ m1: true });
  });
});

describe("a further message", () => {
  it("supersedes the previous one once sent, which is reported false and whose code is refused", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(40 * SECOND);
    expect(place.resend("code 2")).toEqual(DONE);
    expect(place.outboxMessages).toHaveLength(1);
    place.pass(SECOND);
    place.sent(2, "m2");
    const at = NOW + 41 * SECOND;
    expect(place.outboxMessages.slice(1)).toEqual([track("m2", at + 5 * MINUTE), report("m1", false, at)]);
    place.pass(MINUTE);
    expect(place.check("code 1")).toEqual(refused("superseded"));
    expect(place.outboxMessages.slice(3)).toEqual([report("m1", true, at + MINUTE)]);
    expect(place.check("code 2")).toEqual(DONE);
    expect(place.outcomes()).toEqual({ m1: true, m2: true });
  });

  it("reports nothing again about messages that are already superseded", () => {
    const place = begin();
    place.sent(1, "m1");
    place.another(2);
    const before = place.outboxMessages.length;
    place.another(3);
    const at = NOW + 2 * MINUTE;
    expect(place.outboxMessages.slice(before)).toEqual([
      track("m3", at + 5 * MINUTE),
      report("m2", false, at),
    ]);
  });

  it("prolongs the challenge from its sending, and adds no guesses", () => {
    const place = begin();
    place.sent(1, "m1");
    place.check("guess");
    place.pass(4 * MINUTE);
    place.resend("code 2");
    expect(place.challenge.expiresAt).toBe(NOW + 5 * MINUTE);
    place.pass(2 * SECOND);
    place.sent(2, "m2");
    expect(place.challenge.expiresAt).toBe(NOW + 9 * MINUTE + 2 * SECOND);
    expect(place.attempts).toBe(1);
    expect(place.outcomes()).toEqual({ m1: false, m2: false });
  });

  it("sent after late proof of the previous one leaves that proof alone", () => {
    const place = begin();
    place.sent(1, "m1");
    place.lateProof();
    const before = place.outboxMessages.length;
    place.sent(2, "m2");
    expect(place.outboxMessages.slice(before)).toEqual([track("m2", NOW + 10 * MINUTE)]);
    expect(place.check("code 1")).toEqual(refused("superseded"));
    expect(place.outcomes()).toEqual({ m1: true, m2: false });
  });

  it("that was not sent changes nothing", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(40 * SECOND);
    const before = place.challenge;
    place.resend("code 2");
    place.happens({ type: "failed", number: 2 });
    expect(place.challenge).toEqual({ ...before, begun: 2 });
    expect(place.check("code 2")).toEqual(refused("wrong"));
    expect(place.check("code 1")).toEqual(DONE);
    expect(place.outcomes()).toEqual({ m1: true });
  });

  it("has its own number, so that a repeated failure does not hit the next one", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(40 * SECOND);
    place.resend("code 2");
    place.happens({ type: "failed", number: 2 });
    place.resend("code 3");
    place.happens({ type: "failed", number: 2 });
    place.sent(3, "m3");
    expect(place.check("code 3")).toEqual(DONE);
    expect(place.outcomes()).toEqual({ m1: false, m3: true });
  });

  it("with a verified code leaves superseded messages false, even if that is known later", () => {
    const place = begin();
    place.happens({ type: "uncertain", number: 1 });
    place.pass(MINUTE);
    place.another(2);
    expect(place.check("code 2")).toEqual(DONE);
    place.receipt("m1", { clientRef: REFERENCE });
    expect(place.outcomes()).toEqual({ m1: false, m2: true });
  });

  it("that may have been sent supersedes nothing: both codes are accepted until its expiry", () => {
    for (const code of ["code 1", "code 2"]) {
      const place = begin();
      place.sent(1, "m1");
      place.pass(4 * MINUTE);
      place.resend("code 2");
      place.pass(20 * SECOND);
      place.happens({ type: "uncertain", number: 2 });
      place.pass(4 * MINUTE);
      expect(place.check(code)).toEqual(DONE);
      expect(place.outcomes()).toEqual({ m1: code === "code 1" });
    }
  });

  it("sent beside a verified one is neither tracked nor reported", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(40 * SECOND);
    place.resend("code 2");
    expect(place.check("code 1")).toEqual(DONE);
    place.sent(2, "m2");
    expect(place.state).toBe("verified");
    expect(place.outcomes()).toEqual({ m1: true });
  });

  it("stored after a newer one is superseded, and reported false when its id is known", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(40 * SECOND);
    place.resend("code 2");
    place.pass(40 * SECOND);
    place.resend("code 3");
    place.sent(3, "m3");
    place.pass(SECOND);
    place.sent(2, "m2");
    expect(place.outboxMessages.slice(-1)).toEqual([report("m2", false, NOW + 81 * SECOND)]);
    expect(place.check("code 2")).toEqual(refused("superseded"));
    expect(place.check("code 3")).toEqual(DONE);
    expect(place.outcomes()).toEqual({ m1: false, m2: true, m3: true });
  });

  it("may use another channel, and is reported with it", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(40 * SECOND);
    place.resend("code 2", "voice");
    place.sent(2, "v2");
    expect(place.check("code 2")).toEqual(DONE);
    expect(place.sends()).toEqual([
      ["m1", false, NOW + 40 * SECOND],
      ["voice v2", true, NOW + 40 * SECOND],
    ]);
  });

  it.each<[string, (place: Place) => unknown, ChallengeRefusal]>([
    ["the challenge is verified", (place) => place.check("code 1"), "used"],
    ["it is cancelled", (place) => place.cancel(), "cancelled"],
    ["it has expired", (place) => place.pass(5 * MINUTE), "expired"],
    ["all guesses are used up", (place) => [1, 2, 3, 4].map(() => place.check("guess")), "too_many_attempts"],
    [
      "all messages are used up",
      (place) => [2, 3, 4].map((number) => place.another(number)),
      "too_many_messages",
    ],
  ])("is refused if %s", (_, happens, reason) => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(MINUTE);
    happens(place);
    const before = place.challenge;
    expect(place.resend("one more")).toEqual(refused(reason));
    expect(place.challenge).toBe(before);
  });

  it("has to wait for the cooldown, and gets the time to wait", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(12 * SECOND);
    expect(place.resend("code 2")).toEqual({
      done: false,
      reason: "resend_too_soon",
      retryAfter: 18 * SECOND,
    });
    place.pass(18 * SECOND - 1);
    expect(place.resend("code 2")).toEqual({ done: false, reason: "resend_too_soon", retryAfter: 1 });
    place.pass(1);
    expect(place.resend("code 2")).toEqual(DONE);
    expect(place.resend("code 3")).toMatchObject({ reason: "resend_too_soon" });
  });
});

describe("a challenge that a newer one supersedes", () => {
  it("reports false at once, and its code is then refused but proves delivery", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(20 * SECOND);
    expect(place.supersede()).toEqual(DONE);
    place.pass(SECOND);
    expect(place.supersede()).toEqual(DONE);
    expect(place.state).toBe("superseded");
    expect(place.check("guess")).toEqual(refused("superseded"));
    expect(place.check("code 1")).toEqual(refused("superseded"));
    expect(place.reply("code 1")).toEqual(refused("superseded"));
    expect(place.outboxMessages).toEqual([
      track("m1", NOW + 5 * MINUTE),
      report("m1", false, NOW + 20 * SECOND),
      report("m1", true, NOW + 21 * SECOND),
    ]);
    expect(place.state).toBe("superseded");
  });

  it("sends no further message, and reports a late one as soon as its id is known", () => {
    const place = begin();
    place.supersede();
    place.pass(MINUTE);
    expect(place.resend("code 2")).toEqual(refused("superseded"));
    place.sent(1, "m1");
    expect(place.outboxMessages).toEqual([report("m1", false, NOW + MINUTE)]);
  });

  it("reports nothing that the ledger reported at expiry, and nothing twice", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(5 * MINUTE);
    place.supersede();
    expect(place.outboxMessages).toEqual([track("m1", NOW + 5 * MINUTE)]);
    expect(place.check("code 1")).toEqual(refused("superseded"));
  });

  it("stays unchanged if it has already ended", () => {
    for (const end of [() => "code 1", undefined]) {
      const place = begin();
      place.sent(1, "m1");
      if (end) place.check(end());
      else place.cancel();
      const { state } = place;
      expect(place.supersede()).toEqual(DONE);
      expect(place.state).toBe(state);
    }
  });
});

describe("a challenge that is cancelled", () => {
  it("reports its messages false at that instant, and accepts no code", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(MINUTE);
    expect(place.cancel()).toEqual(DONE);
    expect(place.outboxMessages.slice(1)).toEqual([report("m1", false, NOW + MINUTE)]);
    expect(place.cancel()).toEqual(DONE);
    place.pass(MINUTE);
    expect(place.check("guess")).toEqual(refused("cancelled"));
    expect(place.check("code 1")).toEqual(refused("cancelled"));
    expect(place.state).toBe("cancelled");
    expect(place.sends()).toEqual([
      ["m1", false, NOW + MINUTE],
      ["m1", true, NOW + 2 * MINUTE],
    ]);
  });

  it("reports false for messages that turn out to be sent, even those on their way", () => {
    const place = begin();
    place.cancel();
    place.pass(2 * SECOND);
    place.sent(1, "m1");
    expect(place.outboxMessages).toEqual([report("m1", false, NOW + 2 * SECOND)]);
  });

  it("reports nothing again about a superseded message, and leaves a proof alone", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(MINUTE);
    place.another(2);
    expect(place.check("code 1")).toEqual(refused("superseded"));
    const before = place.outboxMessages.length;
    place.cancel();
    expect(place.outboxMessages.slice(before)).toEqual([report("m2", false, NOW + 2 * MINUTE)]);
    expect(place.outcomes()).toEqual({ m1: true, m2: false });
  });

  it("leaves a late proof alone if a message that may have been sent prolonged it", () => {
    const place = begin();
    place.sent(1, "m1");
    place.lateProof();
    place.happens({ type: "uncertain", number: 2 });
    const before = place.outboxMessages.length;
    expect(place.cancel()).toEqual(DONE);
    expect(place.outboxMessages.slice(before)).toEqual([]);
    expect(place.outcomes()).toEqual({ m1: true });
  });

  it("stays cancelled after its expiry, even if a message on its way is sent", () => {
    const place = begin();
    place.sent(1, "m1");
    place.pass(5 * MINUTE - 1);
    expect(place.resend("code 2")).toEqual(DONE);
    place.pass(SECOND);
    expect(place.cancel()).toEqual(DONE);
    place.sent(2, "m2");
    expect(place.check("code 2")).toEqual(refused("cancelled"));
    expect(place.outcomes()).toEqual({ m1: false, m2: true });
  });
});

describe("a message that was not sent", () => {
  it("leaves no challenge if it was the only one", () => {
    const { challenge, answer, outboxMessages } = stepChallenge(
      begin().challenge,
      { type: "failed", number: 1 },
      NOW,
      RULES,
    );
    expect({ challenge, answer, outboxMessages }).toEqual({
      challenge: undefined,
      answer: DONE,
      outboxMessages: [],
    });
  });

  it("is never one that is known to be sent", () => {
    const place = begin();
    place.sent(1, "m1");
    const before = place.challenge;
    place.happens({ type: "failed", number: 1 });
    place.happens({ type: "failed", number: 2 });
    place.happens({ type: "uncertain", number: 1 });
    place.happens({ type: "sent", number: 1, messageIds: ["m9"] });
    place.happens({ type: "sent", number: 2, messageIds: ["m9"] });
    expect(place.challenge).toBe(before);
  });
});

describe("a receipt", () => {
  const STATUSES: readonly ReceiptStatus[] = ["unknown", "accepted", "buffered", "failed", "delivered"];

  it.each(STATUSES)("(%s) changes no state and reports nothing", (status) => {
    const place = begin();
    place.sent(1, "m1", "m1b");
    const { receipts: _, ...before } = some(place.challenge.messages[0]);
    expect(place.receipt("m1b", { status })).toEqual(DONE);
    expect(place.outboxMessages).toHaveLength(1);
    expect(place.state).toBe("pending");
    expect(place.challenge.messages[0]).toEqual({ ...before, receipts: [receiptOf("m1b", { status })] });
  });

  it("of another message does not belong to this challenge", () => {
    const place = begin();
    place.sent(1, "m1");
    const before = place.challenge;
    expect(place.receipt("other")).toEqual(refused("wrong"));
    expect(place.receipt("other", { clientRef: REFERENCE })).toEqual(refused("wrong"));
    expect(place.challenge).toBe(before);
  });

  it("gives an uncertain message its id and has it tracked until the code's expiry", () => {
    const place = begin();
    place.happens({ type: "uncertain", number: 1 });
    expect(place.challenge.messages).toMatchObject([{ state: "uncertain" }]);
    const { expiresAt } = place.challenge;
    expect(place.receipt("m1")).toEqual(refused("wrong"));
    place.pass(MINUTE);
    expect(place.receipt("m1", { clientRef: REFERENCE })).toEqual(DONE);
    expect(place.challenge.expiresAt).toBe(expiresAt);
    expect(place.outboxMessages).toEqual([track("m1", expiresAt)]);
    expect(place.outcomes()).toEqual({ m1: false });
  });

  it("has a message reported true, at the instant at which its code came", () => {
    const place = begin();
    place.happens({ type: "uncertain", number: 1 });
    place.pass(MINUTE);
    expect(place.check("code 1")).toEqual(DONE);
    place.pass(DAY);
    place.receipt("m1", { clientRef: REFERENCE });
    expect(place.outboxMessages).toEqual([report("m1", true, NOW + MINUTE)]);
  });

  it("has a cancelled message reported false", () => {
    const place = begin();
    place.happens({ type: "uncertain", number: 1 });
    place.cancel();
    place.pass(MINUTE);
    place.receipt("m1", { clientRef: REFERENCE });
    expect(place.outboxMessages).toEqual([report("m1", false, NOW + MINUTE)]);
  });

  it("that comes before its message is stored as sent is kept for it", () => {
    const place = begin();
    place.receipt("m1b", { clientRef: REFERENCE });
    expect(place.outboxMessages).toEqual([]);
    place.sent(1, "m1a", "m1b");
    expect(place.outboxMessages).toEqual([track("m1a", NOW + 5 * MINUTE)]);
    expect(place.challenge.messages[0]?.receipts).toHaveLength(1);
  });

  it("that came before its message is stored as uncertain still gives it the id", () => {
    const place = begin();
    place.pass(3 * SECOND);
    expect(place.receipt("m1", { clientRef: REFERENCE })).toEqual(DONE);
    place.pass(17 * SECOND);
    place.happens({ type: "uncertain", number: 1 });
    expect(place.outboxMessages).toEqual([track("m1", NOW + 20 * SECOND + 5 * MINUTE)]);
    expect(place.outcomes()).toEqual({ m1: false });
  });

  it("that came early gives the id even to a message that was superseded meanwhile", () => {
    const place = begin();
    place.pass(40 * SECOND);
    place.receipt("m1", { clientRef: REFERENCE });
    place.resend("code 2");
    place.sent(2, "m2");
    place.happens({ type: "uncertain", number: 1 });
    expect(place.outcomes()).toEqual({ m1: false, m2: false });
  });

  it("gives its id after a minute to a message without a stored result, without prolonging it", () => {
    for (const [wait, known] of [
      [MINUTE - 1, false],
      [MINUTE, true],
    ] as const) {
      const place = begin();
      place.pass(wait);
      place.receipt("m1", { clientRef: REFERENCE });
      expect(place.outboxMessages).toEqual(known ? [track("m1", NOW + 5 * MINUTE)] : []);
      expect(place.challenge.expiresAt).toBe(NOW + 5 * MINUTE);
    }
  });

  it("that comes long after the end does not make the code valid again", () => {
    const place = begin();
    place.pass(DAY / 2);
    place.receipt("m1", { clientRef: REFERENCE, status: "delivered" });
    expect(place.check("code 1")).toEqual(refused("expired"));
    expect(place.state).toBe("pending");
    expect(place.outcomes()).toEqual({ m1: true });
  });

  it("that could belong to two messages is ignored", () => {
    const place = begin();
    place.happens({ type: "uncertain", number: 1 });
    place.pass(MINUTE);
    place.resend("code 2");
    place.happens({ type: "uncertain", number: 2 });
    expect(place.receipt("m?", { clientRef: REFERENCE })).toEqual(refused("wrong"));
    expect(place.outboxMessages).toEqual([]);
  });

  it("never belongs to a call", () => {
    const place = begin(undefined, "voice");
    place.happens({ type: "uncertain", number: 1 });
    expect(place.receipt("m1", { clientRef: REFERENCE })).toEqual(refused("wrong"));
  });

  it("may come in any order and repeatedly: the same one is kept for each part", () => {
    const receipts = fc.array(
      fc.record({
        part: fc.constantFrom("m1a", "m1b", "m1c"),
        status: fc.constantFrom(...STATUSES),
        at: fc.nat(3),
      }),
      { minLength: 1, maxLength: 8 },
    );
    const orders = receipts.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
    );
    fc.assert(
      fc.property(orders, ([once, again]) => {
        const [one, other] = [once, again].map((order) => {
          const place = begin();
          place.sent(1, "m1a", "m1b", "m1c");
          for (const { part, status, at } of order) place.receipt(part, { status, occurredAt: NOW + at });
          return place.challenge;
        });
        expect(one).toEqual(other);
        expect(one?.messages[0]?.receipts).toHaveLength(new Set(once.map(({ part }) => part)).size);
      }),
    );
  });
});

describe("a message that is still on its way", () => {
  it("is settled a minute after it was begun, the oldest first", () => {
    const place = begin();
    expect(settleAt(place.challenge)).toBe(NOW + MINUTE);
    place.pass(40 * SECOND);
    place.resend("code 2");
    expect(settleAt(place.challenge)).toBe(NOW + MINUTE);
    place.sent(1, "m1");
    expect(settleAt(place.challenge)).toBe(NOW + 100 * SECOND);
    place.happens({ type: "uncertain", number: 2 });
    expect(settleAt(place.challenge)).toBeUndefined();
  });

  it("is then uncertain, and is not prolonged", () => {
    const place = begin();
    place.pass(MINUTE - 1);
    const before = place.challenge;
    place.happens({ type: "settle" });
    expect(place.challenge).toBe(before);
    place.pass(1);
    place.happens({ type: "settle" });
    expect(place.challenge.messages).toMatchObject([{ state: "uncertain" }]);
    expect(place.challenge.expiresAt).toBe(NOW + 5 * MINUTE);
    place.receipt("m1", { clientRef: REFERENCE });
    expect(place.outboxMessages).toEqual([track("m1", NOW + 5 * MINUTE)]);
  });

  it("is then tracked by the id of an earlier receipt", () => {
    const place = begin();
    place.receipt("m1", { clientRef: REFERENCE });
    place.pass(MINUTE);
    place.happens({ type: "settle" });
    expect(place.outboxMessages).toEqual([track("m1", NOW + 5 * MINUTE)]);
  });
});

describe("any events in any order", () => {
  // Fifteen hundred cases take a while on a busy machine.
  it("change a challenge as a naive model does, and its messages end as the table says", {
    timeout: 60_000,
  }, () => {
    const seen = new Set<string>();
    const picks = fc.nat(5);
    const moments = fc.constantFrom(
      1,
      SECOND,
      20 * SECOND,
      30 * SECOND,
      MINUTE,
      2 * MINUTE,
      5 * MINUTE - 1,
      5 * MINUTE,
    );
    const commands = fc.commands(
      [
        fc
          .tuple(fc.constantFrom<Guess>("newest", "older", "failed", "wrong"), picks, fc.boolean())
          .map(toCheck),
        fc.constant(toCheck(["newest", 0, false])),
        fc.tuple(fc.constantFrom<Channel>("sms", "sms", "voice"), fc.boolean()).map(toResend),
        fc.constant(toResend(["sms", true])),
        fc.tuple(picks, fc.integer({ min: 1, max: 3 })).map(toSent),
        fc.tuple(picks, fc.integer({ min: 1, max: 3 })).map(toSent),
        picks.map(toUncertain),
        picks.map(toFailed),
        fc.constant(toCancel()),
        fc.constant(toSettle()),
        fc
          .tuple(fc.constantFrom<Whose>("known", "reference", "other"), picks, fc.constantFrom(...RECEIPTS))
          .map(toReceipt),
        moments.map(toPass),
        moments.map(toPass),
      ],
      { maxCommands: 60, size: "max" },
    );
    fc.assert(
      fc.property(commands, fc.infiniteStream(fc.nat()), (run, dice) => {
        const [model, real] = [createModel(), createReal(seen)];
        fc.modelRun(() => ({ model, real }), run);
        const ends = model.outcomes();
        for (const { how } of ends) seen.add(how);
        const expected = ends.flatMap(({ key, row }) => (row === undefined ? [] : [[key, row] as const]));
        expect(real.ledger.finish()).toEqual(Object.fromEntries(expected));
        // In any order in which the ledger receives the messages.
        const late = createLedger();
        late.pass(real.now);
        const shuffled = real.outboxMessages
          .map((outboxMessage) => ({ outboxMessage, by: dice.next().value }))
          .sort((a, b) => a.by - b.by);
        for (const { outboxMessage } of shuffled) late.tell(outboxMessage);
        const deliveredOf = (rows: readonly (readonly [string, Outcome])[]) =>
          rows.map(([key, { delivered }]) => `${key} ${delivered}`).sort();
        expect(deliveredOf(Object.entries(late.finish()))).toEqual(deliveredOf(expected));
      }),
      { numRuns: cases(1500) },
    );
    if (isFullRun) expect([...EVERYTHING].filter((one) => !seen.has(one))).toEqual([]);
  });
});

/** Situations that the runs must reach, or they prove little. */
const EVERYTHING = [
  ...["done", "wrong", "expired", "too_many_attempts", "superseded", "cancelled", "used", "resend_too_soon"],
  ...["came", "expired", "superseded", "cancelled", "silent", "came late"],
];

const RECEIPTS: readonly ReceiptStatus[] = ["accepted", "delivered"];

type Guess = "newest" | "older" | "failed" | "wrong";
type Whose = "known" | "reference" | "other";
type Command = fc.Command<Model, Real>;

/** Applies an event to both, which must agree. */
function command(
  name: string,
  run: (model: Model, real: Real) => readonly [ChallengeEvent, Told] | undefined,
): Command {
  return {
    check: ({ gone }) => !gone,
    run: (model, real) => {
      const happens = run(model, real);
      if (happens !== undefined) real.happens(happens[0], happens[1], model);
    },
    toString: () => name,
  };
}

const toCheck = ([guess, pick, reply]: readonly [Guess, number, boolean]) =>
  command(`${reply ? "reply" : "check"} ${guess} ${pick}`, (model) => {
    const code = model.codeFor(guess, pick);
    return [{ type: "check", hashes: hashesOf(code), reply }, model.check(code, reply)];
  });

const toResend = ([channel, rotated]: readonly [Channel, boolean]) =>
  command(`resend ${channel}`, (model) => {
    const code = model.nextCode();
    const hashed = hashWith(rotated ? "c2" : "c1", code);
    return [{ type: "resend", channel, code: hashed }, model.resend(channel, code)];
  });

const toSent = ([pick, parts]: readonly [number, number]) =>
  command(`sent ${pick} in ${parts}`, (model) => {
    const number = model.numberFor(pick);
    const messageIds = Array.from({ length: parts }, () => model.nextId());
    return [{ type: "sent", number, messageIds }, model.sent(number, messageIds)];
  });

const toUncertain = (pick: number) =>
  command(`uncertain ${pick}`, (model) => {
    const number = model.numberFor(pick);
    return [{ type: "uncertain", number }, model.uncertain(number)];
  });

const toFailed = (pick: number) =>
  command(`failed ${pick}`, (model) => {
    const number = model.numberFor(pick);
    return [{ type: "failed", number }, model.failed(number)];
  });

const toCancel = () => command("cancel", (model) => [{ type: "cancel" }, model.cancel()]);

const toSettle = () => command("settle", (model) => [{ type: "settle" }, model.settle()]);

const toReceipt = ([whose, pick, status]: readonly [Whose, number, ReceiptStatus]) =>
  command(`receipt ${whose} ${pick} ${status}`, (model) => {
    const messageId = (whose === "known" ? model.knownId(pick) : undefined) ?? model.nextId();
    const receipt = receiptOf(messageId, { status, ...(whose === "reference" && { clientRef: REFERENCE }) });
    return [{ type: "receipt", receipt }, model.receipt(receipt)];
  });

const toPass = (milliseconds: number) =>
  command(`pass ${milliseconds}`, (model, real) => {
    model.now += milliseconds;
    real.now += milliseconds;
    real.ledger.pass(real.now);
    return undefined;
  });

/** The expected result of an event. */
interface Told {
  readonly answer: ChallengeAnswer;
  readonly outboxMessages: readonly OutboxMessage[];
}

interface ModelMessage {
  readonly number: number;
  readonly channel: Channel;
  readonly code: string;
  readonly begunAt: number;
  /** True until its sender reports the result. */
  onItsWay: boolean;
  superseded: boolean;
  ids: readonly string[];
  /** Parts with a receipt. */
  readonly parts: Set<string>;
  cameAt?: number;
  late?: boolean;
  trackedUntil?: number;
  falseAt?: number;
}

type Model = ReturnType<typeof createModel>;

/** A naive model of the rules: the known facts of each message, and their consequences. */
function createModel() {
  let codes = 1;
  let ids = 0;
  const unsent: string[] = [];
  const told: OutboxMessage[] = [];

  const first = createModelMessage(1, "sms", "code 1", NOW);
  /** Numbers are never reused, even if their message was not sent. */
  let numbers = 1;
  const model = {
    now: NOW,
    gone: false,
    ended: "no" as "no" | "verified" | "cancelled",
    /** True if verified by a reply, and not typed yet. */
    mayType: false,
    attempts: 0,
    expiresAt: NOW + RULES.lifetime,
    messages: [first],

    nextCode: () => `code ${++codes}`,
    nextId: () => `id${++ids}`,
    knownId: (pick: number) => {
      const known = model.messages.flatMap((one) => one.ids);
      return known[pick % known.length];
    },
    /** The number of a message on its way, if there is one. Sometimes that of another message. */
    numberFor(pick: number): number {
      const open = model.messages.filter(({ onItsWay }) => onItsWay);
      const one = open[pick % open.length] ?? model.messages[pick % model.messages.length];
      return pick === 5 ? pick : (one?.number ?? 0);
    },
    codeFor(guess: Guess, pick: number): string {
      const all = model.messages.map(({ code }) => code);
      if (guess === "newest") return all.at(-1) ?? "";
      if (guess === "older") return all[pick % all.length] ?? "";
      return (guess === "failed" && unsent[pick % unsent.length]) || "no code at all";
    },

    check(code: string, reply: boolean): Told {
      if (model.ended === "verified" && (reply || !model.mayType)) return say(refused("used"));
      if (model.attempts === MAX_ATTEMPTS) return say(refused("too_many_attempts"));
      model.attempts++;
      const end: ChallengeRefusal | undefined =
        model.ended === "cancelled" ? "cancelled" : model.now >= model.expiresAt ? "expired" : undefined;
      const message = model.messages.find((one) => one.code === code);
      if (message === undefined) return say(refused(end ?? "wrong"));
      if (message.cameAt === undefined) {
        message.cameAt = model.now;
        message.late = end !== undefined || message.superseded;
        tell(message, true, model.now);
      }
      if (end !== undefined) return say(refused(end));
      if (message.superseded) return say(refused("superseded"));
      model.ended = "verified";
      model.mayType = reply;
      return say(DONE);
    },

    resend(channel: Channel, code: string): Told {
      const { ended, messages, now } = model;
      const last = messages[messages.length - 1];
      if (ended === "verified") return say(refused("used"));
      if (ended === "cancelled") return say(refused("cancelled"));
      if (now >= model.expiresAt) return say(refused("expired"));
      if (model.attempts === MAX_ATTEMPTS) return say(refused("too_many_attempts"));
      if (messages.length >= RULES.maxMessages) return say(refused("too_many_messages"));
      const free = (last?.begunAt ?? 0) + RULES.cooldown;
      if (now < free) return say({ done: false, reason: "resend_too_soon", retryAfter: free - now });
      messages.push(createModelMessage(++numbers, channel, code, now));
      return say(DONE);
    },

    cancel(): Told {
      if (model.ended === "no") {
        const inTime = model.now < model.expiresAt;
        model.ended = "cancelled";
        for (const message of model.messages) {
          // The ledger has already reported expired messages.
          if (inTime && !message.superseded && message.cameAt === undefined) tell(message, false, model.now);
        }
      }
      return say(DONE);
    },

    sent(number: number, messageIds: readonly string[]): Told {
      const message = find(number);
      if (message !== undefined && message.ids.length === 0) {
        const prolongs = message.onItsWay;
        message.onItsWay = false;
        learn(message, messageIds, prolongs);
      }
      return say(DONE);
    },

    uncertain(number: number): Told {
      const message = find(number);
      if (message?.onItsWay) {
        message.onItsWay = false;
        if (!message.superseded && model.ended === "no") model.expiresAt = model.now + RULES.lifetime;
        const [quick] = [...message.parts].sort();
        if (quick !== undefined) learn(message, [quick], false);
      }
      return say(DONE);
    },

    settle(): Told {
      const message = model.messages.find(
        ({ onItsWay, superseded, begunAt }) => onItsWay && !superseded && model.now >= begunAt + MINUTE,
      );
      if (message !== undefined) {
        message.onItsWay = false;
        const [quick] = [...message.parts].sort();
        if (quick !== undefined) learn(message, [quick], false);
      }
      return say(DONE);
    },

    failed(number: number): Told {
      const message = find(number);
      // A superseded message is kept, because it no longer matters.
      if (message?.onItsWay && !message.superseded) {
        unsent.push(message.code);
        model.messages = model.messages.filter((one) => one !== message);
        model.gone = model.messages.length === 0;
      }
      return say(DONE);
    },

    receipt({ messageId, clientRef }: DeliveryReceipt): Told {
      const owner = model.messages.find((one) => one.ids.includes(messageId));
      if (owner !== undefined) {
        owner.parts.add(messageId);
        return say(DONE);
      }
      const nameless = model.messages.filter(({ channel, ids }) => channel === "sms" && ids.length === 0);
      const [message] = nameless;
      if (clientRef !== REFERENCE || message === undefined || nameless.length > 1)
        return say(refused("wrong"));
      message.parts.add(messageId);
      const awaited = message.onItsWay && !message.superseded && model.now < message.begunAt + MINUTE;
      if (!awaited) {
        message.onItsWay = false;
        learn(message, [messageId], false);
      }
      return say(DONE);
    },

    /** The final outcome of each message with an id, and the reason. */
    outcomes() {
      const ends: { readonly how: string; readonly key: string; readonly row?: Outcome }[] = [];
      for (const { channel, ids, cameAt, late, trackedUntil, falseAt } of model.messages) {
        const [id] = ids;
        if (id === undefined) continue;
        const key = `${channel} ${id}`;
        const over = [trackedUntil, falseAt].filter((at) => at !== undefined);
        if (cameAt !== undefined) {
          ends.push({ how: late ? "came late" : "came", key, row: { delivered: true, occurredAt: cameAt } });
        } else if (over.length > 0) {
          const ended = model.ended === "cancelled" ? "cancelled" : "superseded";
          const row = { delivered: false, occurredAt: Math.min(...over) };
          ends.push({ how: falseAt === undefined ? "expired" : ended, key, row });
        } else ends.push({ how: "silent", key });
      }
      return ends;
    },
  };
  return model;

  function learn(message: ModelMessage, messageIds: readonly string[], prolongs: boolean): void {
    message.ids = messageIds;
    if (message.cameAt !== undefined) tell(message, true, message.cameAt);
    else if (model.ended === "cancelled" || message.superseded) tell(message, false, model.now);
    if (message.cameAt !== undefined || model.ended !== "no" || message.superseded) return;
    if (prolongs) model.expiresAt = model.now + RULES.lifetime;
    const [messageId = ""] = messageIds;
    const { channel } = message;
    message.trackedUntil = model.expiresAt;
    told.push({ type: "track", channel, messageId, expiresAt: model.expiresAt });
    for (const older of model.messages.slice(0, model.messages.indexOf(message))) {
      if (!older.superseded && older.cameAt === undefined) tell(older, false, model.now);
      older.superseded = true;
    }
  }

  function tell(message: ModelMessage, delivered: boolean, occurredAt: number): void {
    const [messageId] = message.ids;
    if (messageId === undefined) return;
    if (!delivered) message.falseAt = occurredAt;
    told.push({ type: "report", channel: message.channel, messageId, delivered, occurredAt });
  }

  function find(number: number) {
    return model.messages.find((one) => one.number === number);
  }

  function say(answer: ChallengeAnswer): Told {
    return { answer, outboxMessages: told.splice(0) };
  }
}

function createModelMessage(number: number, channel: Channel, code: string, begunAt: number): ModelMessage {
  return { number, channel, code, begunAt, onItsWay: true, superseded: false, ids: [], parts: new Set() };
}

type Real = ReturnType<typeof createReal>;

/** The machine with its ledger. */
function createReal(seen: Set<string>) {
  const verified = { typed: 0, replied: 0 };
  const real = {
    now: NOW,
    challenge: createChallenge(hashWith("c2", "code 1"), "sms") as Challenge | undefined,
    outboxMessages: [] as OutboxMessage[],
    ledger: createLedger(),

    happens(event: ChallengeEvent, told: Told, model: Model): void {
      const before = some(real.challenge);
      const { challenge, answer, outboxMessages } = stepChallenge(before, event, real.now, RULES);
      real.challenge = challenge;
      real.outboxMessages.push(...outboxMessages);
      for (const outboxMessage of outboxMessages) real.ledger.tell(outboxMessage);
      // Tracking until a past instant expires at once.
      real.ledger.pass(real.now);
      seen.add(answer.done ? "done" : answer.reason);

      expect({ answer, outboxMessages }).toEqual(told);
      expect(challenge === undefined).toBe(model.gone);
      if (challenge === undefined) return;
      expect(challenge.attempts).toBe(model.attempts);
      expect(challenge.attempts).toBeLessThanOrEqual(MAX_ATTEMPTS);
      expect(challenge.state).toBe(model.ended === "no" ? "pending" : model.ended);
      if (before.state !== "pending") expect(challenge.state).toBe(before.state);
      expect(challenge.expiresAt).toBe(model.expiresAt);
      expect(challenge.messages.map(({ number, receipts }) => [number, receipts.length])).toEqual(
        model.messages.map(({ number, parts }) => [number, parts.size]),
      );
      if (event.type === "check" && answer.done) verified[event.reply ? "replied" : "typed"]++;
      expect(verified.typed).toBeLessThanOrEqual(1);
      expect(verified.replied).toBeLessThanOrEqual(1);
      if (event.type === "receipt") {
        const { messages: _, ...after } = challenge;
        expect(before).toMatchObject(after);
      }
      if (event.type !== "check") expect(challenge.attempts).toBe(before.attempts);
    },
  };
  return real;
}

interface Outcome {
  readonly delivered: boolean | null;
  readonly occurredAt: number | null;
}

/** The real ledger's machine, with a Vonage that confirms everything at once. */
function createLedger() {
  const rows = new Map<string, Row>();
  const sends: (readonly [message: string, delivered: boolean, occurredAt: number])[] = [];
  let now = NOW;

  const ledger = {
    sends,
    tell(outboxMessage: OutboxMessage): void {
      const { channel, messageId, ...rest } = outboxMessage;
      const event: LedgerEvent =
        rest.type === "track" ? { ...rest, traffic: "2fa" } : { ...rest, traffic: "2fa", hold: false };
      happens({ channel, messageId }, event);
    },
    /** Lets time pass, with expiries of tracked messages. */
    pass(to: number): void {
      for (;;) {
        const next = [...rows.values()]
          .filter(({ state, due }) => state === "tracking" && due <= to)
          .sort((a, b) => a.due - b.due)[0];
        now = Math.max(now, next?.due ?? to);
        if (next === undefined) return;
        happens(next, { type: "due" });
      }
    },
    /** The final outcome of each message if nothing more happens. */
    finish(): Record<string, Outcome> {
      ledger.pass(now + DAY);
      for (const [key, { state }] of rows) expect([key, state]).toEqual([key, "recorded"]);
      for (const [index, [message, delivered]] of sends.entries()) {
        const earlier = sends.slice(0, index).filter(([one]) => one === message);
        expect(
          earlier.some(([, was]) => was || was === delivered),
          "a second time, or a false after a true",
        ).toBe(false);
      }
      return Object.fromEntries(
        [...rows].map(([key, { delivered, occurredAt }]) => [key, { delivered, occurredAt }]),
      );
    },
  };
  return ledger;

  function happens(key: Pick<Row, "channel" | "messageId">, event: LedgerEvent): void {
    const name = `${key.channel} ${key.messageId}`;
    const { row, actions } = step(key, rows.get(name), event, now, LEDGER_RULES);
    if (row === undefined) throw new Error("The test is amiss: nothing is forgotten so soon.");
    rows.set(name, row);
    if (!actions.send) return;
    sends.push([name.replace(/^sms /, ""), row.delivered === true, row.occurredAt ?? 0]);
    happens(key, { type: "ended", ended: { code: null }, random: 0 });
  }
}

type Place = ReturnType<typeof begin>;

/** A new challenge with all its outbox messages. */
function begin(code = hashWith("c2", "code 1"), channel: Channel = "sms") {
  let challenge = createChallenge(code, channel);
  let now = NOW;
  const outboxMessages: OutboxMessage[] = [];
  const ledger = createLedger();

  const place = {
    outboxMessages: outboxMessages as readonly OutboxMessage[],
    get challenge() {
      return challenge;
    },
    get state() {
      return challenge.state;
    },
    get attempts() {
      return challenge.attempts;
    },
    happens(event: ChallengeEvent): ChallengeAnswer {
      const result = stepChallenge(challenge, event, now, RULES);
      challenge = some(result.challenge);
      outboxMessages.push(...result.outboxMessages);
      for (const outboxMessage of result.outboxMessages) ledger.tell(outboxMessage);
      return result.answer;
    },
    pass(milliseconds: number): void {
      now += milliseconds;
      ledger.pass(now);
    },
    check: (tried: string) => place.happens({ type: "check", hashes: hashesOf(tried), reply: false }),
    reply: (tried: string) => place.happens({ type: "check", hashes: hashesOf(tried), reply: true }),
    sent: (number: number, ...messageIds: string[]) => place.happens({ type: "sent", number, messageIds }),
    resend: (next: string, by: Channel = "sms") =>
      place.happens({ type: "resend", channel: by, code: hashWith("c2", next) }),
    cancel: () => place.happens({ type: "cancel" }),
    supersede: () => place.happens({ type: "supersede" }),
    receipt: (messageId: string, more: Partial<DeliveryReceipt> = {}) =>
      place.happens({ type: "receipt", receipt: receiptOf(messageId, more) }),
    /** Sends a further message a minute later, successfully. */
    another(number: number): void {
      place.pass(MINUTE);
      expect(place.resend(`code ${number}`)).toEqual(DONE);
      place.sent(number, `m${number}`);
    },
    /** Checks the first code just after its expiry, with a resend on its way since just before. */
    lateProof(): void {
      place.pass(5 * MINUTE - 1);
      expect(place.resend("code 2")).toEqual(DONE);
      place.pass(1);
      expect(place.check("code 1")).toEqual(refused("expired"));
    },
    /** The reports that Vonage has received so far. */
    sends: () => {
      ledger.finish();
      return ledger.sends;
    },
    /** The final outcomes by message. */
    outcomes: () =>
      Object.fromEntries(
        Object.entries(ledger.finish()).map(([key, { delivered }]) => [key.replace(/^sms /, ""), delivered]),
      ),
  };
  return place;
}

function createChallenge(code: HashedCode, channel: Channel): Challenge {
  return {
    id: "0.AbCdEfGhIjKlMnOpQrStUv",
    to: NUMBER,
    country: "GB",
    brand: "Acme",
    locale: "en",
    clientRef: REFERENCE,
    state: "pending",
    byReply: false,
    createdAt: NOW,
    expiresAt: NOW + RULES.lifetime,
    codeLength: 6,
    attempts: 0,
    maxAttempts: MAX_ATTEMPTS,
    messages: [createMessage(1, channel, code, NOW)],
    begun: 1,
  };
}

function receiptOf(messageId: string, more: Partial<DeliveryReceipt> = {}): DeliveryReceipt {
  return { messageId, number: NUMBER, status: "delivered", ...more };
}

const track = (messageId: string, expiresAt: number): OutboxMessage => ({
  type: "track",
  channel: "sms",
  messageId,
  expiresAt,
});

const report = (messageId: string, delivered: boolean, occurredAt: number): OutboxMessage => ({
  type: "report",
  channel: "sms",
  messageId,
  delivered,
  occurredAt,
});

function some<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The test is amiss: something is not there.");
  return value;
}
