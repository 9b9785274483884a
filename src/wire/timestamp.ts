// Converts instants between epoch milliseconds and two formats: the Conversion API's "yyyy-MM-dd HH:mm:ss" in UTC, and
// the callers' (a Date, epoch milliseconds, or ISO 8601 with an offset).

const WIRE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const ISO = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Formats an instant for Vonage.
 *
 * @param instant Epoch milliseconds; fractions of a second are dropped.
 * @returns `yyyy-MM-dd HH:mm:ss`, UTC.
 */
export function formatTimestamp(instant: number): string {
  return new Date(instant).toISOString().slice(0, 19).replace("T", " ");
}

/**
 * Reads `yyyy-MM-dd HH:mm:ss` as UTC.
 *
 * @returns Epoch milliseconds, or `undefined` for any other format and for days and hours that do not exist.
 */
export function parseTimestamp(text: string): number | undefined {
  if (!WIRE.test(text)) return undefined;
  const instant = Date.parse(`${text.replace(" ", "T")}Z`);
  // Date.parse rolls 30 February over into March; formatting it again reveals that.
  return Number.isNaN(instant) || formatTimestamp(instant) !== text ? undefined : instant;
}

/**
 * Reads a caller's instant: a valid `Date`, epoch milliseconds, or an ISO 8601 string with `Z` or an offset. A string
 * without an offset is refused: it would mean a different instant in each time zone.
 *
 * @returns Epoch milliseconds in whole seconds, the resolution of the wire, or `undefined`.
 */
export function parseInstant(value: unknown): number | undefined {
  let instant = value instanceof Date ? value.getTime() : value;
  if (typeof instant === "string") {
    const day = ISO.exec(instant)?.[1];
    // Some engines roll 30 February over here too.
    instant = parseTimestamp(`${day} 00:00:00`) === undefined ? undefined : Date.parse(instant);
  }
  // A Date holds at most ±8.64e15 ms. NaN fails the comparison.
  return typeof instant === "number" && Math.abs(instant) <= 8.64e15
    ? Math.floor(instant / 1000) * 1000
    : undefined;
}
