// Phone numbers, by the numbering plans of all countries: libphonenumber's full metadata, which knows the types of
// numbers. Only the Worker imports this file: the metadata is larger than all clients together.

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

/** A number that is valid in its country's numbering plan. */
export interface PhoneNumber {
  /** The phone's identity, the same for every spelling: E.164 digits without "+", as Vonage takes them. */
  readonly number: string;
  /** The number that a call goes to. It differs for an Argentine number without 9, which may be a landline. */
  readonly called: string;
  /** ISO 3166 alpha-2; `undefined` for numbers without a country, such as satellite phones. */
  readonly country: string | undefined;
  /** Digits, such as `44`. */
  readonly callingCode: string;
  /** The types that it may have; several if the plan does not distinguish them. */
  readonly types: readonly NumberType[];
}

export type ParsedPhoneNumber =
  | (PhoneNumber & { readonly fault?: never })
  | ({ readonly [name in keyof PhoneNumber]?: never } & { readonly fault: string });

/** E.164 digits without "+", as Vonage writes them: the country code never begins with 0. */
const DIGITS_ALONE = /^[1-9]\d{6,14}$/;

const NO_COUNTRY_CODE = "must begin with + and the country code (E.164), or come with a defaultCountry";
const NOT_A_NUMBER =
  "must be a phone number: digits, spaces, brackets and dashes, with + before a country code";
const NOT_VALID = "is not a valid phone number; check the country code and the length";
const AMBIGUOUS = "can be read with and without a country code; put + before the country code";

/**
 * Reads a number as people write it: with spaces, brackets and dashes, in the digits of any script.
 *
 * - With "+", the country code comes first. A trunk prefix after it, as in +44 (0)20…, is dropped.
 * - Without "+", the number is read as people in `defaultCountry` dial it: `020 7946 0018`, `00 44 20…`.
 * - Without "+" and `defaultCountry`, digits alone begin with the country code, as Vonage writes them. Anything else is
 *   refused.
 *
 * Numbers reserved for fiction are accepted if the country's plan has them (+1 201 555 01xx), and refused if not
 * (+44 7700 900xxx).
 *
 * @param defaultCountry ISO 3166 alpha-2.
 * @returns The number, or a fault that does not quote it.
 */
export function parsePhoneNumber(text: string, defaultCountry?: string): ParsedPhoneNumber {
  const typed = readTypedNumber(text);
  if (typed === undefined) return { fault: NOT_A_NUMBER };
  if (typed.isInternational || (defaultCountry === undefined && DIGITS_ALONE.test(text))) {
    return readInternational(typed.digits) ?? { fault: NOT_VALID };
  }
  if (defaultCountry === undefined || !isSupportedCountry(defaultCountry)) return { fault: NO_COUNTRY_CODE };
  const [first, ...more] = readNational(typed.digits, defaultCountry);
  if (first === undefined) return { fault: NOT_VALID };
  return more.length === 0 ? first : { fault: AMBIGUOUS };
}

/**
 * The canonical spelling of a number in a receipt or a reply.
 *
 * @param number Digits, country code first.
 */
export function identifyNumber(number: string): string {
  return readInternational(number)?.number ?? toCanonicalNumber(number);
}

/**
 * Masks a number for logs: `+44********12` keeps the country code and the last two digits. A text that
 * {@link parsePhoneNumber} refuses is masked completely.
 */
export function maskNumber(number: string, defaultCountry?: string): string {
  const parsed = parsePhoneNumber(number, defaultCountry);
  if (parsed.fault !== undefined) return "***";
  const { callingCode } = parsed;
  const hidden = parsed.number.length - callingCode.length - 2;
  return `+${callingCode}${"*".repeat(hidden)}${parsed.number.slice(-2)}`;
}

/** The numbers that the digits can stand for in a country: several if they are ambiguous. */
function readNational(digits: string, country: CountryCode): PhoneNumber[] {
  const callingCode = getCountryCallingCode(country);
  const dialled = country === "MX" ? digits.replace(MEXICAN_PREFIX, "") : digits;
  const national = parsePhoneNumberFromString(dialled, { defaultCountry: country, extract: false });
  const readings = [
    // The library drops trunk and international prefixes. It knows the prefix of each country; 00 is accepted in all.
    readInternational(national?.number.slice(1) ?? "") ??
      (digits.startsWith("00") ? readInternational(digits.slice(2)) : undefined),
    digits.startsWith(callingCode) ? readInternational(digits) : undefined,
  ].filter((reading) => reading !== undefined);
  const distinct = readings.filter(
    ({ number }, index) => readings.findIndex((other) => other.number === number) === index,
  );
  // 4915112345678 is a mobile number with its country code in Germany. It could also begin a landline number there.
  const mobile = distinct.filter(({ types }) => types.includes("mobile"));
  return mobile.length === 1 ? mobile : distinct;
}

/** Before ten digits: a trunk prefix, or a mobile prefix from before 2019. */
const MEXICAN_PREFIX = /^(?:0[12]|04[45]|1)(?=\d{10}$)/;

function readInternational(digits: string): PhoneNumber | undefined {
  if (/^54/.test(digits)) return readArgentine(digits);
  const plain = digits.startsWith("52") ? `52${digits.slice(2).replace(MEXICAN_PREFIX, "")}` : digits;
  // Canonical before it is validated: a former spelling is not valid.
  const parsed = parse(plain);
  const known = parse(toCanonicalNumber(parsed?.number.slice(1) ?? plain));
  return known?.isValid() ? toPhoneNumber(known) : undefined;
}

/**
 * In Argentina, area code and line have ten digits together, for landlines and mobile phones. Mobile phones take 9 before
 * them when called from abroad, and 15 between area code and line when called from within the country.
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
  // Without 9, the same digits may be a landline.
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
