// A refusal as a problem document: the only place where one becomes the other.

import type { ConversionErrorCode } from "../../src/client/errors.ts";
import type { ErrorOutcome } from "../../src/operator/signs.ts";
import type { Traffic } from "../../src/wire/report.ts";
import type { Unreadable } from "../../src/wire/request-parameters.ts";
import type { Answer } from "./answer.ts";
import type { LogEntry } from "./log.ts";
import { STORAGE_PROBLEMS } from "./ports/storage-unavailable.ts";
import { type ProblemExtensions, problem } from "./problem.ts";
import { PROBLEMS, type ProblemName } from "./problems.ts";
import type { Refusal, UpstreamFailure } from "./refusal.ts";

/** A problem, and the operator's part: one who must act finds the outcome in the runbook. */
type Named =
  | { readonly name: ProblemName; readonly hint?: never }
  | { readonly name: ProblemName & ErrorOutcome; readonly hint: string };

/** The parts of the answer to a refused call. */
type Description = Named &
  Pick<ProblemExtensions, "errors"> & {
    /** More exact than the detail in the table of problems. */
    readonly detail?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };

/** Callers wait no longer than this, whatever Vonage asks for: a report is worth most when it is fresh. */
const MAX_RETRY_AFTER_S = 60;

const DEFAULT_RETRY_AFTER_MS = 1000;

const NOT_MADE = "a request to Vonage could not be made";

const OUTSIDE_API = "Vonage gave a status outside its API: check the base URL";

/** The operator has to act on Vonage's 401 and 402, so the caller never gets them as its own. */
const UPSTREAM: Readonly<Record<ConversionErrorCode, Named>> = {
  unauthorized: {
    name: "upstream-unauthorized",
    hint: "Vonage refused the credentials (401 or 403): check API key and secret of this traffic",
  },
  not_enabled: {
    name: "upstream-not-enabled",
    hint: "Vonage answered 402: ask Vonage support to enable the Conversion API for this API key",
  },
  unexpected_response: { name: "upstream-unexpected", hint: OUTSIDE_API },
  conflict: { name: "upstream-unexpected", hint: OUTSIDE_API },
  rejected: {
    name: "upstream-rejected",
    hint: "Vonage refused a report for its parameters: if it refuses all, run doctor; else check who reports",
  },
  rate_limited: { name: "upstream-throttled" },
  unavailable: { name: "upstream-unavailable" },
  network: { name: "upstream-unavailable" },
  timeout: { name: "upstream-timeout" },
  aborted: { name: "internal", hint: NOT_MADE },
  invalid_options: { name: "internal", hint: NOT_MADE },
  invalid_report: { name: "internal", hint: NOT_MADE },
};

const UNREADABLE: Readonly<Record<Unreadable, Description>> = {
  malformed: { name: "malformed-body" },
  too_large: { name: "body-too-large" },
  unsupported_type: { name: "unsupported-media-type" },
  consumed: {
    name: "internal",
    detail: "The server had already read the body of this request; its operator has to act.",
    hint: "the body was read before the handler got the request: hand it request.clone(), or the request unread",
  },
};

/** Advice for the operator while the ledger keeps the reports of a key. */
const WAITING_HINTS: Readonly<Partial<Record<ConversionErrorCode, string>>> = {
  unauthorized: "Vonage refuses the credentials (401 or 403): reports wait until they are right",
  not_enabled: "Vonage answers 402: reports wait until Vonage support has enabled the Conversion API",
};

/** The answer to a refused call. */
export function answerRefusal(refusal: Refusal, traffic?: Traffic, log: Partial<LogEntry> = {}): Answer {
  const { name, hint, headers, ...extensions } = describe(refusal);
  return problem(name, extensions, headers, { ...log, ...(hint && adviseOperator(hint, traffic)) });
}

/** One sentence for the error of a service binding. */
export function explainRefusal(refusal: Refusal): string {
  const { name, detail } = describe(refusal);
  return detail ?? PROBLEMS[name][1];
}

/** The log's advice about a report that waits in the ledger. */
export function adviseWaiting(reason: ConversionErrorCode | undefined, traffic: Traffic): Partial<LogEntry> {
  const hint = reason && WAITING_HINTS[reason];
  return hint ? adviseOperator(hint, traffic) : {};
}

function adviseOperator(hint: string, traffic: Traffic | undefined): Partial<LogEntry> {
  return { level: "error", hint: traffic ? `${traffic}: ${hint}` : hint };
}

/** A ledger, which gives no status, has logged by itself that the report is dead. */
const isDeadLetter = ({ code, status }: UpstreamFailure) => code === "rejected" && status === undefined;

function describe(refusal: Refusal): Description {
  switch (refusal.reason) {
    case "unreadable_body":
      return UNREADABLE[refusal.why];
    case "malformed_json":
      return {
        name: "malformed-body",
        detail: "The body is declared as JSON, but is not one JSON object.",
        errors: refusal.errors,
      };
    case "invalid_parameters":
      return { name: "invalid-parameters", errors: refusal.errors };
    case "unauthenticated":
      return {
        name: "unauthenticated",
        ...(refusal.wanted === "admin key" && { detail: "Send an admin key as Bearer." }),
        // Never Basic: for that, browsers open a password prompt.
        headers: { "www-authenticate": 'Bearer realm="vonage-conversion"' },
      };
    case "not_a_key":
      return {
        name: "unauthenticated",
        detail: "Messages are tracked with a proxy key; a token only reports one message.",
      };
    case "too_many_requests":
      return { name: "too-many-requests", headers: toRetryAfter(refusal) };
    case "no_credentials":
      return {
        name: "not-configured",
        detail: `There are no credentials for "${refusal.traffic}" traffic here.`,
        hint: `set VONAGE_${refusal.traffic.toUpperCase()}_API_KEY and its secret, or mint no such tokens`,
      };
    case "other_traffic":
      return {
        name: "wrong-traffic",
        detail:
          "The message belongs to the other kind of traffic; only a key or token of that may report it.",
      };
    case "other_message":
      return { name: "wrong-message" };
    case "conflict":
      return { name: "conflict" };
    case "no_ledger":
      return {
        name: "no-ledger",
        detail: "There is no ledger: on Cloudflare, bind LEDGER to track, keep and list reports.",
      };
    case "no_insight":
      return {
        name: "no-insight",
        detail: "Nothing is gathered: on Cloudflare, bind INSIGHT to see which routes deliver.",
      };
    case "no_two_factor":
      return { name: "no-two-factor" };
    case "ledger_unavailable":
      return { name: "ledger-unavailable", headers: toRetryAfter(), hint: STORAGE_PROBLEMS.ledger.hint };
    case "unknown_report":
      return { name: "not-found", detail: "The ledger holds no such report." };
    case "nothing_to_retry":
      return { name: "nothing-to-retry", detail: "The report is still awaited, or already on record." };
    case "upstream":
      return {
        ...(isDeadLetter(refusal) ? { name: "upstream-rejected" } : UPSTREAM[refusal.code]),
        ...(refusal.code === "rate_limited" && { headers: toRetryAfter(refusal) }),
      };
  }
}

function toRetryAfter({
  retryAfter = DEFAULT_RETRY_AFTER_MS,
}: Pick<UpstreamFailure, "retryAfter"> = {}): Description["headers"] & object {
  return { "retry-after": String(Math.min(Math.ceil(retryAfter / 1000), MAX_RETRY_AFTER_S)) };
}
