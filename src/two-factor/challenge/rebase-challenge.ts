import { clampInstant } from "../../shared/clamp-instant.ts";
import type { Challenge } from "./challenge.ts";

/** The longest that a code may be taken; the bound of the setting. */
const LONGEST_LIFETIME_MS = 3_600_000;

/**
 * A challenge as it can truly be at an instant: nothing was sent in the future, and no code is taken for longer than an
 * hour. A clock that was ahead when it was stored would otherwise refuse resends, and take codes, until it is caught up.
 *
 * @param now Epoch milliseconds.
 * @returns The very same object where nothing changed.
 */
export function rebaseChallenge(challenge: Challenge, now: number): Challenge {
  const { createdAt, expiresAt, messages } = challenge;
  const latest = now + LONGEST_LIFETIME_MS;
  if (createdAt <= now && expiresAt <= latest && messages.every(({ sentAt }) => sentAt <= now))
    return challenge;
  return {
    ...challenge,
    createdAt: clampInstant(createdAt, now, 0),
    expiresAt: clampInstant(expiresAt, now, LONGEST_LIFETIME_MS),
    messages: messages.map((one) => ({ ...one, sentAt: clampInstant(one.sentAt, now, 0) })),
  };
}
