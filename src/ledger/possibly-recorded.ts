// A request whose answer is unknown leaves a doubt: Vonage may have recorded the report.

import type { ConversionErrorCode } from "../client/errors.ts";
import type { Row } from "./row.ts";

/** After these Vonage has certainly not recorded the report; after any other failure it may have. */
const REFUSED: ReadonlySet<ConversionErrorCode> = new Set([
  "rejected",
  "unauthorized",
  "not_enabled",
  "rate_limited",
]);

export const UNCERTAIN = { uncertain: true } as const;

export const isRefusal = (code: ConversionErrorCode) => REFUSED.has(code);

/**
 * Tells whether Vonage may have recorded a `true` that was never confirmed. Rows of earlier versions show it by their
 * reason.
 */
export function mayBeRecorded({ delivered, uncertain, reason, attempts }: Row): boolean {
  const hasFailed = attempts > 0 && reason !== null;
  return delivered === true && (uncertain === true || (hasFailed && !isRefusal(reason)));
}

/** The row after a request without a known answer. Only a `true` needs the mark: a `false` may be followed by a `true`. */
export function withUnknownEnd(row: Row): Row {
  return row.delivered ? { ...row, ...UNCERTAIN } : row;
}
