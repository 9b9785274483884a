import { UsageError } from "./usage-error.ts";

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** Turns `24h`, `30m` and `7d` into the instant so long ago, in epoch seconds. Anything else is for the Worker to read. */
export function toInstant(text: string, now: number): string {
  const [, count, unit = ""] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count === undefined) return text;
  return String(Math.floor(now / 1000) - Number(count) * (UNITS[unit] ?? 0));
}

/**
 * Reads an instant where the command itself compares. Without a time zone it is UTC, as all times in the output.
 *
 * @returns Epoch milliseconds.
 * @throws {UsageError} when it is none.
 */
export function readInstant(option: string, given: string, now: number, command: string): number {
  const text = toInstant(given, now);
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000;
  const [iso, time, , , zone] =
    /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  // JavaScript reads a date as UTC, but a date with a time as local time.
  const isLocal = time !== undefined && zone === undefined;
  const milliseconds =
    iso === undefined ? Number.NaN : Date.parse(`${iso.replace(" ", "T")}${isLocal ? "Z" : ""}`);
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw new UsageError(
    `${option} must be ISO 8601 (2026-11-24T12:00:00Z), epoch seconds, or so long ago: 30m, 24h, 7d.`,
    command,
  );
}
