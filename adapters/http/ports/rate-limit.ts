/** Limits the requests of one kind of caller. Cloudflare's rate-limit binding has this shape. */
export interface RateLimit {
  /** Counts one request of `key`. `success` is `false` if there were too many. */
  limit(input: { key: string }): Promise<{ success: boolean }>;
}

/**
 * The limits by kind of caller. A kind without one is not limited.
 *
 * @example
 * // On Cloudflare, bindings of wrangler.toml.
 * rateLimits: { token: env.RATE_LIMIT_TOKEN, key: env.RATE_LIMIT_KEY, anonymous: env.RATE_LIMIT_ANONYMOUS }
 */
export interface RateLimits {
  /** By message, for callers with a report token. */
  readonly token?: RateLimit | undefined;
  /** By the name of the key, for callers with a proxy key or an admin key. */
  readonly key?: RateLimit | undefined;
  /** By client address (IPv6: by /64), for requests that are answered without credentials. */
  readonly anonymous?: RateLimit | undefined;
}
