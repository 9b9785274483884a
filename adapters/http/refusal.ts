// Every reason for which a call is refused, as data; src/two-factor/refusal.ts has those of the workflow. The one mapping
// to problems is refusal-problem.ts, the one to the errors of a service binding adapters/cloudflare/conversions.ts.

import type { SubmissionFailure } from "../../src/client/sending.ts";
import type { ParameterFault } from "../../src/wire/parameters.ts";
import type { Traffic } from "../../src/wire/report.ts";
import type { Unreadable } from "../../src/wire/request-parameters.ts";

/** The reasons why this service does not take a report, or does not track a message. */
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

/** The reasons why a call is refused over HTTP. */
export type Refusal =
  | SubmissionRefusal
  /** The body cannot be read. */
  | { readonly reason: "unreadable_body"; readonly why: Unreadable }
  /** The body is declared as JSON, but is not one JSON object. */
  | { readonly reason: "malformed_json"; readonly errors: readonly ParameterFault[] }
  /** Parameters are missing or wrong. */
  | { readonly reason: "invalid_parameters"; readonly errors: readonly ParameterFault[] }
  /** The caller is unknown. */
  | { readonly reason: "unauthenticated"; readonly wanted: "token or proxy key" | "admin key" }
  /** Too many requests; the caller may send the next after so many milliseconds. */
  | { readonly reason: "too_many_requests"; readonly retryAfter: number }
  /** The workflow is off. */
  | { readonly reason: "no_two_factor" }
  /** The token is for another message. */
  | { readonly reason: "other_message" }
  /** A token cannot track messages. */
  | { readonly reason: "not_a_key" }
  /** The ledger holds no such report. */
  | { readonly reason: "unknown_report" }
  /** Nothing is gathered here. */
  | { readonly reason: "no_insight" }
  /** The report is still awaited or already on record. */
  | { readonly reason: "nothing_to_retry" };
