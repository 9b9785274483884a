// Rate limits: by message, by key, and by address for callers without credentials.

import { toNetwork } from "../../src/shared/ip-address.ts";
import type { Answer } from "./answer.ts";
import type { HandlerContext } from "./context.ts";
import type { LogEntry } from "./log.ts";
import type { RateLimit, RateLimits } from "./ports/rate-limit.ts";
import { answerRefusal } from "./refusal-problem.ts";

interface Limited {
  readonly rateLimits: RateLimits;
}

/** Counts for all callers without an address. Text that is not an address counts here too: a caller may have made it up. */
const NO_ADDRESS = "unknown";

/** The period of the rate limits in wrangler.toml, and so the time to wait. */
const RATE_LIMIT_PERIOD_MS = 10_000;

/** Gives the answer for a caller that failed authentication, or 429 after too many from its address. */
export async function answerUnauthenticated(
  { rateLimits }: Limited,
  { clientAddress }: HandlerContext,
  answer: Answer,
): Promise<Answer> {
  const network = toNetwork(clientAddress ?? "") ?? NO_ADDRESS;
  return (await isTooFast(rateLimits.anonymous, network)) ? tooManyRequests() : answer;
}

/** Gives a public answer, or 429 after too many to that address. */
export async function answerPublic(
  config: Limited,
  context: HandlerContext,
  answer: Answer,
): Promise<Answer> {
  return (await limitPublic(config, context)) ?? answer;
}

/**
 * Counts a public request; gives 429 after too many from its address. Without an address nothing is counted: all
 * callers would share one limit, and a single caller could use it up.
 */
export async function limitPublic(
  { rateLimits }: Limited,
  { clientAddress }: HandlerContext,
): Promise<Answer | undefined> {
  if (clientAddress === undefined) return undefined;
  const network = toNetwork(clientAddress) ?? NO_ADDRESS;
  return (await isTooFast(rateLimits.anonymous, network)) ? tooManyRequests() : undefined;
}

/** A rate limit that fails lets the request pass: it protects against floods, and must not stop reports by itself. */
export function isTooFast(rateLimit: RateLimit | undefined, key: string): boolean | Promise<boolean> {
  return rateLimit !== undefined && exceeds(rateLimit, key);
}

async function exceeds(rateLimit: RateLimit, key: string): Promise<boolean> {
  try {
    return !(await rateLimit.limit({ key })).success;
  } catch {
    return false;
  }
}

export function tooManyRequests(log: Partial<LogEntry> = {}): Answer {
  return answerRefusal({ reason: "too_many_requests", retryAfter: RATE_LIMIT_PERIOD_MS }, undefined, log);
}
