import type { Result } from "./simulate.ts";

export const HEADER = [
  "| messages an hour | world | false alarms in 30 days | naive rule | drop to 55 % found after | naive rule | outage | 60 bogus messages an hour |",
  "|---|---|---|---|---|---|---|---|",
].join("\n");

/** Writes results as a Markdown table. */
export const toTable = (results: readonly Result[]): string => [HEADER, ...results.map(toRow)].join("\n");

function toRow(result: Result): string {
  const cells = [
    String(result.messagesPerHour),
    result.swing === 0 ? "steady" : `swings by ±${result.swing * 100} points`,
    result.falseAlarms.toFixed(2),
    String(Math.round(result.naiveFalseAlarms)),
    ...[result.drop, result.naiveDrop, result.outage, result.pumping].map(toTime),
  ];
  return `| ${cells.join(" | ")} |`;
}

function toTime(minutes: number | null): string {
  if (minutes === null) return "not found";
  return minutes < 100 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}
