// A message whose request to Vonage is under way is kept in memory. Decides what is on disk meanwhile. Pure.
//
// Nothing, for most: a caller is answered when the end is stored, and repeats the call if the instance dies. That costs
// one row for each report, and one commit. A note is stored where its absence could do harm:
//
// - A caller is about to be promised something (201 or 202): the report must survive a crash.
// - Time would act on the stored row. A tracked message expires: after a crash its `false` would contradict the `true`
//   that was under way, since a page that used sendBeacon is gone and cannot repeat it. And a report that is due again
//   would be sent again and again if sending it is what crashes the instance, with its requests uncounted and no mark
//   that a `true` may have arrived. Such a note costs a row and its index entry. Nothing cheaper knows of the request:
//   a mark for the whole shard would leave every message that it tracks in doubt after each deployment.

import { withUnknownEnd } from "./possibly-recorded.ts";
import type { ReportState, Row } from "./row.ts";
import { promoteSuccessor } from "./successor.ts";

export interface UnderWay {
  /** The message, in the state `sending`. */
  readonly row: Row;
  /** Its row on disk: from before the request, or the note. */
  readonly stored: Row | undefined;
}

const UNTIL_DUE: ReadonlySet<ReportState> = new Set(["tracking", "sending", "queued"]);

/** Tells whether the row on disk is the note of the request that is under way. */
export const isNoted = ({ stored }: UnderWay): boolean => stored?.state === "queued";

/** Tells whether a request may begin only once a note of it is stored: time would act on the row that is there. */
export const needsNote = (stored: Row | undefined): boolean =>
  stored !== undefined && UNTIL_DUE.has(stored.state);

/**
 * Gives the row to store for a message whose request is under way. After a crash it is sent when the request counts as
 * lost: the report itself, with the mark that its end is unknown, or the `true` that waits behind a `false`.
 *
 * The outcome of a tracked message is counted with the end of its request: one write of its counters less.
 *
 * @param stored The row that the note replaces.
 * @param now Epoch milliseconds.
 */
export function toNote(row: Row, stored: Row | undefined, now: number): Row {
  const { note: _, ...next } = row.successor === null ? withUnknownEnd(row) : promoteSuccessor(row, now);
  const isFirst = next.facts !== undefined && (stored?.state === "tracking" || stored?.note === true);
  return { ...next, state: "queued", ...(isFirst && { note: true }) };
}
