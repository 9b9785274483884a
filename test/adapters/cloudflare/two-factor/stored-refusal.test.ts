import { describe, expect, it } from "vitest";
import {
  readCheck,
  readRefusal,
  toStoredRefusal,
} from "../../../../adapters/cloudflare/two-factor/stored-refusal.ts";
import type { ChallengeRefusal } from "../../../../src/two-factor/refusal.ts";
import { CHALLENGE } from "../../../support/two-factor/stored-challenge.ts";

/** Every refusal of a challenge with its stored word. */
const WORDS: Readonly<Record<ChallengeRefusal, string>> = {
  wrong: "wrong",
  expired: "expired",
  too_many_attempts: "too_many",
  superseded: "superseded",
  cancelled: "cancelled",
  used: "used",
  resend_too_soon: "too_soon",
  too_many_messages: "too_many_messages",
};

describe("a refusal", () => {
  it.each(Object.entries(WORDS) as [ChallengeRefusal, string][])(
    "for the reason %s is stored as %s and read back",
    (reason, word) => {
      const stored = toStoredRefusal({ done: false, reason }, CHALLENGE);
      expect(stored).toEqual({ reason: word, attemptsLeft: 3 });
      expect(readRefusal(stored)).toEqual({ reason, attemptsLeft: 3 });
    },
  );

  it("keeps its time to wait, if it has one", () => {
    const stored = toStoredRefusal({ done: false, reason: "resend_too_soon", retryAfter: 20_000 }, CHALLENGE);
    expect(stored).toEqual({ reason: "too_soon", attemptsLeft: 3, retryAfter: 20_000 });
    expect(readRefusal(stored).retryAfter).toBe(20_000);
    expect(toStoredRefusal({ done: false, reason: "wrong" }, CHALLENGE)).not.toHaveProperty("retryAfter");
  });
});

describe("a stored answer to a check", () => {
  const refused = { verified: false, reason: "too_many", attemptsLeft: 0 } as const;
  const read = { verified: false, reason: "too_many_attempts", attemptsLeft: 0 };

  it("is read with the current words", () => {
    expect(readCheck(refused)).toEqual(read);
    expect(readCheck({ verified: true })).toEqual({ verified: true });
  });

  it("under an idempotency key is read with the current words", () => {
    expect(readCheck({ earlier: "done", answer: refused })).toEqual({ earlier: "done", answer: read });
  });

  it("that does not exist yet or is of another request is passed on", () => {
    for (const earlier of ["under-way", "other"] as const)
      expect(readCheck({ earlier })).toEqual({ earlier });
    expect(readCheck(undefined)).toBeUndefined();
  });
});
