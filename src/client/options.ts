// Turns the caller's options into one complete, frozen object. No other file of the client knows the defaults.

import * as v from "valibot";
import { field, integer, objectOf, oneOf, required, text, validate } from "../shared/validation.ts";
import type { Channel } from "../wire/report.ts";
import { SIGNATURE_METHODS } from "../wire/signature-method.ts";
import type { Credentials, Identity } from "./credentials.ts";
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
   * How to retry what may succeed unchanged, or `false` to send one request only. Fields left out keep their defaults.
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
  /** The Worker's base URL: https, or http to localhost. */
  readonly endpoint: string;
  /**
   * The message's report token, which your server makes with `mintReportToken`, or receives from `POST /messages` of the Worker.
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
  /** The Worker's base URL: https, or http to localhost. */
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

export type ConversionClientOptions = DirectOptions | TokenOptions | KeyOptions;

/** The end of one request. Contains no secret and no message id, so it is safe to log. */
export interface AttemptEvent {
  readonly channel: Channel;
  /** The number of the request, from 1. */
  readonly attempt: number;
  /** How long the request took, in milliseconds. */
  readonly duration: number;
  /** HTTP status, if there was an answer. */
  readonly status?: number | undefined;
  /** The reason for the failure; absent on success. */
  readonly code?: ConversionErrorCode | undefined;
  /** Milliseconds until the next request; absent if there is none. */
  readonly retryIn?: number | undefined;
}

export interface ResolvedOptions {
  readonly baseUrl: string;
  readonly identity: Identity;
  readonly timeout: number;
  readonly retry: Required<RetryOptions>;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal | undefined;
  readonly onAttempt: ((event: AttemptEvent) => void) | undefined;
}

export const DEFAULT_BASE_URL = "https://api.nexmo.com";

const isFunction = (value: unknown) => typeof value === "function";

/** A base URL; the trailing slashes are removed. */
export const baseUrlSchema = v.pipe(
  field<string>("an https URL (http only for localhost) without user, query or fragment", isBaseUrl),
  v.transform((url) => {
    const { href } = new URL(url);
    let end = href.length;
    // A regular expression would take quadratic time on runs of slashes.
    while (href[end - 1] === "/") end--;
    return href.slice(0, end);
  }),
);

// Control characters would break a header, and ":" ends the user name in Basic (RFC 7617).
const secret = text("1 to 200 characters, no control characters", /^\P{Cc}{1,200}$/u);

/** The rules of {@link Credentials}. */
export const credentialsSchema = v.pipe(
  objectOf({
    apiKey: required(text("1 to 200 characters, no colon, no control characters", /^[^\p{Cc}:]{1,200}$/u)),
    apiSecret: v.optional(secret),
    via: v.optional(oneOf(["basic", "basic-query", "query", "form"])),
    signatureSecret: v.optional(secret),
    signatureMethod: v.optional(oneOf(SIGNATURE_METHODS)),
  }),
  v.check(
    ({ apiSecret, signatureSecret, signatureMethod }) =>
      apiSecret
        ? !signatureSecret && !signatureMethod
        : signatureSecret !== undefined && signatureMethod !== undefined,
    "must hold either apiSecret (and via), or signatureSecret and signatureMethod",
  ),
  v.forward(
    v.check(
      ({ apiSecret, signatureSecret, via }) =>
        // The check above demands exactly one kind of secret; "query" fits both.
        !apiSecret === !signatureSecret || !via || via === "query" || (via === "form") === !apiSecret,
      "must be basic, basic-query or query beside apiSecret, form or query beside signatureSecret",
    ),
    ["via"],
  ),
  v.transform((credentials) => credentials as Credentials),
);

/** Accepts signals of other realms (jsdom) and of polyfills too: the client only listens to them. */
export const signalSchema = v.optional(
  field<AbortSignal>("an AbortSignal", (value) => {
    const { aborted, removeEventListener } = Object(value);
    return typeof aborted === "boolean" && isFunction(removeEventListener);
  }),
);

const isObject = (value: unknown) => Object.prototype.toString.call(value) === "[object Object]";

/** The rules of {@link RetryOptions} or `false`, with these defaults. */
export function retryOption({ attempts, baseDelay, maxDelay }: Required<RetryOptions>) {
  return v.optional(
    v.pipe(
      field<RetryOptions | false>("false or an object", (value) => value === false || isObject(value)),
      v.transform(
        (retry): Partial<Record<keyof RetryOptions, number | undefined>> => retry || { attempts: 1 },
      ),
      objectOf({
        attempts: v.optional(integer(1, 10), attempts),
        baseDelay: v.optional(integer(0, 60_000), baseDelay),
        maxDelay: v.optional(integer(0, 300_000), maxDelay),
      }),
    ),
    {},
  );
}

const optionsSchema = v.pipe(
  objectOf({
    credentials: v.optional(credentialsSchema),
    baseUrl: v.optional(baseUrlSchema),
    endpoint: v.optional(baseUrlSchema),
    token: v.optional(text("a report token (a JWT)", /^[\w-]+\.[\w-]+\.[\w-]+$/)),
    key: v.optional(text("a proxy key", /^[\w~-]{1,200}$/)),
    timeout: v.optional(integer(1, 120_000), 10_000),
    retry: retryOption({ attempts: 3, baseDelay: 250, maxDelay: 10_000 }),
    fetch: v.optional(field<typeof fetch>("a function", isFunction)),
    signal: signalSchema,
    onAttempt: v.optional(field<(event: AttemptEvent) => void>("a function", isFunction)),
  }),
  v.check(
    ({ credentials, baseUrl, endpoint, token, key }) =>
      credentials ? !endpoint && !token && !key : endpoint !== undefined && !baseUrl && !token !== !key,
    "must hold either credentials (and baseUrl), or endpoint and one of token and key",
  ),
);

/**
 * Checks and completes a client's options.
 *
 * @throws {ConversionError} `invalid_options`, naming every field at fault.
 */
export function resolveOptions(options: ConversionClientOptions): ResolvedOptions {
  const given = validate(optionsSchema, options, "invalid_options");
  const { credentials, token, key = "" } = given;
  const identity: Identity = credentials
    ? { kind: "account", credentials }
    : token
      ? { kind: "token", token }
      : { kind: "key", key };
  return Object.freeze({
    baseUrl: given.endpoint ?? given.baseUrl ?? DEFAULT_BASE_URL,
    identity,
    timeout: given.timeout,
    retry: given.retry,
    // Looked up at each call, and called without `this`, as workerd and browsers require.
    fetch: given.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => globalThis.fetch(input, init)),
    signal: given.signal,
    onAttempt: given.onAttempt,
  });
}

function isBaseUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  const local = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return !/[@?#]/.test(value) && (protocol === "https:" || (protocol === "http:" && local));
}
