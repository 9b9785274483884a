// The public options of `createConversionClient`. resolve-options.ts has their rules and defaults.

import type { Channel } from "../wire/report.ts";
import type { Credentials } from "./credentials.ts";
import type { ConversionErrorCode } from "./errors.ts";
import type { RetryOptions } from "./retry.ts";

interface SharedOptions {
  /**
   * Milliseconds to wait for each request's answer; 1 to 120 000.
   *
   * @default 10_000
   * @example
   * createConversionClient({ credentials, timeout: 2000 });
   */
  readonly timeout?: number;
  /**
   * The rules for retries of requests that may succeed unchanged, or `false` to send one request only. Fields left out
   * keep their defaults.
   *
   * @default { attempts: 3, baseDelay: 250, maxDelay: 10_000 }
   * @example
   * // On the way of a login: one request, no waiting.
   * createConversionClient({ credentials, retry: false });
   * @example
   * // In a background job: try for longer.
   * createConversionClient({ credentials, retry: { attempts: 8, maxDelay: 60_000 } });
   */
  readonly retry?: RetryOptions | false;
  /**
   * Sends the requests. The default is looked up at each request, so instrumentation installed later applies.
   *
   * @default globalThis.fetch
   * @example
   * // Through a proxy, in Node.
   * import { fetch, ProxyAgent } from "undici";
   * const dispatcher = new ProxyAgent("http://proxy.internal:3128");
   * createConversionClient({ credentials, fetch: (url, init) => fetch(url, { ...init, dispatcher }) });
   * @example
   * // In tests: no network.
   * createConversionClient({ credentials, fetch: async () => new Response() });
   */
  readonly fetch?: typeof fetch;
  /**
   * Stops every report of this client when aborted, including those in progress. They reject with `aborted`.
   *
   * @default none
   * @example
   * const shutdown = new AbortController();
   * createConversionClient({ credentials, signal: shutdown.signal });
   * onShutdown(() => shutdown.abort());
   */
  readonly signal?: AbortSignal;
  /**
   * Called after each request, for logs and metrics. Errors it throws are ignored, so that it cannot break reporting.
   *
   * @default none
   * @example
   * createConversionClient({
   *   credentials,
   *   onAttempt: ({ channel, attempt, duration, code = "ok" }) => metrics.record({ channel, attempt, duration, code }),
   * });
   */
  readonly onAttempt?: (event: AttemptEvent) => void;
}

/**
 * Options of a client that reports straight to Vonage, from a backend that holds the account's secret. Never use it in
 * a browser.
 */
export interface DirectOptions extends SharedOptions {
  /**
   * The Vonage account: its API key with either the API secret or the signature secret.
   *
   * @example
   * createConversionClient({ credentials: { apiKey: "abcd1234", apiSecret: env.VONAGE_API_SECRET } });
   * @example
   * createConversionClient({ credentials: { apiKey: "abcd1234", signatureSecret, signatureMethod: "sha256" } });
   */
  readonly credentials: Credentials;
  /**
   * Vonage's base URL: https, or http to localhost. Change it for a regional host or for the sandbox.
   *
   * @default "https://api.nexmo.com"
   * @example
   * createConversionClient({ credentials, baseUrl: "http://localhost:8788" });
   */
  readonly baseUrl?: string;
  readonly endpoint?: never;
  readonly token?: never;
  readonly key?: never;
}

/** Options of a client that reports one message to the Worker, with a report token: safe in a browser. */
export interface TokenOptions extends SharedOptions {
  /**
   * The Worker's base URL: https, or http to localhost. It may have a path, where the handler is mounted.
   *
   * @example
   * createConversionClient({ endpoint: "https://conversions.example.com", token });
   * @example
   * // The page's own server mounts the handler at /api.
   * createConversionClient({ endpoint: new URL("/api", location.href).href, token });
   */
  readonly endpoint: string;
  /**
   * The message's report token. Your server makes it with `mintReportToken`, or gets it from the Worker's
   * `POST /messages`.
   *
   * @example
   * const client = createConversionClient({ endpoint: "https://conversions.example.com", token });
   * await client.sms({ messageId, delivered: true });
   */
  readonly token: string;
  readonly key?: never;
  readonly credentials?: never;
  readonly baseUrl?: never;
}

/** Options of a client that reports to the Worker with a proxy key, from a server. */
export interface KeyOptions extends SharedOptions {
  /**
   * The Worker's base URL: https, or http to localhost. It may have a path, where the handler is mounted.
   *
   * @example
   * createConversionClient({ endpoint: "https://conversions.example.com", key });
   * @example
   * // `npm start` on this machine.
   * createConversionClient({ endpoint: "http://localhost:8787", key });
   */
  readonly endpoint: string;
  /**
   * One of the Worker's proxy keys. Keep it on the server.
   *
   * @example
   * createConversionClient({ endpoint: "https://conversions.example.com", key: env.CONVERSION_KEY });
   */
  readonly key: string;
  readonly token?: never;
  readonly credentials?: never;
  readonly baseUrl?: never;
}

/** Options of {@link createConversionClient}: with `credentials` to Vonage, with `token` or `key` to the Worker. */
export type ConversionClientOptions = DirectOptions | TokenOptions | KeyOptions;

/** The end of one request. Contains no secret and no message id, so it is safe to log. */
export interface AttemptEvent {
  /** The channel of the report. */
  readonly channel: Channel;
  /** The number of the request, from 1. */
  readonly attempt: number;
  /** The duration of the request in milliseconds. */
  readonly duration: number;
  /** HTTP status, if there was an answer. */
  readonly status?: number | undefined;
  /** The reason for the failure; absent on success. */
  readonly code?: ConversionErrorCode | undefined;
  /** Milliseconds until the next request; absent if there is none. */
  readonly retryIn?: number | undefined;
}
