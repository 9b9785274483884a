// A sustained rate for each account, as Vonage has it for each API key. Above it: 429.

import * as v from "valibot";
import { field, objectOf, validate } from "../shared/validation.ts";
import { retryAfterText } from "./faults.ts";

/** What is left of an account's allowance. */
export interface TokenBucket {
  /**
   * Tokens in thousandths: whole milliseconds refill whole numbers of them, so that no rounding adds up to a
   * request more or less.
   */
  readonly thousandths: number;
  /** When it was last refilled, in epoch milliseconds. */
  readonly at: number;
}

/** A limit in force, with the bucket of each API key that was heard of under it. */
export interface RateLimit {
  readonly perSecond: number;
  readonly retryAfter?: string | undefined;
  readonly buckets: Map<string, TokenBucket>;
}

const MOST_PER_SECOND = 1_000_000;
const TOKEN = 1000;

const limitSchema = objectOf({
  perSecond: field<number | null>(
    `a whole number from 1 to ${MOST_PER_SECOND}, or null for no limit`,
    (value) =>
      value === null ||
      (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_PER_SECOND),
  ),
  retryAfter: v.optional(retryAfterText),
});

/**
 * A limit under which nobody has asked for anything yet; none where `perSecond` is `null`.
 *
 * @throws {ConversionError} `invalid_options`.
 */
export function createRateLimit(perSecond: number | null, retryAfter?: string): RateLimit | undefined {
  const limit = validate(limitSchema, { perSecond, retryAfter }, "invalid_options");
  return limit.perSecond === null
    ? undefined
    : { perSecond: limit.perSecond, retryAfter: limit.retryAfter, buckets: new Map() };
}

/** A request that is one too many. */
export interface Throttled {
  readonly response: Response;
  /** Milliseconds until there is room for it. */
  readonly wait: number;
}

/** Counts a request of this account; refuses it where it is one too many. */
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
 * Takes a token of a bucket that holds `perSecond` and is refilled with as many a second, continuously. A refusal
 * costs nothing. Requests may be read in another order than they came in: time that went back refills nothing.
 *
 * @param bucket `undefined`: a full one.
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

/** Whole milliseconds until a bucket that was found empty has a token again. */
export function waitForToken({ thousandths, at }: TokenBucket, perSecond: number, now: number): number {
  return Math.max(1, Math.ceil((TOKEN - thousandths) / perSecond) + at - now);
}
