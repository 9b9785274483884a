import { parsePhoneNumberFromString } from "libphonenumber-js/min";

/** A number that exists as far as its country's numbering plan tells. */
export interface PhoneNumber {
  /** E.164 digits without "+", as Vonage takes them. */
  readonly number: string;
  /** ISO 3166 alpha-2; `undefined` for numbers of no country, such as satellite phones. */
  readonly country: string | undefined;
  /** Digits, such as `44`. */
  readonly callingCode: string;
}

/** 7 to 15 digits, the first of them of the country code, which never begins with 0. */
const E164 = /^\+?([1-9]\d{6,14})$/;

/**
 * Reads a number in E.164, with "+" or, as Vonage writes it, without: digits alone always begin with the country
 * code. Blanks, brackets and "00" are refused rather than guessed at. A trunk prefix after the country code, as in
 * +44 (0)20…, is left out, so that every spelling of a number counts as the same. Numbers set aside for fiction are
 * taken where the country's plan has them (+1 201 555 01xx), and refused where it has not (+44 7700 900xxx).
 *
 * @returns The number, or what is wrong with it, without quoting it.
 */
export function parsePhoneNumber(
  text: string,
):
  | (PhoneNumber & { readonly fault?: never })
  | ({ readonly [name in keyof PhoneNumber]?: never } & { readonly fault: string }) {
  const digits = E164.exec(text)?.[1];
  if (digits === undefined) {
    return { fault: "must be a phone number in E.164: country code first, 7 to 15 digits, nothing between" };
  }
  const parsed = parsePhoneNumberFromString(`+${digits}`);
  if (!parsed?.isValid())
    return { fault: "is not a phone number that exists; check country code and length" };
  return {
    number: parsed.number.slice(1),
    country: parsed.country,
    callingCode: parsed.countryCallingCode,
  };
}

/**
 * A number as it may be shown and logged: country code and the last two digits, such as `+44********12`.
 *
 * @param number E.164 digits, with or without "+". Of anything else no digit is shown.
 */
export function maskNumber(number: string): string {
  const parsed = parsePhoneNumber(number);
  if (parsed.fault !== undefined) return "***";
  const { callingCode } = parsed;
  const hidden = parsed.number.length - callingCode.length - 2;
  return `+${callingCode}${"*".repeat(hidden)}${parsed.number.slice(-2)}`;
}
