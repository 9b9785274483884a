import type { Alarm } from "../../../src/insight/answer.ts";

/** A line in the log about the work of the Insight object. It contains no data of any message. */
export type InsightLogEntry =
  /** An alarm began: the operator must act, unless it is only information. */
  | ({ readonly level: "error" | "info"; readonly event: "alarm" | "alarm-ended" } & LoggedAlarm)
  | { readonly level: "error"; readonly event: "failed" | "webhook-lost"; readonly hint: string };

type LoggedAlarm = Pick<Alarm, "id" | "rule" | "severity" | "cause" | "summary" | "nextStep">;

export type InsightLog = (entry: InsightLogEntry) => void;

/** The line for an alarm that began or ended. */
export function describeAlarm(alarm: Alarm): InsightLogEntry {
  const { id, rule, severity, cause, summary, nextStep, endedAt } = alarm;
  const level = endedAt === null ? "error" : "info";
  const event = endedAt === null ? "alarm" : "alarm-ended";
  return { level, event, id, rule, severity, cause, summary, nextStep };
}
