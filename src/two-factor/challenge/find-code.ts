// Finds the code in a reply. A wrong code uses up one of the user's guesses, so digits that may mean something else are
// ignored.

import { foldDigits } from "../../shared/decimal-digits.ts";
import { readTypedCode } from "./typed-code.ts";

/** Consecutive digits. */
interface Group {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

/** Groups that belong together. */
interface Run {
  readonly groups: readonly Group[];
  /** Only spaces and dashes separate the groups, as people separate the digits of codes. */
  readonly isPlain: boolean;
}

/** The gap between two groups: `tight` as in 10:30 or 1,000, `loose` as in 398 838, `bracket` as in (020) 7946, `apart` otherwise. */
type Gap = "tight" | "loose" | "bracket" | "apart";

/**
 * Finds the code in a text such as "It's 398 838.": decimal digits of any script, together or separated by spaces and
 * dashes. Digits of something longer do not count: a phone number, a price, a date, a time of day, a longer number. The
 * time taken is linear in the length of the text.
 *
 * @param length Digits of a code.
 * @returns The code; `undefined` if there is none, or if there are several different ones.
 */
export function findCode(text: string, length: number): string | undefined {
  const whole = readTypedCode(text);
  if (whole?.length === length) return whole;
  const folded = foldDigits(text);
  const codes = new Set(toRuns(folded).flatMap((run) => findCodes(folded, run, length)));
  const [code] = codes;
  return codes.size === 1 ? code : undefined;
}

function toRuns(text: string): Run[] {
  const runs: { groups: Group[]; isPlain: boolean; readonly isOpen: boolean }[] = [];
  // In "398838 10:30" the code is not part of the time: tight groups form a run of their own.
  for (const { groups, gap } of toUnits(text)) {
    const run = runs.at(-1);
    const isTight = groups.length > 1;
    const goesOn = gap !== "apart" && !isTight && run?.isOpen === true;
    if (goesOn) {
      run.groups.push(...groups);
      run.isPlain &&= gap === "loose";
    } else runs.push({ groups: [...groups], isPlain: !isTight, isOpen: !isTight });
  }
  return runs;
}

/** Groups joined by tight gaps, each with the gap before it. */
function toUnits(text: string): { readonly groups: readonly Group[]; readonly gap: Gap }[] {
  const units: { groups: Group[]; gap: Gap }[] = [];
  for (const { 0: digits, index: start } of text.matchAll(/[0-9]+/g)) {
    const group = { digits, start, end: start + digits.length };
    const unit = units.at(-1);
    const before = unit?.groups.at(-1);
    const gap = before === undefined ? "apart" : toGap(text.slice(before.end, start), before, group);
    if (unit !== undefined && gap === "tight") unit.groups.push(group);
    else units.push({ groups: [group], gap });
  }
  return units;
}

function toGap(between: string, { digits: left }: Group, { digits: right }: Group): Gap {
  if (between.length > 3 || /[\n\r\p{Zl}\p{Zp}]/u.test(between)) return "apart";
  if (/^[\s\p{Pd}\p{Cf}\u2212]+$/u.test(between)) return "loose";
  if (/^[\s\p{Pd}\p{Cf}\u2212)]+$/u.test(between)) return "bracket";
  if (/^[^\s\p{L}]$/u.test(between)) return "tight";
  // 25. 11. 2026
  const isDayOrMonth = left.length <= 2 && (right.length <= 2 || right.length === 4);
  return isDayOrMonth && /^\.\s$/.test(between) ? "tight" : "apart";
}

/** The codes in a run: several if they are written one after the other. */
function findCodes(text: string, { groups, isPlain }: Run, length: number): string[] {
  if (isOfSomethingLonger(text, groups)) return [];
  const parts = groups.map(({ digits }) => digits);
  if (parts.every((digits) => digits.length === length)) return parts;
  if (!isPlain || isDate(parts)) return [];
  const codes: string[] = [];
  let code = "";
  for (const digits of parts) {
    code += digits;
    if (code.length > length) return [];
    if (code.length < length) continue;
    codes.push(code);
    code = "";
  }
  // A phone number may look like two codes in a row. Two equal codes are no coincidence.
  return code === "" && new Set(codes).size === 1 ? codes : [];
}

const TIME_OF_DAY = /^\s?(?:am|pm|a\.m|p\.m|h|hrs|uhr)(?!\p{L})/iu;
const MONEY_AFTER = /^\s?(?:[\p{Sc}%°]|(?:usd|eur|gbp|dollars?|euros?|pounds?)(?!\p{L}))/iu;
const MONEY_BEFORE = /(?:\p{Sc}|(?<!\p{L})(?:usd|eur|gbp))\s?$/iu;

function isOfSomethingLonger(text: string, groups: readonly Group[]): boolean {
  let [start, end] = [text.length, 0];
  for (const group of groups) [start, end] = [Math.min(start, group.start), group.end];
  // Long enough for the longest word below, and bounded.
  const [before, after] = [text.slice(Math.max(0, start - 5), start), text.slice(end, end + 10)];
  const isShort = groups.length === 1 && end - start <= 4;
  return (
    /(?:\+\s?|[/@_])$/.test(before) ||
    /^[/@_]/.test(after) ||
    MONEY_BEFORE.test(before) ||
    MONEY_AFTER.test(after) ||
    (isShort && TIME_OF_DAY.test(after))
  );
}

const isYear = (digits: string) => /^(?:19|20)[0-9]{2}$/.test(digits);
const isMonth = (digits: string) => digits.length <= 2 && Number(digits) >= 1 && Number(digits) <= 12;
const isDay = (digits: string) => digits.length <= 2 && Number(digits) >= 1 && Number(digits) <= 31;

/** 25-11-2026, 2026-11-25, 11-25-26, 11-2026, 2025-2026. */
function isDate(parts: readonly string[]): boolean {
  const [first = "", second = "", third = ""] = parts;
  if (parts.length === 2) {
    return (isYear(first) && (isMonth(second) || isYear(second))) || (isMonth(first) && isYear(second));
  }
  if (parts.length !== 3) return false;
  const mayBeYear = (digits: string) => digits.length === 2 || isYear(digits);
  const endsWithYear = (isDay(first) && isMonth(second)) || (isMonth(first) && isDay(second));
  return (mayBeYear(third) && endsWithYear) || (mayBeYear(first) && isMonth(second) && isDay(third));
}
