import type { Alarm } from "../../src/insight/answer.ts";
import { toAlarmRunbook } from "../../src/operator/signs.ts";
import { toAge, toSegmentName, toTime } from "./format.ts";
import { toHash } from "./place.ts";

/** The headline of each cause. */
const HEADLINES: Readonly<Record<string, string>> = {
  outage: "The route is down",
  "false-receipts": "Receipts are false",
  pumping: "Traffic is pumped",
  "own-page": "Sign-in fails everywhere",
  "slow-reporting": "Reports reach Vonage late",
  spending: "Spending is unusual",
  "new-traffic": "New traffic",
  unknown: "Conversion fell",
};

const SEVERITIES: Readonly<Record<Alarm["severity"], string>> = {
  critical: "Critical",
  warning: "Warning",
  info: "Note",
};

export const toHeadline = (cause: string): string => HEADLINES[cause] ?? "Something changed";

interface Props {
  readonly alarm: Alarm;
  readonly now: number;
  /** The alarm is shown on the page of its own route. */
  readonly isHere?: boolean;
}

/** One alarm: where, what it means, and what to do. */
export function AlarmCard({ alarm, now, isHere = false }: Props) {
  const { rule, severity, cause, segment, summary, nextStep, since, endedAt, paused } = alarm;
  const isPlace = Object.keys(segment).length > 0;
  return (
    <article class="alarm" data-severity={endedAt === null ? severity : "ended"}>
      <p class="alarm-kind">
        <SeverityIcon severity={severity} /> {endedAt === null ? SEVERITIES[severity] : "Over"}
        <span class="quiet"> · {toAge(endedAt ?? since, now)}</span>
      </p>
      <h2>
        {isPlace && <span class="where">{toSegmentName(segment)}</span>}
        {toHeadline(cause)}
      </h2>
      <p>{summary}</p>
      <p class="next">
        <strong>What to do</strong> {nextStep}
      </p>
      <p class="quiet">Runbook: {toAlarmRunbook(rule)}</p>
      {paused !== null && (
        <p class="next">
          <strong>Paused</strong> New codes to this route are refused until {toTime(paused.until, false)}.
        </p>
      )}
      {isPlace && !isHere && (
        <a class="button" href={toHash({ page: "route", segment })}>
          See this route
        </a>
      )}
    </article>
  );
}

/** A shape for each severity, so that colour is not its only sign. */
export function SeverityIcon({ severity }: { readonly severity: Alarm["severity"] }) {
  return (
    <svg
      class="severity"
      data-severity={severity}
      width="18"
      height="18"
      viewBox="0 0 18 18"
      aria-hidden="true"
    >
      {severity === "critical" && <path d="M5.5 1h7L17 5.5v7L12.5 17h-7L1 12.5v-7Z" />}
      {severity === "warning" && <path d="M9 1.5L17.5 16.5H.5Z" />}
      {severity === "info" && <circle cx="9" cy="9" r="8" />}
      <path class="mark" d={severity === "info" ? "M9 8v5M9 5v.01" : "M9 5.5v4.5M9 13v.01"} />
    </svg>
  );
}
