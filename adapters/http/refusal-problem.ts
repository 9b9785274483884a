// A refusal as a problem document: the only place where one becomes the other.

import type { ConversionErrorCode } from "../../src/client/errors.ts";
import type { Traffic } from "../../src/wire/report.ts";
import type { LogEntry } from "./log.ts";
import { STORAGE_PROBLEMS } from "./ports/storage-unavailable.ts";
import { type Answer, PROBLEMS, type ProblemName, problem } from "./problem.ts";
import type { Refusal, UpstreamFailure } from "./refusal.ts";

/** Callers wait no longer than this, whatever Vonage asks for: a report is worth most when it is fresh. */
const MAX_RETRY_AFTER_S = 60;

const DEFAULT_RETRY_AFTER_MS = 1000;

const PROBLEM_OF: Readonly<Record<Exclude<Refusal["reason"], "upstream">, ProblemName>> = {
  no_credentials: "not-configured",
  other_traffic: "wrong-traffic",
  conflict: "conflict",
  ledger_unavailable: "ledger-unavailable",
  no_ledger: "no-ledger",
  other_message: "wrong-message",
  not_a_key: "unauthenticated",
  unknown_report: "not-found",
  nothing_to_retry: "nothing-to-retry",
};

/** 401 and 402 are the operator's to act on, so the caller never gets them as its own. */
const PROBLEM_OF_UPSTREAM: Readonly<Record<ConversionErrorCode, ProblemName>> = {
  unauthorized: "upstream-unauthorized",
  not_enabled: "upstream-not-enabled",
  rejected: "upstream-rejected",
  rate_limited: "upstream-throttled",
  unavailable: "upstream-unavailable",
  network: "upstream-unavailable",
  timeout: "upstream-timeout",
  unexpected_response: "upstream-unexpected",
  conflict: "upstream-unexpected",
  aborted: "internal",
  invalid_options: "internal",
  invalid_report: "internal",
};

/** Details that are more exact than those of the table of problems. */
const DETAIL: Readonly<Partial<Record<Refusal["reason"], string>>> = {
  other_traffic:
    "The message belongs to the other kind of traffic; only a key or token of that may report it.",
  no_ledger: "There is no ledger: on Cloudflare, bind LEDGER to track, keep and list reports.",
  not_a_key: "Messages are tracked with a proxy key; a token only reports one message.",
  unknown_report: "The ledger holds no such report.",
  nothing_to_retry: "The report is still awaited, or already on record.",
};

/** What the operator should do about a failure at Vonage. */
const UPSTREAM_HINTS: Readonly<Partial<Record<ConversionErrorCode, string>>> = {
  unauthorized: "Vonage refused the credentials (401 or 403): check API key and secret of this traffic",
  not_enabled: "Vonage answered 402: ask Vonage support to enable the Conversion API for this API key",
  unexpected_response: "Vonage gave a status outside its API: check the base URL",
  conflict: "Vonage gave a status outside its API: check the base URL",
};

/** What the operator should do while the ledger keeps the reports of a key. */
const WAITING_HINTS: Readonly<Partial<Record<ConversionErrorCode, string>>> = {
  unauthorized: "Vonage refuses the credentials (401 or 403): reports wait until they are right",
  not_enabled: "Vonage answers 402: reports wait until Vonage support has enabled the Conversion API",
};

/** The problem of a refusal, by name. */
export function problemOf(refusal: Refusal): ProblemName {
  return refusal.reason === "upstream" ? PROBLEM_OF_UPSTREAM[refusal.code] : PROBLEM_OF[refusal.reason];
}

/** One sentence for the error of a service binding. */
export function describeRefusal(refusal: Refusal): string {
  return detailOf(refusal) ?? PROBLEMS[problemOf(refusal)][1];
}

/** The answer to a refused call. */
export function answerRefusal(refusal: Refusal, traffic?: Traffic, log: Partial<LogEntry> = {}): Answer {
  const detail = detailOf(refusal);
  const hint = hintOf(refusal, traffic);
  const operator = hint !== undefined && { level: "error" as const, hint };
  return problem(problemOf(refusal), detail ? { detail } : {}, toHeaders(refusal), { ...log, ...operator });
}

/** What the log tells the operator about a report that waits in the ledger. */
export function adviseWaiting(reason: ConversionErrorCode | undefined, traffic: Traffic): Partial<LogEntry> {
  const hint = reason && WAITING_HINTS[reason];
  return hint ? { level: "error", hint: `${traffic}: ${hint}` } : {};
}

function detailOf(refusal: Refusal): string | undefined {
  return refusal.reason === "no_credentials"
    ? `There are no credentials for "${refusal.traffic}" traffic here.`
    : DETAIL[refusal.reason];
}

function hintOf(refusal: Refusal, traffic: Traffic | undefined): string | undefined {
  if (refusal.reason === "no_credentials") {
    return `set VONAGE_${refusal.traffic.toUpperCase()}_API_KEY and its secret, or mint no such tokens`;
  }
  const hint =
    refusal.reason === "upstream"
      ? UPSTREAM_HINTS[refusal.code]
      : refusal.reason === "ledger_unavailable"
        ? STORAGE_PROBLEMS.ledger.hint
        : undefined;
  return hint && traffic ? `${traffic}: ${hint}` : hint;
}

function toHeaders(refusal: Refusal): Record<string, string> {
  if (refusal.reason === "ledger_unavailable") return { "retry-after": toSeconds() };
  const isThrottled = refusal.reason === "upstream" && refusal.code === "rate_limited";
  return isThrottled ? { "retry-after": toSeconds(refusal) } : {};
}

function toSeconds({
  retryAfter = DEFAULT_RETRY_AFTER_MS,
}: Pick<UpstreamFailure, "retryAfter"> = {}): string {
  return String(Math.min(Math.ceil(retryAfter / 1000), MAX_RETRY_AFTER_S));
}
