import type { RateLimit } from "../http/ports/rate-limit.ts";

export interface MemoryRateLimitOptions {
  /** Requests of a key that are allowed in each period. */
  readonly limit: number;
  /** Milliseconds. */
  readonly period: number;
  /**
   * The clock, in epoch milliseconds.
   *
   * @default Date.now
   */
  readonly now?: () => number;
}

/** Keys beyond these are counted together: a flood from many addresses must not fill the memory. */
const MAX_KEYS = 100_000;
const OVERFLOW = "";

/** Counts the requests of each key in fixed periods, in the memory of one process. */
export function createMemoryRateLimit({ limit, period, now = Date.now }: MemoryRateLimitOptions): RateLimit {
  let current = Number.NaN;
  const counts = new Map<string, number>();
  return {
    limit: async ({ key }) => {
      const at = Math.floor(now() / period);
      if (at !== current) counts.clear();
      current = at;
      const counted = counts.has(key) || counts.size < MAX_KEYS ? key : OVERFLOW;
      const count = (counts.get(counted) ?? 0) + 1;
      counts.set(counted, count);
      return { success: count <= limit };
    },
  };
}
