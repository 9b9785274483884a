// The client's options, from what a caller writes to one complete, frozen object. Nothing further in knows defaults.

import * as v from "valibot";
import { field, integer, objectOf, oneOf, required, text, validate } from "../shared/validation.ts";
import type { Channel } from "../wire/report.ts";
import { SIGNATURE_METHODS } from "../wire/signature-method.ts";
import type { Credentials, Identity } from "./credentials.ts";
import type { ConversionErrorCode } from "./errors.ts";
import type { RetryOptions } from "./retry.ts";

interface SharedOptions {
  /**
   * Milliseconds for each attempt; 1 to 120 000.
   *
   * @default 10_000
   */
  readonly timeout?: number;
  /**
   * When a failed attempt is repeated; `false`: never.
   *
   * @default { attempts: 3, baseDelay: 250, maxDelay: 10_000 }
   */
  readonly retry?: RetryOptions | false;
  /**
   * What sends the requests.
   *
   * @default globalThis.fetch
   */
  readonly fetch?: typeof fetch;
  /** Stops every report of this client, those under way included. */
  readonly signal?: AbortSignal;
  /** Told of the end of each attempt. What it throws is ignored: watching must not hurt reporting. */
  readonly onAttempt?: (event: AttemptEvent) => void;
}

/** Straight to Vonage, from a backend that holds the account's secret. Never in a browser. */
export interface DirectOptions extends SharedOptions {
  readonly credentials: Credentials;
  /**
   * https, or http to localhost.
   *
   * @default "https://api.nexmo.com"
   */
  readonly baseUrl?: string;
  readonly endpoint?: never;
  readonly token?: never;
  readonly key?: never;
}

/** To the Worker, with a report token for one message: safe in a browser. */
export interface TokenOptions extends SharedOptions {
  /** The Worker's base URL; https, or http to localhost. */
  readonly endpoint: string;
  /** A report token, from `mintReportToken`. */
  readonly token: string;
  readonly key?: never;
  readonly credentials?: never;
  readonly baseUrl?: never;
}

/** To the Worker, with a proxy key, from a server. */
export interface KeyOptions extends SharedOptions {
  /** The Worker's base URL; https, or http to localhost. */
  readonly endpoint: string;
  /** One of the Worker's proxy keys. */
  readonly key: string;
  readonly token?: never;
  readonly credentials?: never;
  readonly baseUrl?: never;
}

export type ConversionClientOptions = DirectOptions | TokenOptions | KeyOptions;

/** How one attempt ended. Holds no secret, no message id. */
export interface AttemptEvent {
  readonly channel: Channel;
  /** From 1. */
  readonly attempt: number;
  /** Milliseconds this attempt took. */
  readonly duration: number;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** What went wrong; absent on success. */
  readonly code?: ConversionErrorCode | undefined;
  /** Milliseconds until the next attempt; absent when there is none. */
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

/** A base URL, given back without a trailing slash. */
export const baseUrlSchema = v.pipe(
  field<string>("an https URL (http only for localhost) without user, query or fragment", isBaseUrl),
  v.transform((url) => {
    const { href } = new URL(url);
    let end = href.length;
    // A regular expression would look at every run of slashes once for each of them.
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
        // One kind of secret only is for this to judge, and "query" fits both.
        !apiSecret === !signatureSecret || !via || via === "query" || (via === "form") === !apiSecret,
      "must be basic, basic-query or query beside apiSecret, form or query beside signatureSecret",
    ),
    ["via"],
  ),
  v.transform((credentials) => credentials as Credentials),
);

/** Also signals of another realm's, such as jsdom's, and of polyfills: they are only listened to. */
export const signalSchema = v.optional(
  field<AbortSignal>("an AbortSignal", (value) => {
    const { aborted, removeEventListener } = Object(value);
    return typeof aborted === "boolean" && isFunction(removeEventListener);
  }),
);

const isObject = (value: unknown) => Object.prototype.toString.call(value) === "[object Object]";

/** The rules of {@link RetryOptions}, or `false`, with what holds where nothing is said. */
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
    // Looked up at each call, and called without a `this`, which workerd and browsers insist on.
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
