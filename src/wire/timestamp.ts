// Two spellings of an instant: the wire's "yyyy-MM-dd HH:mm:ss" in UTC (Conversion API, `timestamp`), and
// what callers hold: a Date, epoch milliseconds, or ISO 8601 with an offset. Inside it is epoch milliseconds.

const WIRE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const ISO = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Writes an instant as Vonage takes it.
 *
 * @param instant Epoch milliseconds; the fraction of a second is dropped.
 * @returns `yyyy-MM-dd HH:mm:ss`, UTC.
 */
export function formatTimestamp(instant: number): string {
  return new Date(instant).toISOString().slice(0, 19).replace("T", " ");
}

/**
 * Reads `yyyy-MM-dd HH:mm:ss` as UTC.
 *
 * @returns Epoch milliseconds, or `undefined` for any other spelling and for days and hours that do not exist.
 */
export function parseTimestamp(text: string): number | undefined {
  if (!WIRE.test(text)) return undefined;
  const instant = Date.parse(`${text.replace(" ", "T")}Z`);
  // Date.parse rolls 30 February over into March; a round trip shows it.
  return Number.isNaN(instant) || formatTimestamp(instant) !== text ? undefined : instant;
}

/**
 * Reads an instant as callers give it: a valid `Date`, epoch milliseconds, or an ISO 8601 string with `Z` or
 * an offset. A string without an offset is refused, since it would mean another instant on every machine.
 *
 * @returns Epoch milliseconds in whole seconds, the resolution of the wire, or `undefined`.
 */
export function parseInstant(value: unknown): number | undefined {
  let instant = value instanceof Date ? value.getTime() : value;
  if (typeof instant === "string") {
    const day = ISO.exec(instant)?.[1];
    // Some engines roll 30 February over, here too.
    instant = parseTimestamp(`${day} 00:00:00`) === undefined ? undefined : Date.parse(instant);
  }
  // ±8.64e15 ms is all that a Date can hold. NaN fails the comparison.
  return typeof instant === "number" && Math.abs(instant) <= 8.64e15
    ? Math.floor(instant / 1000) * 1000
    : undefined;
}
