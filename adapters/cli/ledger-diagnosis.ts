import type { Stats } from "./answers.ts";
import { type Finding, finding } from "./finding.ts";
import { formatRestriction } from "./key-restriction.ts";
import { formatAge } from "./time.ts";

/**
 * Judges the ledger's figures.
 *
 * @param now Epoch milliseconds.
 */
export function ofStats(
  { reports, oldestWaiting, gates: restrictions, twoFactor }: Stats,
  now: number,
): Finding[] {
  const { dead = 0, queued = 0, sending = 0, unreadable = 0 } = reports;
  const waiting = queued + sending;
  const since = oldestWaiting === null ? "" : `, the oldest since ${formatAge(oldestWaiting, now)}`;
  return [
    ...(waiting > 0
      ? [finding("note", `${count(waiting, "waits", "wait")} to be sent${since}.`, [], "waiting")]
      : []),
    ...(dead > 0
      ? [
          finding(
            "note",
            `${count(dead, "is", "are")} dead: \`vonage-conversion reports dead\` says why,`,
            ["`vonage-conversion retry --all` sends them again."],
            "dead",
          ),
        ]
      : []),
    ...(unreadable > 0
      ? [
          finding(
            "note",
            `${count(unreadable, "is", "are")} unreadable: see \`vonage-conversion reports unreadable\`.`,
            [],
            "unreadable",
          ),
        ]
      : []),
    ...restrictions.map((one) => finding("note", formatRestriction(one, now), [], "waiting")),
    ...ofRefusals(twoFactor),
  ];
}

/** Fewer refusals may be caused by mistyped numbers. */
const FEWEST_REFUSALS = 10;

/** Many refusals suggest that a country does not accept the sender. A single refusal may be a bad number. */
function ofRefusals(counts: Stats["twoFactor"] = {}): Finding[] {
  const { messages = 0 } = counts;
  return ["3", "6", "15"].flatMap((status) => {
    const refused = counts[`sms-status:${status}`] ?? 0;
    if (refused < FEWEST_REFUSALS || refused * 10 < messages) return [];
    const text = `Vonage refused ${refused} of ${messages} messages with status ${status}: check that SMS_FROM is a sender`;
    return [finding("note", `${text} that the countries you send to accept.`, [], "send-rejected")];
  });
}

const count = (reports: number, singular: string, plural: string) =>
  `${reports} ${reports === 1 ? `report ${singular}` : `reports ${plural}`}`;
