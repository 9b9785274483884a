// The events of a message in the ledger, and their effects.

import type { ConversionErrorCode } from "../client/errors.ts";
import type { SubmissionFailure } from "../client/sending.ts";
import type { Facts } from "../insight/facts.ts";
import type { LedgerReceipt, LedgerReport, TrackedMessage } from "./calls.ts";
import type { MessageKey, Row } from "./row.ts";

/** The result of a request to Vonage. `code` is `null` when Vonage recorded the report. */
export type Ended =
  | { readonly code: null; readonly status?: never }
  | Pick<SubmissionFailure, "code" | "status" | "retryAfter">;

/** A call about a message, whose facts are complete where Insight counts. */
type Told<Call> = Omit<Call, keyof MessageKey | "facts"> & { readonly facts?: Facts | undefined };

export type LedgerEvent =
  /** The message was sent; its report is awaited until `expiresAt`. */
  | ({ readonly type: "track" } & Told<TrackedMessage>)
  /**
   * A caller reports the outcome. `hold`: the key may not send now, so the report waits. `facts` counts a message that
   * was not tracked.
   */
  | ({ readonly type: "report"; readonly hold: boolean } & Told<LedgerReport>)
  /** A carrier's receipt. It changes no outcome, and makes no row. */
  | ({ readonly type: "receipt" } & Omit<LedgerReceipt, keyof MessageKey>)
  /** The time `row.due` has come. */
  | { readonly type: "due" }
  /** The request that was under way has ended. `random` is uniform in [0, 1). */
  | { readonly type: "ended"; readonly ended: Ended; readonly random: number }
  /** The report has waited for its key for too long. */
  | { readonly type: "held"; readonly reason: ConversionErrorCode }
  /** The operator wants it sent again. */
  | { readonly type: "retry" };

export type EventOf<T extends LedgerEvent["type"]> = Extract<LedgerEvent, { type: T }>;

/** The action after the row is stored. */
export interface Actions {
  /** Send the row's report to Vonage, and pass on the result as an `ended` event. */
  readonly send?: true;
  /** The answer to the caller, where it is known without sending. */
  readonly answer?: "accepted" | "duplicate" | "conflict" | "rejected" | "tracked" | "other-traffic";
}

export interface Step {
  /** The row to keep; `undefined`: remove it, or keep none. The very same object: nothing changed. */
  readonly row: Row | undefined;
  readonly actions: Actions;
}

/** Durations in milliseconds. */
export interface LedgerRules {
  /** A request that began this long ago counts as lost and is sent again. Must exceed the longest request. */
  readonly lostAfter: number;
  /** The time that a recorded report is kept. */
  readonly keepRecorded: number;
  /** The time that a dead letter is kept. */
  readonly keepDead: number;
}

export const NOTHING: Actions = {};
export const SEND: Actions = { send: true };
export const ACCEPTED: Actions = { answer: "accepted" };
export const DUPLICATE: Actions = { answer: "duplicate" };
export const CONFLICT: Actions = { answer: "conflict" };
export const REJECTED: Actions = { answer: "rejected" };
export const TRACKED: Actions = { answer: "tracked" };
export const OTHER_TRAFFIC: Actions = { answer: "other-traffic" };
