// Phone numbers, by the numbering plans of all countries (libphonenumber's full metadata, which knows types of numbers).
// For the Worker alone: the metadata is larger than all clients together.

import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber as LibraryNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import { type NumberType, toNumberTypes } from "./number-type.ts";
import { toCanonicalNumber } from "./spellings.ts";
import { readTypedNumber } from "./typed-number.ts";

/** A number that exists as far as its country's numbering plan tells. */
export interface PhoneNumber {
  /** E.164 digits without "+", as Vonage takes them; the same for every spelling of a phone: its identity. */
  readonly number: string;
  /** What a call goes to: other than `number` for an Argentine number without 9, which may be a landline. */
  readonly called: string;
  /** ISO 3166 alpha-2; `undefined` for numbers of no country, such as satellite phones. */
  readonly country: string | undefined;
  /** Digits, such as `44`. */
  readonly callingCode: string;
  /** What it may be; several where the plan does not tell. */
  readonly types: readonly NumberType[];
}

export type ParsedPhoneNumber =
  | (PhoneNumber & { readonly fault?: never })
  | ({ readonly [name in keyof PhoneNumber]?: never } & { readonly fault: string });

/** E.164 digits without "+", as Vonage writes them: the country code never begins with 0. */
const DIGITS_ALONE = /^[1-9]\d{6,14}$/;

const NOT_READ =
  "must be in E.164 (+ and the country code first), or come with the defaultCountry that it is written for";
const NOT_WRITTEN =
  "must be a phone number: digits, blanks, brackets and dashes, and + before a country code";
const UNKNOWN = "is not a phone number that exists; check country code and length";
const AMBIGUOUS = "can be read with and without a country code; put + before the country code";

/**
 * Reads a number as people write it, with blanks, brackets and dashes, in digits of any script. "+" and the country
 * code come first; without "+" it is read as people in `defaultCountry` dial it (`020 7946 0018`, `00 44 20…`). Without
 * `defaultCountry`, digits alone begin with the country code, as Vonage writes them, and anything else without "+" is
 * refused. A trunk prefix after the country code, as in +44 (0)20…, is left out. Numbers set aside for fiction are taken
 * where the country's plan has them (+1 201 555 01xx), and refused where it has not (+44 7700 900xxx).
 *
 * @param defaultCountry ISO 3166 alpha-2.
 * @returns The number, or what is wrong with it, without quoting it.
 */
export function parsePhoneNumber(text: string, defaultCountry?: string): ParsedPhoneNumber {
  const typed = readTypedNumber(text);
  if (typed === undefined) return { fault: NOT_WRITTEN };
  if (typed.isInternational || (defaultCountry === undefined && DIGITS_ALONE.test(text))) {
    return readInternational(typed.digits) ?? { fault: UNKNOWN };
  }
  if (defaultCountry === undefined || !isSupportedCountry(defaultCountry)) return { fault: NOT_READ };
  const [first, ...more] = readNational(typed.digits, defaultCountry);
  if (first === undefined) return { fault: UNKNOWN };
  return more.length === 0 ? first : { fault: AMBIGUOUS };
}

/**
 * The spelling by which a number of Vonage's is known here.
 *
 * @param number Digits of a receipt or a reply, country code first.
 */
export function identifyNumber(number: string): string {
  return readInternational(number)?.number ?? toCanonicalNumber(number);
}

/**
 * A number as it may be shown and logged: country code and the last two digits, such as `+44********12`.
 *
 * @param number As {@link parsePhoneNumber} takes it. Of anything else no digit is shown.
 */
export function maskNumber(number: string, defaultCountry?: string): string {
  const parsed = parsePhoneNumber(number, defaultCountry);
  if (parsed.fault !== undefined) return "***";
  const { callingCode } = parsed;
  const hidden = parsed.number.length - callingCode.length - 2;
  return `+${callingCode}${"*".repeat(hidden)}${parsed.number.slice(-2)}`;
}

/** What the digits can be in a country: more than one number where that cannot be decided. */
function readNational(digits: string, country: CountryCode): PhoneNumber[] {
  const callingCode = getCountryCallingCode(country);
  const dialled = country === "MX" ? digits.replace(MEXICAN_PREFIX, "") : digits;
  const national = parsePhoneNumberFromString(dialled, { defaultCountry: country, extract: false });
  const readings = [
    // What it took for a trunk prefix or an international one is gone; 00 is understood where another is dialled.
    readInternational(national?.number.slice(1) ?? "") ??
      (digits.startsWith("00") ? readInternational(digits.slice(2)) : undefined),
    digits.startsWith(callingCode) ? readInternational(digits) : undefined,
  ].filter((reading) => reading !== undefined);
  const distinct = readings.filter(
    ({ number }, index) => readings.findIndex((other) => other.number === number) === index,
  );
  // 4915112345678 is a mobile number in Germany, and the start of a landline number there that nobody writes so.
  const mobile = distinct.filter(({ types }) => types.includes("mobile"));
  return mobile.length === 1 ? mobile : distinct;
}

/** Before ten digits: trunk prefixes and the mobile prefixes of before 2019. */
const MEXICAN_PREFIX = /^(?:0[12]|04[45]|1)(?=\d{10}$)/;

function readInternational(digits: string): PhoneNumber | undefined {
  if (/^54/.test(digits)) return readArgentine(digits);
  const plain = digits.startsWith("52") ? `52${digits.slice(2).replace(MEXICAN_PREFIX, "")}` : digits;
  // Also before it is known to be valid: a former spelling is not.
  const parsed = parse(plain);
  const known = parse(toCanonicalNumber(parsed?.number.slice(1) ?? plain));
  return known?.isValid() ? toPhoneNumber(known) : undefined;
}

/**
 * Area code and number have ten digits, of a landline or a mobile phone. Mobile phones are called with 9 before them
 * from abroad, and with 15 between the two within the country.
 */
function readArgentine(digits: string): PhoneNumber | undefined {
  const with15 = /^549(\d{12})$/.exec(digits)?.[1];
  const parsed = parse(with15 === undefined ? digits : `54${with15}`);
  const written = parsed?.number.slice(1) ?? "";
  const [, nine, line] = /^54(9?)([1-3]\d{9})$/.exec(written) ?? [];
  if (line === undefined) return parsed?.isValid() ? toPhoneNumber(parsed) : undefined;
  const mobile = parse(`549${line}`);
  if (!mobile?.isValid()) return undefined;
  const known = toPhoneNumber(mobile);
  // The plan has the same numbers for landlines, without 9.
  return nine === "" ? { ...known, called: written, types: ["mobile", "landline"] } : known;
}

function parse(digits: string): LibraryNumber | undefined {
  return parsePhoneNumberFromString(`+${digits}`, { extract: false });
}

function toPhoneNumber(known: LibraryNumber): PhoneNumber {
  const number = known.number.slice(1);
  return {
    number,
    called: number,
    country: known.country,
    callingCode: known.countryCallingCode,
    types: toNumberTypes(number, known.getType()),
  };
}
