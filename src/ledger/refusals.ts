// Counts Vonage's refusals of one message's report. A refused report is rarely right the next time, and each costs a
// request: callers may correct one at once until it was refused three times, and then once a day.

import type { EventOf } from "./events.ts";
import type { Row } from "./row.ts";

const REFUSALS_AT_ONCE = 3;
const REFUSED_AGAIN_MS = 24 * 3_600_000;

/** Refusals in a row. */
export const refusalsOf = ({ reason, refusals = 1 }: Row): number => (reason === "rejected" ? refusals : 0);

/** The members that hold a number of refusals. The reason `rejected` alone means one. */
export const countRefusals = (refusals: number): Pick<Row, "refusals"> => (refusals > 1 ? { refusals } : {});

/** Tells whether a dead letter is not sent again for this report: Vonage refused the same one, or too many like it. */
export function isRefused(
  row: Row,
  { delivered, occurredAt, timed }: EventOf<"report">,
  now: number,
): boolean {
  if (row.reason !== "rejected" || now - row.since >= REFUSED_AGAIN_MS) return false;
  const isSame = delivered === row.delivered && (!timed || occurredAt === row.occurredAt);
  return isSame || refusalsOf(row) >= REFUSALS_AT_ONCE;
}
