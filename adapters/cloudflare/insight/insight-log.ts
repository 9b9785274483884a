import type { Alarm } from "../../../src/insight/answer.ts";
import { toAlarmRunbook } from "../../../src/operator/signs.ts";
import type { FailureEvent } from "../event-log.ts";
import type { AlarmEvent } from "./webhook-outbox.ts";

/** A line in the log about the work of the Insight object. It contains no data of any message. */
export type InsightLogEntry =
  /** An alarm. `error`: the operator must act. */
  | ({
      readonly level: "error" | "info";
      readonly event: "alarm" | "alarm-ended";
      readonly runbook: string;
    } & LoggedAlarm)
  | FailureEvent;

type LoggedAlarm = Pick<
  Alarm,
  "id" | "rule" | "severity" | "cause" | "segment" | "since" | "summary" | "nextStep"
>;

export type InsightLog = (entry: InsightLogEntry) => void;

/** The line for an alarm that began, changed or ended. */
export function describeAlarm(alarm: Alarm, event: AlarmEvent): InsightLogEntry {
  const { id, rule, severity, cause, segment, since, summary, nextStep } = alarm;
  const runbook = toAlarmRunbook(rule);
  const logged = { id, rule, severity, cause, segment, since, summary, nextStep, runbook };
  if (event === "ended") return { level: "info", event: "alarm-ended", ...logged };
  return { level: severity === "info" ? "info" : "error", event: "alarm", ...logged };
}
