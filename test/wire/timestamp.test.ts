import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTimestamp, parseInstant, parseTimestamp } from "../../src/wire/timestamp.ts";
import "../support/property-seed.ts";

/** The first instant of year 0 and the last of year 9999, the range of four digits. */
const fourDigitYears = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });
const toSecond = (instant: number) => Math.floor(instant / 1000) * 1000;

describe("an instant on the wire", () => {
  it.each([
    [0, "1970-01-01 00:00:00"],
    [Date.UTC(2026, 1, 3, 4, 5, 6, 789), "2026-02-03 04:05:06"],
    [Date.UTC(2026, 11, 31, 23, 59, 59, 999), "2026-12-31 23:59:59"],
    [Date.UTC(2024, 1, 29), "2024-02-29 00:00:00"],
  ])("%d is written %s: UTC, two digits each, no fraction", (instant, text) => {
    expect(formatTimestamp(instant)).toBe(text);
    expect(parseTimestamp(text)).toBe(toSecond(instant));
  });

  it.each([
    ["a day that does not exist", "2026-02-30 00:00:00"],
    ["29 February of a common year", "2026-02-29 12:00:00"],
    ["31 April", "2026-04-31 00:00:00"],
    ["month 13", "2026-13-01 00:00:00"],
    ["month 0", "2026-00-01 00:00:00"],
    ["day 0", "2026-01-00 00:00:00"],
    ["hour 24", "2026-01-01 24:00:00"],
    ["minute 60", "2026-01-01 00:60:00"],
    ["a leap second", "2016-12-31 23:59:60"],
    ["a T between", "2026-01-01T00:00:00"],
    ["a Z at the end", "2026-01-01 00:00:00Z"],
    ["a fraction", "2026-01-01 00:00:00.5"],
    ["no seconds", "2026-01-01 00:00"],
    ["single digits", "2026-1-1 0:0:0"],
    ["blanks around it", " 2026-01-01 00:00:00 "],
    ["a line end after it", "2026-01-01 00:00:00\n"],
    ["digits of another script", "２０２６-01-01 00:00:00"],
    ["a date alone", "2026-01-01"],
    ["a year of six digits", "+012026-01-01 00:00"],
    ["a year before the first", "-000001-01-01 00:00"],
    ["nothing", ""],
  ])("is not read with %s", (_, text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it("is read back to the second for every year of four digits", () => {
    fc.assert(
      fc.property(fourDigitYears, (instant) => {
        expect(parseTimestamp(formatTimestamp(instant))).toBe(toSecond(instant));
      }),
    );
  });

  it("has one spelling only", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)), (text) => {
        const instant = parseTimestamp(text);
        if (instant !== undefined) expect(formatTimestamp(instant)).toBe(text);
      }),
    );
  });
});

describe("an instant from a caller", () => {
  const noon = Date.UTC(2026, 5, 1, 12);

  it.each<[string, unknown, number]>([
    ["a Date", new Date(noon), noon],
    ["epoch milliseconds", noon, noon],
    ["ISO 8601 with Z", "2026-06-01T12:00:00Z", noon],
    ["an offset ahead of UTC", "2026-06-01T14:00:00+02:00", noon],
    ["an offset behind UTC", "2026-06-01T04:30:00-07:30", noon],
    ["an offset of zero", "2026-06-01T12:00:00-00:00", noon],
    ["an offset that moves it into another day", "2026-06-02T01:00:00+13:00", noon],
    ["no seconds", "2026-06-01T12:00Z", noon],
    ["a fraction, which is dropped", "2026-06-01T12:00:00.999Z", noon],
    ["a fraction of nine digits, which is dropped", "2026-06-01T12:00:00.123456789+00:00", noon],
    ["a Date with a fraction, which is dropped", new Date(noon + 999), noon],
    ["milliseconds with a fraction of a second, which is dropped", noon + 1.5, noon],
    ["an instant before 1970, whose fraction is dropped towards the past", -1, -1000],
    ["the last instant that a Date can hold", 8.64e15, 8.64e15],
  ])("is read from %s", (_, value, instant) => {
    expect(parseInstant(value)).toBe(instant);
  });

  it.each<[string, unknown]>([
    ["a string without an offset", "2026-06-01T12:00:00"],
    ["a date alone", "2026-06-01"],
    ["the wire's own spelling, which has no offset", "2026-06-01 12:00:00"],
    ["an offset without a colon", "2026-06-01T12:00:00+0200"],
    ["an offset of more than a day", "2026-06-01T12:00:00+24:00"],
    ["a day that does not exist", "2026-02-30T12:00:00Z"],
    ["29 February of a common year, with an offset", "2026-02-29T12:00:00+01:00"],
    ["hour 25", "2026-06-01T25:00:00Z"],
    ["minute 60", "2026-06-01T12:60:00Z"],
    ["a point without a fraction", "2026-06-01T12:00:00.Z"],
    ["a small t and z", "2026-06-01t12:00:00z"],
    ["a year of six digits", "+012026-06-01T12:00:00Z"],
    ["text after it", "2026-06-01T12:00:00Z (noon)"],
    ["an HTTP date", "Mon, 01 Jun 2026 12:00:00 GMT"],
    ["digits in a string", String(noon)],
    ["nothing", ""],
    ["an invalid Date", new Date(Number.NaN)],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["more than a Date can hold", 8.64e15 + 1],
    ["less than a Date can hold", -8.64e15 - 1],
    ["undefined", undefined],
    ["null", null],
    ["a bigint", 1n],
    ["an object with a getTime of its own", { getTime: () => noon }],
  ])("is not read from %s", (_, value) => {
    expect(parseInstant(value)).toBeUndefined();
  });

  it("is the same from a Date, from milliseconds and from ISO 8601 at any offset", () => {
    const minutes = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_000_000_000 }), minutes, (instant, offset) => {
        const pad = (value: number) => String(Math.abs(value)).padStart(2, "0");
        const zone = `${offset < 0 ? "-" : "+"}${pad(Math.trunc(offset / 60))}:${pad(offset % 60)}`;
        const local = new Date(instant + offset * 60_000).toISOString().replace("Z", zone);
        const whole = toSecond(instant);
        expect([instant, new Date(instant), local].map(parseInstant)).toEqual([whole, whole, whole]);
      }),
    );
  });
});
