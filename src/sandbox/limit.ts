// Rate limits by token bucket. Vonage limits each API key; above the limit, it answers 429.

import * as v from "valibot";
import { objectOf, validate } from "../shared/validation.ts";
import { rateOrNull, retryAfterText } from "./fields.ts";

/** The tokens that are left. */
export interface TokenBucket {
  /**
   * Tokens in thousandths. Each millisecond refills a whole number of them, so rounding never adds up to a request
   * more or less.
   */
  readonly thousandths: number;
  /** Time of the last refill, in epoch milliseconds. */
  readonly at: number;
}

/** A rate limit, with a bucket for each API key seen so far. */
export interface RateLimit {
  readonly perSecond: number;
  readonly retryAfter?: string | undefined;
  readonly buckets: Map<string, TokenBucket>;
}

const MOST_PER_SECOND = 1_000_000;
const TOKEN = 1000;

const limitSchema = objectOf({
  perSecond: rateOrNull(MOST_PER_SECOND),
  retryAfter: v.optional(retryAfterText),
});

/**
 * Makes a limit whose buckets are full, or `undefined` if `perSecond` is `null`.
 *
 * @throws {ConversionError} `invalid_options`.
 */
export function createRateLimit(perSecond: number | null, retryAfter?: string): RateLimit | undefined {
  const limit = validate(limitSchema, { perSecond, retryAfter }, "invalid_options");
  return limit.perSecond === null
    ? undefined
    : { perSecond: limit.perSecond, retryAfter: limit.retryAfter, buckets: new Map() };
}

/** The refusal of a request above the limit. */
export interface Throttled {
  readonly response: Response;
  /** Milliseconds until a request passes again. */
  readonly wait: number;
}

/** Counts a request of this account and refuses it above the limit. */
export function refuseAboveLimit(
  { perSecond, retryAfter, buckets }: RateLimit,
  apiKey: string,
  now: number,
): Throttled | undefined {
  const { bucket, taken } = takeToken(buckets.get(apiKey), perSecond, now);
  buckets.set(apiKey, bucket);
  if (taken) return undefined;
  const headers = new Headers({ "content-type": "text/plain; charset=utf-8" });
  if (retryAfter !== undefined) headers.set("retry-after", retryAfter);
  const wait = waitForToken(bucket, perSecond, now);
  return { response: new Response("Too Many Requests", { status: 429, headers }), wait };
}

/**
 * Takes a token from a bucket that holds `perSecond` tokens and is continuously refilled at that rate. A refusal takes
 * no token. Requests may be read in another order than they arrived, so a clock that goes back refills nothing.
 *
 * @param bucket `undefined` stands for a full one.
 * @param now Epoch milliseconds.
 */
export function takeToken(
  bucket: TokenBucket | undefined,
  perSecond: number,
  now: number,
): { readonly bucket: TokenBucket; readonly taken: boolean } {
  const full = perSecond * TOKEN;
  const at = Math.max(bucket?.at ?? now, now);
  const refilled = bucket === undefined ? full : bucket.thousandths + (at - bucket.at) * perSecond;
  const held = Math.min(refilled, full);
  const taken = held >= TOKEN;
  return { bucket: { thousandths: taken ? held - TOKEN : held, at }, taken };
}

/** Computes the whole milliseconds until an empty bucket has a token again. */
export function waitForToken({ thousandths, at }: TokenBucket, perSecond: number, now: number): number {
  return Math.max(1, Math.ceil((TOKEN - thousandths) / perSecond) + at - now);
}
