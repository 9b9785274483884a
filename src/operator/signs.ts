// Everything that tells an operator to act, by name. Each has an entry in docs/runbook.md under a heading of that name,
// and the types of the log admit no other name at level `error`. The Worker imports types and `toRunbook` only.

import type { RuleName } from "../insight/answer.ts";

/** Alarms of Insight. */
export const ALARM_SIGNS = [
  "alarm-drop",
  "alarm-pumping",
  "alarm-number-block",
  "alarm-new-segment",
  "alarm-receipts-changed",
  "alarm-reports-late",
  "alarm-spend",
] as const satisfies readonly `alarm-${RuleName}`[];

/** Events of level `error` in the log of the Durable Objects, and of `vonage-conversion serve`. */
export const ERROR_EVENTS = [
  "alarm",
  "breaker-opened",
  "dead",
  "failed",
  "layout",
  "unreadable",
  "wake-up-failed",
  "webhook-lost",
] as const;

/** Outcomes of requests whose line in the log can have the level `error`. */
export const ERROR_OUTCOMES = [
  "accepted",
  "caller-limit",
  "challenges-unavailable",
  "country-limit",
  "insight-unavailable",
  "internal",
  "ledger-unavailable",
  "limits-unavailable",
  "not-configured",
  "send-account-refused",
  "send-rejected",
  "send-unauthorized",
  "send-unexpected",
  "total-limit",
  "upstream-not-enabled",
  "upstream-rejected",
  "upstream-unauthorized",
  "upstream-unexpected",
  "webhook-of-messages-api",
] as const;

/** Findings of `doctor` that have no line in the log. */
export const FINDING_SIGNS = [
  "admin-key-refused",
  "sender-fault",
  "upstream-unavailable",
  "waiting",
  "worker-unreachable",
] as const;

/** The work that failed, as the `hint` of a `failed` event begins. */
export const FAILURES = [
  "a challenge could not be settled",
  "a message could not be sent to the ledger",
  "a report could not be sent",
  "alarms could not be sent to the webhook",
  "counters could not be sent",
  "counters could not be sent to Insight",
  "ends of requests could not be stored",
  "expired challenges could not be deleted",
  "expired counts could not be deleted",
  "messages that were cut off could not be settled",
  "the alarm of the challenges could not be set at start",
  "the alarm of the limits could not be set at start",
  "the end of a request could not be stored",
  "the figures could not be purged",
  "the figures could not be put in order",
  "the ledger could not be put in order",
  "the ledger could not forget what is settled",
  "the ledger's alarm failed",
  "the ledger's next alarm could not be set",
  "the next alarm of the challenges could not be set",
  "the next alarm of the figures could not be set",
  "the next alarm of the limits could not be set",
  "the outbox could not be sent",
  "the rules could not be run",
  "the state of a key could not be stored",
] as const;

export type ErrorEvent = (typeof ERROR_EVENTS)[number];
export type ErrorOutcome = (typeof ERROR_OUTCOMES)[number];
export type Failure = (typeof FAILURES)[number];
export type Sign =
  | (typeof ALARM_SIGNS)[number]
  | Exclude<ErrorEvent, "alarm">
  | ErrorOutcome
  | (typeof FINDING_SIGNS)[number];

/** Gives the entry of an alarm in the runbook. A Worker of another version may have other rules. */
export const toAlarmRunbook = (rule: string): string => toRunbook(`alarm-${rule}`);

/** Gives the entry of a sign in the runbook. A request's outcome is any text in types; see {@link ERROR_OUTCOMES}. */
export const toRunbook = (sign: string): string => `docs/runbook.md#${sign}`;
