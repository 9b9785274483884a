import type { ConversionErrorCode } from "../client/errors.ts";
import type { LedgerRules } from "./events.ts";
import type { Row } from "./row.ts";

/** Gives a report up, and keeps it for the operator. */
export function deadLetter(
  row: Row,
  reason: ConversionErrorCode,
  now: number,
  { keepDead }: LedgerRules,
): Row {
  return { ...row, state: "dead", due: now + keepDead, reason };
}
