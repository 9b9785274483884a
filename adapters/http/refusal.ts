// Every reason for which a call about reports is refused, as data. The one mapping to problems is refusal-problem.ts;
// the one to the errors of a service binding is adapters/cloudflare/conversions.ts.

import type { SubmissionFailure } from "../../src/client/sending.ts";
import type { Traffic } from "../../src/wire/report.ts";

/** Why this service does not take a report, or does not track a message. */
export type SubmissionRefusal =
  /** There are no credentials for this traffic. */
  | { readonly reason: "no_credentials"; readonly traffic: Traffic }
  /** The message belongs to the other traffic. */
  | { readonly reason: "other_traffic" }
  /** Another outcome is on record. */
  | { readonly reason: "conflict" }
  /** Nothing was stored, so nothing was accepted. */
  | { readonly reason: "ledger_unavailable" }
  /** There is no ledger to track messages in. */
  | { readonly reason: "no_ledger" }
  /** Vonage refused the report or did not confirm it. A ledger reports no more than the code of a refusal. */
  | ({ readonly reason: "upstream" } & UpstreamFailure);

export type UpstreamFailure = Pick<SubmissionFailure, "code" | "retryable"> &
  Partial<Pick<SubmissionFailure, "status" | "retryAfter">>;

/** Why a call about reports is refused, over HTTP. */
export type Refusal =
  | SubmissionRefusal
  /** The token is for another message. */
  | { readonly reason: "other_message" }
  /** A token cannot track messages. */
  | { readonly reason: "not_a_key" }
  /** The ledger holds no such report. */
  | { readonly reason: "unknown_report" }
  /** The report is still awaited or already on record. */
  | { readonly reason: "nothing_to_retry" };
