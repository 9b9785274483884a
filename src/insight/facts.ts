import type { Channel } from "../wire/report.ts";
import { toCountry, toNetwork } from "./segment.ts";

/** A carrier's final word on a message. `other`: a receipt with any other status, such as `buffered`. */
export type ReceiptClass = "delivered" | "failed" | "expired" | "rejected" | "other";

export const RECEIPT_CLASSES: readonly ReceiptClass[] = [
  "delivered",
  "failed",
  "expired",
  "rejected",
  "other",
];

/** The reason why a `false` was reported before the time to reply had run out. */
export type FalseCause = "superseded" | "cancelled";

/** Stored with a message for Insight; neither a number nor a message id. Times are epoch milliseconds. */
export interface Facts {
  readonly country: string;
  readonly network: string;
  readonly sentAt: number;
  /** In 1e-8 EUR. */
  readonly price?: number;
  readonly cause?: FalseCause;
  readonly receipt?: ReceiptClass;
  /** When the carrier had that status: an older receipt changes nothing. */
  readonly receiptAt?: number;
  /** The first message of its challenge. */
  readonly first?: true;
  /** The first message of the challenge, where this is a later one. */
  readonly rescueOf?: { readonly channel: Channel; readonly network: string; readonly sentAt: number };
  /** Vonage's 200 for the present outcome. */
  readonly confirmedAt?: number;
  /** A keyed, truncated hash of the number's block, for the rule about number blocks only. */
  readonly block?: string;
  /** The same of the number. */
  readonly person?: string;
}

/** 100 EUR in 1e-8 EUR. No message costs as much: a higher price is a mistake, and would spoil every sum. */
const HIGHEST_PRICE = 1e10;

/**
 * Replaces what cannot be true: an unknown country, a price that is negative or absurd, a time of sending before the
 * message's report could be known or far ahead of the clock.
 *
 * @param now Epoch milliseconds.
 */
export function sanitizeFacts(facts: Facts, now: number): Facts {
  const { price, ...others } = facts;
  return {
    ...others,
    country: toCountry(facts.country),
    network: toNetwork(facts.network),
    sentAt: clampSentAt(facts.sentAt, now),
    ...(price !== undefined && isPrice(price) && { price }),
  };
}

/**
 * Converts a price as Vonage writes it, such as `0.03330000`, to 1e-8 EUR.
 *
 * @returns `undefined` where there is none, or an absurd one.
 */
export function toPrice(text: string | undefined): number | undefined {
  const price = Math.round(Number(text || Number.NaN) * 1e8);
  return isPrice(price) ? price : undefined;
}

const isPrice = (price: number): boolean => Number.isInteger(price) && price >= 0 && price <= HIGHEST_PRICE;

/** Sources keep a cohort for five days, so an older one could not be gathered. */
const OLDEST_MS = 5 * 24 * 3_600_000;
const NEWEST_MS = 5 * 60_000;

function clampSentAt(sentAt: number, now: number): number {
  if (!Number.isFinite(sentAt)) return now;
  return Math.round(Math.min(Math.max(sentAt, now - OLDEST_MS), now + NEWEST_MS));
}
