// The types of phone numbers. The operator chooses the types that get codes.

import type { NumberType as LibraryType } from "libphonenumber-js/max";

/** As numbering plans distinguish them. */
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
  // Plans such as North America's do not distinguish the two.
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
 * Premium-rate numbers that libphonenumber takes for ordinary ones: North America's 976 exchanges (pay per call, in
 * nearly all area codes) and directory assistance (555-1212).
 */
const PAID_IN_NORTH_AMERICA = /^1[2-9]\d\d(?:976\d{4}|5551212)$/;

/**
 * The types that a number may have: several if its plan does not distinguish them, none if the type is unknown.
 *
 * @param number E.164 digits without "+".
 */
export function toNumberTypes(number: string, type: LibraryType): readonly NumberType[] {
  if (type === undefined) return [];
  return PAID_IN_NORTH_AMERICA.test(number) ? ["premium-rate"] : BY_LIBRARY[type];
}
