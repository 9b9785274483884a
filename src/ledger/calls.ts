// The data of the ledger's calls about one message, from a route to the row. Objects of an earlier version take it for
// minutes after a deployment, so no released member changes its name or meaning.

import type { Facts, ReceiptClass } from "../insight/facts.ts";
import type { Traffic, ValidReport } from "../wire/report.ts";
import type { MessageKey } from "./row.ts";

/** A complete, valid report. */
export interface LedgerReport extends Omit<ValidReport, "timestamp"> {
  /** When the user acted, epoch milliseconds. */
  readonly occurredAt: number;
  /** `true`: the caller gave `occurredAt`. Otherwise it is the time of arrival. */
  readonly timed?: boolean;
  readonly traffic: Traffic;
  /** For Insight; an older object ignores them. */
  readonly facts?: Partial<Facts>;
}

/** A message whose report is expected until `expiresAt`, in epoch milliseconds. */
export interface TrackedMessage extends MessageKey {
  readonly traffic: Traffic;
  readonly expiresAt: number;
  /** For Insight; an older object ignores them. */
  readonly facts?: Partial<Facts>;
}

/** A carrier's receipt for a message that may be in the ledger. */
export interface LedgerReceipt extends MessageKey {
  /** Of the account that sent the message. */
  readonly traffic: Traffic;
  readonly receipt: ReceiptClass;
  /** When the carrier had the status, epoch milliseconds; absent where the receipt does not say it. */
  readonly at?: number | undefined;
  readonly network?: string | undefined;
  /** In 1e-8 EUR. */
  readonly price?: number | undefined;
}
