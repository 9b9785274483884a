/** Requests in each period, as in wrangler.toml. */
export const LIMITS = { RATE_LIMIT_TOKEN: 20, RATE_LIMIT_KEY: 5000, RATE_LIMIT_ANONYMOUS: 50 } as const;
export const PERIOD_MS = 10_000;
