// What kinds of numbers there are, and which of them codes go to.

import type { NumberType as LibraryType } from "libphonenumber-js/max";

/** Kinds of phone numbers, as numbering plans tell them apart. */
export const NUMBER_TYPES = [
  "mobile",
  "landline",
  "voip",
  "toll-free",
  "premium-rate",
  "shared-cost",
  "personal",
  "pager",
  "uan",
  "voicemail",
] as const;

export type NumberType = (typeof NUMBER_TYPES)[number];

const BY_LIBRARY: Readonly<Record<Exclude<LibraryType, undefined>, readonly NumberType[]>> = {
  MOBILE: ["mobile"],
  FIXED_LINE: ["landline"],
  // Plans such as that of North America do not tell.
  FIXED_LINE_OR_MOBILE: ["mobile", "landline"],
  VOIP: ["voip"],
  TOLL_FREE: ["toll-free"],
  PREMIUM_RATE: ["premium-rate"],
  SHARED_COST: ["shared-cost"],
  PERSONAL_NUMBER: ["personal"],
  PAGER: ["pager"],
  UAN: ["uan"],
  VOICEMAIL: ["voicemail"],
};

/**
 * Numbers that cost money and that libphonenumber takes for ordinary ones: North America's 976 exchanges (pay per call,
 * in nearly all area codes) and directory assistance (555-1212).
 */
const PAID_IN_NORTH_AMERICA = /^1[2-9]\d\d(?:976\d{4}|5551212)$/;

/**
 * The types that a number may be of; several where its plan does not tell.
 *
 * @param number E.164 digits without "+".
 */
export function toNumberTypes(number: string, type: LibraryType): readonly NumberType[] {
  if (type === undefined) return [];
  return PAID_IN_NORTH_AMERICA.test(number) ? ["premium-rate"] : BY_LIBRARY[type];
}
