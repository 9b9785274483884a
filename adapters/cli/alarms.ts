// `vonage-conversion alarms`.

import { toAlarmRunbook } from "../../src/operator/signs.ts";
import { type AlarmAnswer, alarmsSchema } from "./insight-answers.ts";
import { type Line, type Style, styled } from "./line.ts";
import { formatAge, formatInstant } from "./time.ts";
import type { ExitCode, Work } from "./work.ts";

/** Prints alarms. Gives 1 if one is open that is more than information, so that scripts can act on it. */
export async function runAlarms(
  { request, output, now }: Pick<Work, "request" | "output" | "now">,
  { all, json }: { readonly all: boolean; readonly json: boolean },
): Promise<ExitCode> {
  const query = { state: all ? "all" : "open" };
  const { alarms } = await request({ method: "GET", path: "/insight/alarms", query }, alarmsSchema);
  if (json) output.print(...alarms.map((alarm) => JSON.stringify(alarm)));
  else output.print(...formatAlarms(alarms, now()));
  return alarms.some(({ endedAt, severity }) => endedAt === null && severity !== "info") ? 1 : 0;
}

/** Formats each alarm: what happened, where and since when, and what to do. */
export function formatAlarms(alarms: readonly AlarmAnswer[], now: number): Line[] {
  if (alarms.length === 0) return ["No alarm is open."];
  return alarms.flatMap((alarm, index) => [...(index === 0 ? [] : [""]), ...formatAlarm(alarm, now)]);
}

const STYLES: Readonly<Record<string, Style>> = { critical: "bad", warning: "attention" };

function formatAlarm(
  { rule, severity, cause, segment, since, endedAt, summary, nextStep, paused }: AlarmAnswer,
  now: number,
): Line[] {
  const place = Object.values(segment).filter(Boolean).join("/") || "everywhere";
  const period =
    endedAt === null
      ? `open since ${formatAge(since, now)}`
      : `from ${formatInstant(since)} to ${formatInstant(endedAt)}`;
  return [
    [styled(STYLES[severity] ?? "title", severity.toUpperCase()), ` ${rule}, ${place}, ${period}`],
    `  ${summary}`,
    `  Cause: ${cause}. ${nextStep}`,
    `  See ${toAlarmRunbook(rule)}.`,
    ...(paused === null ? [] : [`  No new codes go there until ${formatInstant(paused.until)}.`]),
  ];
}
