// Counts the messages of challenges that the ledger never hears of: refused by Vonage, or with an unknown end.

import { type Cell, subtractCells } from "../../../../src/insight/cell.ts";
import { contributionOfUnsent } from "../../../../src/insight/contribution.ts";
import type { Challenge, ChallengeMessage } from "../../../../src/two-factor/challenge/challenge.ts";
import type { ChallengeEvent } from "../../../../src/two-factor/challenge/step.ts";

/** The difference that one event makes. A challenge that is deleted stays counted. */
export function countUnsent(before: Challenge, after: Challenge | undefined, event: ChallengeEvent): Cell[] {
  const left = after?.messages ?? [];
  // Without a status, we refused it ourselves, before Vonage heard of it.
  const status = event.type === "failed" ? event.status : undefined;
  const refused =
    status !== undefined
      ? before.messages.filter(({ number }) => !left.some((one) => one.number === number))
      : [];
  return [
    ...refused.flatMap((message) => toCells(before, message, status)),
    ...(after === undefined ? [] : subtractCells(toUncertain(after), toUncertain(before))),
  ];
}

/** A message whose id becomes known is no longer uncertain: the ledger counts it. */
function toUncertain(challenge: Challenge): Cell[] {
  return challenge.messages
    .filter(({ state, messageIds }) => state === "uncertain" && messageIds.length === 0)
    .flatMap((message) => toCells(challenge, message, undefined));
}

function toCells(
  { country }: Challenge,
  { channel, sentAt }: ChallengeMessage,
  status: string | undefined,
): Cell[] {
  return contributionOfUnsent({
    traffic: "2fa",
    channel,
    country: country ?? "",
    network: "",
    sentAt,
    status,
  });
}
