// The public options of `createConversionHandler`.

import type { Credentials } from "../../src/client/credentials.ts";
import type { TokenSecret } from "../../src/token/token-secret.ts";
import type { Traffic } from "../../src/wire/report.ts";
import type { LogEntry } from "./log.ts";
import type { RateLimits } from "./ports/rate-limit.ts";

/** A key for a server that reports through the handler. */
export interface ProxyKey {
  /** Its name in logs; SDKs send it as user name or `api_key`. 1 to 40 letters, digits, `_` or `-`. */
  readonly name: string;
  /** 32 to 200 letters, digits, `_`, `~` or `-`; for instance from `openssl rand -hex 32`. */
  readonly key: string;
  /**
   * The traffic it reports, and so the credentials that its reports are sent with. As at Vonage, one key reports one
   * kind of traffic.
   *
   * @default "2fa"
   * @example
   * { name: "newsletter", key, traffic: "other" }
   */
  readonly traffic?: Traffic;
}

/** A key for the operator. It reads the ledger, retries reports and runs `POST /doctor`; it cannot report. */
export interface AdminKey {
  /** Its name in logs: 1 to 40 letters, digits, `_` or `-`. */
  readonly name: string;
  /** 32 to 200 letters, digits, `_`, `~` or `-`; must differ from every proxy key. */
  readonly key: string;
}

/** Options of {@link createConversionHandler}. */
export interface ConversionHandlerOptions {
  /**
   * Vonage credentials by traffic: at least one of the two, with different API keys.
   *
   * @example
   * credentials: { "2fa": { apiKey, apiSecret }, other: { apiKey: otherKey, signatureSecret, signatureMethod: "sha256" } }
   */
  readonly credentials: { readonly "2fa"?: Credentials; readonly other?: Credentials };
  /**
   * Keys of the servers that may report. Without proxy keys, `tokenSecrets` are required.
   *
   * @default []
   * @example
   * proxyKeys: [{ name: "shop", key }, { name: "newsletter", key: otherKey, traffic: "other" }]
   */
  readonly proxyKeys?: readonly ProxyKey[];
  /**
   * Keys of the operator, for the ledger and `POST /doctor`. Without any, the operator's routes answer 401.
   *
   * @default []
   * @example
   * adminKeys: [{ name: "me", key: env.ADMIN_KEY }]
   */
  readonly adminKeys?: readonly AdminKey[];
  /**
   * Secrets of report tokens. The first signs the tokens of tracked messages and all verify, so that secrets can be
   * rotated. Without token secrets, `proxyKeys` are required.
   *
   * @default []
   * @example
   * tokenSecrets: [{ kid: "2026-11", secret: next }, { kid: "2026-05", secret: current }]
   */
  readonly tokenSecrets?: readonly TokenSecret[];
  /**
   * The `aud` that report tokens must have: the `audience` that `mintReportToken` was given.
   *
   * @default "vonage-conversion"
   * @example
   * // Staging refuses the tokens of production.
   * tokenAudience: "conversions-staging"
   */
  readonly tokenAudience?: string;
  /**
   * Origins whose pages may read the answers (CORS), or `"*"`. CORS is not authentication. Write each origin as
   * browsers send it: in lower case and without a path.
   *
   * @default []
   * @example
   * allowedOrigins: ["https://shop.example", "capacitor://localhost"]
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * Vonage's base URL: https, or http to localhost. Change it for a regional host or for the sandbox.
   *
   * @default "https://api.nexmo.com"
   * @example
   * baseUrl: "http://localhost:8788"
   */
  readonly baseUrl?: string;
  /**
   * Milliseconds to wait for each answer of Vonage; 1 to 30 000. A failed request is retried once if that is safe.
   *
   * @default 4000
   * @example
   * // The page waits for the answer: give up sooner.
   * timeout: 1500
   */
  readonly timeout?: number;
  /**
   * Sends the requests to Vonage. The default is looked up at each request.
   *
   * @default globalThis.fetch
   * @example
   * // Tests send to the sandbox.
   * fetch: sandbox.fetch
   * @example
   * // Through a proxy, in Node.
   * import { fetch, ProxyAgent } from "undici";
   * const dispatcher = new ProxyAgent("http://proxy.internal:3128");
   * fetch: (url, init) => fetch(url, { ...init, dispatcher })
   */
  readonly fetch?: typeof fetch;
  /**
   * Returns the current time in epoch milliseconds.
   *
   * @default Date.now
   * @example
   * // Tests whose sandbox has a clock of its own.
   * createConversionHandler({ credentials, proxyKeys, fetch: sandbox.fetch, now: () => time });
   */
  readonly now?: () => number;
  /**
   * Rate limits by kind of caller. A request above its limit is answered 429 with `Retry-After: 10`.
   *
   * @default none
   * @example
   * createConversionHandler({ credentials, proxyKeys, rateLimits: { anonymous: env.RATE_LIMIT_ANONYMOUS } });
   */
  readonly rateLimits?: RateLimits;
  /**
   * Called once for each request. An error in it does not affect the answer.
   *
   * @default one line of JSON to the console
   * @example
   * log: ({ level, ...entry }) => logger[level](entry)
   */
  readonly log?: (entry: LogEntry) => void;
}
