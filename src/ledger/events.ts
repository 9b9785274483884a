// The events of a message in the ledger, and their effects.

import type { ConversionErrorCode } from "../client/errors.ts";
import type { Facts, ReceiptClass } from "../insight/facts.ts";
import type { Traffic } from "../wire/report.ts";
import type { Row } from "./row.ts";

/**
 * The result of a request to Vonage. `code` is `null` when Vonage recorded the report; `retryAfter` is in milliseconds;
 * `status` is that of Vonage's answer, if there was one.
 */
export type Ended = { readonly status?: number | undefined } & (
  | { readonly code: null }
  | { readonly code: ConversionErrorCode; readonly retryAfter?: number | undefined }
);

export type LedgerEvent =
  /** The message was sent; its report is awaited until `expiresAt`. */
  | {
      readonly type: "track";
      readonly traffic: Traffic;
      readonly expiresAt: number;
      readonly facts?: Facts | undefined;
    }
  /**
   * A caller reports the outcome. `hold`: the key may not send now, so the report waits. `timed`: the caller gave
   * `occurredAt`; otherwise it is the time of arrival. `facts` counts a message that was not tracked.
   */
  | {
      readonly type: "report";
      readonly traffic: Traffic;
      readonly delivered: boolean;
      readonly occurredAt: number;
      readonly timed?: boolean | undefined;
      readonly hold: boolean;
      readonly facts?: Facts | undefined;
    }
  /** A carrier's receipt. It changes no outcome, and makes no row. */
  | {
      readonly type: "receipt";
      readonly traffic: Traffic;
      readonly receipt: ReceiptClass;
      readonly network?: string | undefined;
      /** In 1e-8 EUR. */
      readonly price?: number | undefined;
    }
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
