// The facts that a caller may give of a message that it sent, and their rules.

import * as v from "valibot";
import { toPrice } from "../insight/facts.ts";
import { field, text } from "../shared/validation.ts";
import { MAX_CLOCK_SKEW_MS } from "../wire/report.ts";
import { parseInstant } from "../wire/timestamp.ts";

/** The route and the price of a message. */
export interface SentFacts {
  /**
   * The number that it was sent to, in E.164: `+447400123456`. Its country is counted, and a keyed hash tells bursts to
   * one block of numbers. The number itself is not stored, logged or answered.
   *
   * @default the country is `country`
   */
  readonly to?: string;
  /**
   * ISO 3166 alpha-2, if you do not want to give `to`.
   *
   * @default unknown
   */
  readonly country?: string;
  /**
   * MCCMNC of the network: `network` in the SMS API's reply.
   *
   * @default the delivery receipt's
   */
  readonly network?: string;
  /**
   * When it was sent: a `Date`, epoch milliseconds, or ISO 8601 with an offset. Within the last day.
   *
   * @default the time of the call
   */
  readonly sentAt?: Date | number | string;
  /**
   * The price in EUR, such as `0.0333`: `message-price` in the SMS API's reply, of all parts together.
   *
   * @default the delivery receipt's
   */
  readonly price?: number | string;
}

const OLDEST_MS = 24 * 3_600_000;

/** @param now The clock, in epoch milliseconds. */
export const sentFactsEntries = (now: () => number) => ({
  to: v.optional(text("a phone number with + and its country code", /^.{1,60}$/s)),
  country: v.optional(text("an ISO 3166 code in capitals, such as GB", /^[A-Z]{2}$/)),
  network: v.optional(text("an MCCMNC, such as 23410", /^\d{4,6}$/)),
  sentAt: v.optional(
    v.pipe(
      field<Date | number | string>(
        "a valid Date, epoch milliseconds or ISO 8601 with an offset",
        (value) => parseInstant(value) !== undefined,
      ),
      v.transform((value) => Number(parseInstant(value))),
      v.check(
        (instant) => instant >= now() - OLDEST_MS,
        "must be within the last day; milliseconds are taken, not seconds",
      ),
      v.check((instant) => instant <= now() + MAX_CLOCK_SKEW_MS, "must not be later than now"),
    ),
  ),
  price: v.optional(
    v.pipe(
      field<number | string>("a price in EUR from 0 to 100, such as 0.0333", isPrice),
      v.transform((value) => Number(toPrice(String(value)))),
    ),
  ),
});

/** Facts as their schema returns them. */
export interface ValidSentFacts {
  readonly to?: string | undefined;
  readonly country?: string | undefined;
  readonly network?: string | undefined;
  /** Epoch milliseconds. */
  readonly sentAt?: number | undefined;
  /** In 1e-8 EUR. */
  readonly price?: number | undefined;
}

/** A decimal fraction alone: `1e-2` and `0x1` are mistakes. */
function isPrice(value: unknown): boolean {
  if (typeof value === "number") return toPrice(String(value)) !== undefined;
  return typeof value === "string" && /^\d{1,4}(?:\.\d{1,10})?$/.test(value) && toPrice(value) !== undefined;
}
