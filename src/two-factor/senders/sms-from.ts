// The sender of texts, by country: some countries forbid names, some demand a registered one, and US and Canadian
// phones accept numbers only.

import * as v from "valibot";
import { objectOf, required } from "../../shared/validation.ts";
import { byCountry } from "./by-country.ts";
import { senderIdSchema } from "./sender-id.ts";

/**
 * The senders of texts: a default, senders by country, or both.
 *
 * @example
 * const from: SmsFrom = { default: "Acme", byCountry: { US: "12015550100", IN: "ACMEIN" } };
 */
export interface SmsFrom {
  /** The sender for every country without its own. Without a default, those get no texts. */
  readonly default?: string;
  /** Senders by ISO 3166 alpha-2 code. */
  readonly byCountry?: Readonly<Record<string, string>>;
}

const senders = byCountry(senderIdSchema, "must be an object of senders by country");

/** The rules of one sender, or of {@link SmsFrom}. */
export const smsFromSchema = required(
  v.lazy((value) =>
    typeof value === "object" && value !== null
      ? v.pipe(
          objectOf({ default: v.optional(senderIdSchema), byCountry: v.optional(senders, {}) }),
          v.check(
            (from) => from.default !== undefined || Object.keys(from.byCountry).length > 0,
            "must name a sender",
          ),
        )
      : v.pipe(
          senderIdSchema,
          v.transform((from) => ({ default: from, byCountry: {} as Record<string, string> })),
        ),
  ),
);

/** The sender for a country; `undefined`: there is none. */
export function pickSender(
  from: v.InferOutput<typeof smsFromSchema>,
  country: string | undefined,
): string | undefined {
  const own = country !== undefined && Object.hasOwn(from.byCountry, country);
  return own ? from.byCountry[country] : from.default;
}
