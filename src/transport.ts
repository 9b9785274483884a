// The only importer of ofetch. Its errors quote the whole URL, and with it a secret in the query, so none of
// them leaves this file: an attempt ends in plain data.

import { createFetch } from "ofetch";
import { readBoundedText } from "./bounded-text.ts";
import type { AuthenticatedRequest } from "./credentials.ts";

/** How one attempt ended: with a status, or without an answer. */
export interface Attempt {
  readonly status?: number;
  /** The `Retry-After` header. */
  readonly retryAfter?: string | null;
  readonly body?: string;
  readonly noAnswer?: "network" | "timeout" | "aborted";
  /** Node and Deno name the failed system call: useful to an operator, and never a secret. */
  readonly systemCode?: string | undefined;
}

export interface TransportOptions {
  /** Where paths are appended, without a trailing slash. */
  readonly baseUrl: string;
  /** Milliseconds for one attempt, its body included. */
  readonly timeout: number;
  /** Lets the request outlive the page (Fetch standard); for browsers. */
  readonly keepalive: boolean;
  /** Whether the body is waited for. Vonage's is not: it says nothing, and may never end. */
  readonly readBody: boolean;
  readonly fetch: typeof globalThis.fetch;
}

/** The Worker's answers are some tens of bytes. */
const MAX_BODY_BYTES = 4096;

/** Makes a function that sends one request once and never throws. */
export function createTransport({ baseUrl, timeout, keepalive, readBody, fetch }: TransportOptions) {
  const { raw } = createFetch({ fetch });

  return async ({ path, query, form, headers }: AuthenticatedRequest, signals: readonly AbortSignal[]) => {
    const deadline = startDeadline(timeout, signals);
    const exchange = async (): Promise<Attempt> => {
      const response = await raw(baseUrl + path + (query ? `?${new URLSearchParams(query)}` : ""), {
        method: "POST",
        headers,
        ...(form && { body: new URLSearchParams(form) }),
        redirect: "manual",
        keepalive,
        signal: deadline.signal,
        retry: false,
        ignoreResponseError: true,
        responseType: "stream",
      });
      // Read to its end all the same, so that the connection can be used again. The deadline holds for it too,
      // and a body that breaks off takes nothing from the status.
      const body = readBoundedText(response.body, MAX_BODY_BYTES)
        .catch(() => "")
        .finally(deadline.clear);
      return {
        status: response.status,
        retryAfter: response.headers.get("retry-after"),
        body: (readBody && (await body)) || "",
      };
    };
    // A race, since an injected fetch may not heed its signal.
    return Promise.race([
      deadline.passed.then((noAnswer): Attempt => ({ noAnswer })),
      exchange().catch((error): Attempt => {
        deadline.clear();
        return { noAnswer: "network", systemCode: toSystemCode(error) };
      }),
    ]);
  };
}

/**
 * One signal out of a time limit and the callers' signals. Unlike AbortSignal.any and AbortSignal.timeout it
 * leaves no listener and no timer behind once cleared.
 */
export function startDeadline(timeout: number, signals: readonly AbortSignal[]) {
  const controller = new AbortController();
  let abort = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const clear = () => {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", abort);
  };
  const passed = new Promise<"timeout" | "aborted">((resolve) => {
    const end = (reason: "timeout" | "aborted") => {
      clear();
      resolve(reason);
      controller.abort();
    };
    abort = () => end("aborted");
    timer = setTimeout(end, timeout, "timeout");
    for (const signal of signals) signal.addEventListener("abort", abort);
    if (signals.some((signal) => signal.aborted)) abort();
  });
  return { signal: controller.signal, passed, clear };
}

function toSystemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[A-Z_]{3,40}$/.test(code) ? code : toSystemCode(error.cause);
}
