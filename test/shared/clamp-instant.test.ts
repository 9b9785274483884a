import { describe, expect, it } from "vitest";
import { clampKeyState, type KeyState, nextSendAt, UNRESTRICTED } from "../../src/ledger/key-state.ts";
import { clampInstant } from "../../src/shared/clamp-instant.ts";
import type { Challenge } from "../../src/two-factor/challenge/challenge.ts";
import { rebaseChallenge } from "../../src/two-factor/challenge/rebase-challenge.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;

describe("an instant that lies further ahead than it can", () => {
  it("is as far ahead as it can be; any other stays", () => {
    expect(clampInstant(NOW + 9, NOW, 5)).toBe(NOW + 5);
    expect(clampInstant(NOW + 5, NOW, 5)).toBe(NOW + 5);
    expect(clampInstant(NOW - 1, NOW, 5)).toBe(NOW - 1);
  });
});

describe("the state of a key that a clock ahead has stored", () => {
  const OPENED: KeyState = { ...UNRESTRICTED, openedBy: "outage", since: NOW - HOUR, probeAt: NOW + 30_000 };

  it.each([
    ["outage", 30_000],
    ["unauthorized", 300_000],
    ["not_enabled", 300_000],
  ] as const)("(%s) is probed as soon as any other", (openedBy, longest) => {
    const state = clampKeyState({ ...OPENED, openedBy, probeAt: NOW + 8 * HOUR }, NOW, 14_000);
    expect(nextSendAt(state, NOW)).toBe(NOW + longest);
  });

  it("waits for a probe under way as long as that may take", () => {
    expect(clampKeyState({ ...OPENED, probeAt: NOW + HOUR }, NOW, 40_000).probeAt).toBe(NOW + 40_000);
  });

  it("is paused for a minute at most, and was changed and restricted no later than now", () => {
    const ahead = {
      ...UNRESTRICTED,
      perSecond: 5,
      since: NOW + HOUR,
      changedAt: NOW + HOUR,
      pausedUntil: NOW + HOUR,
    };
    expect(clampKeyState(ahead, NOW, 14_000)).toEqual({
      ...ahead,
      since: NOW,
      changedAt: NOW + 60_000,
      pausedUntil: NOW + 60_000,
    });
  });

  it("stays the same where it can be so", () => {
    expect(clampKeyState(OPENED, NOW, 14_000)).toBe(OPENED);
    expect(clampKeyState(UNRESTRICTED, NOW, 14_000)).toBe(UNRESTRICTED);
    const paused = { ...UNRESTRICTED, pausedUntil: NOW + 60_000, changedAt: NOW + 60_000 };
    expect(clampKeyState(paused, NOW, 14_000)).toBe(paused);
  });
});

describe("a challenge that a clock ahead has stored", () => {
  const message = { number: 1, sentAt: NOW, state: "sent" };
  const challenge = { createdAt: NOW, expiresAt: NOW + HOUR, messages: [message] } as unknown as Challenge;

  it("was sent no later than now, and its code is taken for an hour at most", () => {
    expect(rebaseChallenge(challenge, NOW - 8 * HOUR)).toEqual({
      createdAt: NOW - 8 * HOUR,
      expiresAt: NOW - 7 * HOUR,
      messages: [{ ...message, sentAt: NOW - 8 * HOUR }],
    });
  });

  it("stays the same where it can be so, and any one of its instants can be wrong", () => {
    expect(rebaseChallenge(challenge, NOW)).toBe(challenge);
    expect(rebaseChallenge({ ...challenge, createdAt: NOW + 1 }, NOW).createdAt).toBe(NOW);
    expect(rebaseChallenge({ ...challenge, expiresAt: NOW + HOUR + 1 }, NOW).expiresAt).toBe(NOW + HOUR);
    const sent = { ...challenge, messages: [{ ...message, sentAt: NOW + 1 }] } as unknown as Challenge;
    expect(rebaseChallenge(sent, NOW).messages[0]?.sentAt).toBe(NOW);
  });
});
