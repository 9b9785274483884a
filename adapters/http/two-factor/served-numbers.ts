// Decides by country and type of a number if it gets codes, before any limit is counted.

import type { NumberType } from "../../../src/two-factor/numbers/number-type.ts";
import type { PhoneNumber } from "../../../src/two-factor/numbers/phone-number.ts";
import type { RefusalReason } from "../../../src/two-factor/refusal.ts";
import type { Channel } from "../../../src/wire/report.ts";

/** libphonenumber's code for numbers without a country: satellite phones, international networks, toll-free numbers. */
export const NO_COUNTRY = "001";

export type NumberTypes = Readonly<Record<Channel, readonly NumberType[]>>;

/** Texts to other types cost money and never arrive. Calls to most of them earn their owner a share of the price. */
export const DEFAULT_NUMBER_TYPES: NumberTypes = { sms: ["mobile"], voice: ["mobile", "landline"] };

export interface NumberRules {
  readonly countries: readonly string[];
  readonly numberTypes: NumberTypes;
}

export interface NumberRefusal {
  readonly failed: Extract<RefusalReason, "country_not_served" | "number_refused">;
  /** The reason, without the number. */
  readonly detail: string;
}

/** Returns the reason why a number gets no code; `undefined`: it may get one. */
export function findNumberRefusal(
  rules: NumberRules,
  number: Pick<PhoneNumber, "country" | "types">,
  channel: Channel,
): NumberRefusal | undefined {
  const { country } = number;
  if (isServed(rules.countries, country)) return findTypeRefusal(rules, number, channel);
  const home = country ?? `no country (${NO_COUNTRY})`;
  return { failed: "country_not_served", detail: `The number belongs to ${home}.` };
}

/** The same by the type alone, which depends on the channel. */
export function findTypeRefusal(
  { numberTypes }: Pick<NumberRules, "numberTypes">,
  { types }: Pick<PhoneNumber, "types">,
  channel: Channel,
): NumberRefusal | undefined {
  const served = numberTypes[channel];
  if (types.some((type) => served.includes(type))) return undefined;
  const detail = `Its type is ${types.join(" or ")}; codes by ${channel} go to ${served.join(", ")}.`;
  return { failed: "number_refused", detail };
}

/**
 * True if numbers of a country get codes.
 *
 * @param countries As in `TwoFactorOptions`: `*` includes every country, but not numbers without one.
 * @param country `undefined`: the number has none.
 */
export function isServed(countries: readonly string[], country: string | undefined): boolean {
  const name = country ?? NO_COUNTRY;
  if (countries.includes(`-${name}`)) return false;
  return countries.includes(name) || (country !== undefined && countries.includes("*"));
}
