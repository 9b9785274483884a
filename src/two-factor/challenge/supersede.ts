// A challenge that replaces earlier ones: for a user who asked twice, the newest code counts.

import type { Challenge } from "./challenge.ts";
import { type ChallengeStep, DONE, step, toReport, unchanged } from "./step.ts";

/** True if this change made the first message of the challenge known as sent. */
export function hasGoneOut(before: Challenge, after: Challenge): boolean {
  return !before.messages.some(isKnown) && after.messages.some(isKnown);
}

/**
 * True if a newer challenge replaces this one: same number, same caller, still open. Other callers are other
 * applications.
 */
export function givesWayTo(older: Challenge, newer: Challenge): boolean {
  return (
    newer.supersedes === true &&
    // Two concurrent challenges must not supersede each other.
    newer.state !== "superseded" &&
    newer.state !== "cancelled" &&
    older.id !== newer.id &&
    older.state === "pending" &&
    older.to === newer.to &&
    older.caller !== undefined &&
    older.caller === newer.caller &&
    older.createdAt <= newer.createdAt
  );
}

/** Ends a challenge as a newer message ends an older one: reported as not delivered, until its code comes late. */
export function supersede(challenge: Challenge, now: number): ChallengeStep {
  const { state, expiresAt, messages } = challenge;
  if (state !== "pending") return unchanged(challenge, DONE);
  const open = messages.filter((one) => one.state !== "superseded" && one.provenAt === null);
  const superseded: Challenge = {
    ...challenge,
    state: "superseded",
    messages: messages.map((one) => ({ ...one, state: "superseded" })),
  };
  // After expiry the ledger reports by itself.
  return step(superseded, DONE, now < expiresAt ? open.flatMap((one) => toReport(one, false, now)) : []);
}

const isKnown = ({ messageIds }: Challenge["messages"][number]) => messageIds.length > 0;
