import { formatTimestamp } from "../../src/wire/timestamp.ts";

/** Formats as `yyyy-MM-dd HH:mm:ss` UTC; `-` for none. Returns invalid instants unchanged. */
export function formatInstant(instant: string | null): string {
  if (instant === null) return "-";
  const milliseconds = Date.parse(instant);
  return Number.isNaN(milliseconds) ? instant : formatTimestamp(milliseconds);
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** Formats a time span with its two largest units: `2 hours 5 minutes`. */
export function formatSpan(milliseconds: number): string {
  const first = UNITS.findIndex(([, size]) => milliseconds >= size);
  if (first < 0) return "0 seconds";
  let left = milliseconds;
  return UNITS.slice(first, first + 2)
    .map(([unit, size]) => {
      const count = Math.floor(left / size);
      left -= count * size;
      return count === 0 ? "" : `${count} ${unit}${count === 1 ? "" : "s"}`;
    })
    .filter(Boolean)
    .join(" ");
}

/** Formats an instant and its age. */
export function formatAge(instant: string, now: number): string {
  const milliseconds = Date.parse(instant);
  const age = Number.isNaN(milliseconds) ? "" : ` (${formatSpan(now - milliseconds)})`;
  return `${formatInstant(instant)}${age}`;
}
