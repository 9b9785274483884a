// Who sends texts, by country: some countries forbid names, some demand a registered one, and US and Canadian phones
// take numbers only.

import * as v from "valibot";
import { objectOf, required } from "../../shared/validation.ts";
import { byCountry } from "./by-country.ts";
import { senderIdSchema } from "./sender-id.ts";

/** Who sends: to most countries, and to those that want another sender. At least one of the two. */
export interface SmsFrom {
  /** For every country without a sender of its own; left out, others get no texts. */
  readonly default?: string;
  /** By ISO 3166 alpha-2 code. */
  readonly byCountry?: Readonly<Record<string, string>>;
}

const senders = byCountry(senderIdSchema, "must be an object of senders by country");

/** The rules of a sender, or of senders by country. */
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

/** Who sends to a country; `undefined`: nobody does. */
export function pickSender(
  from: v.InferOutput<typeof smsFromSchema>,
  country: string | undefined,
): string | undefined {
  const own = country !== undefined && Object.hasOwn(from.byCountry, country);
  return own ? from.byCountry[country] : from.default;
}
