// A challenge that takes the place of earlier ones: what somebody who asked twice should see is that the newest code
// counts.

import type { Challenge } from "./challenge.ts";
import { type ChallengeStep, DONE, step, toReport, unchanged } from "./step.ts";

/** Whether the first message of a challenge has gone out by this change, as far as is known. */
export function hasGoneOut(before: Challenge, after: Challenge): boolean {
  return !before.messages.some(isKnown) && after.messages.some(isKnown);
}

/**
 * Whether a challenge gives way to a newer one: same number, same caller, and still open. Challenges of other callers
 * are other applications'.
 */
export function givesWayTo(older: Challenge, newer: Challenge): boolean {
  return (
    newer.supersedes === true &&
    // Two at once must not put each other out of force.
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

/** Ends a challenge as a newer message ends an older one: reported as not delivered, unless its code comes after all. */
export function supersede(challenge: Challenge, now: number): ChallengeStep {
  const { state, expiresAt, messages } = challenge;
  if (state !== "pending") return unchanged(challenge, DONE);
  const open = messages.filter((one) => one.state !== "superseded" && one.provenAt === null);
  const superseded: Challenge = {
    ...challenge,
    state: "superseded",
    messages: messages.map((one) => ({ ...one, state: "superseded" })),
  };
  // Once time has run out the ledger reports by itself.
  return step(superseded, DONE, now < expiresAt ? open.flatMap((one) => toReport(one, false, now)) : []);
}

const isKnown = ({ messageIds }: Challenge["messages"][number]) => messageIds.length > 0;
