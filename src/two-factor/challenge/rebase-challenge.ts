import { clampInstant } from "../../shared/clamp-instant.ts";
import type { Challenge } from "./challenge.ts";

/** The longest lifetime of a code that the setting allows. */
const LONGEST_LIFETIME_MS = 3_600_000;

/**
 * Corrects a challenge that was stored by a clock that was ahead: nothing was sent in the future, and no code is valid
 * for longer than an hour. Otherwise resends would be refused, and codes accepted, until real time has caught up.
 *
 * @param now Epoch milliseconds.
 * @returns The same object if nothing had to change.
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
