// The only importer of ofetch. Its errors quote the whole URL, which may hold a secret, so none of them leaves this
// file: every request ends in plain data.

import { createFetch } from "ofetch";
import { readBoundedText } from "../shared/bounded-text.ts";
import type { Parameter } from "../wire/parameters.ts";
import type { AuthenticatedRequest } from "./credentials.ts";
import { createExtras, findMistake, takesBlob } from "./platform-request.ts";

/** The end of one request. */
export type Attempt = Answered | NoAnswer;

export interface Answered {
  readonly status: number;
  /** The `Retry-After` header. */
  readonly retryAfter: string | null;
  /** Absent if it was not waited for, or did not end in time. */
  readonly body?: string;
  readonly noAnswer?: never;
  readonly systemCode?: never;
}

interface NoAnswer {
  /** `mistake`: fetch refused the request, failed with a bug, or resolved to no Response. */
  readonly noAnswer: "network" | "timeout" | "aborted" | "mistake";
  /** The network's error code in Node and Deno, such as `ECONNREFUSED`; for a bug its class, such as `TypeError`. */
  readonly systemCode?: string | undefined;
  readonly status?: never;
  readonly retryAfter?: never;
  readonly body?: never;
}

/** A request: form and query as for reports, or another text, whose type is then in `headers`. */
export interface OutgoingRequest extends AuthenticatedRequest {
  readonly body?: string;
  /** @default "POST" */
  readonly method?: "GET" | "DELETE";
}

export interface TransportOptions {
  /** The URL that paths are appended to, without a trailing slash. */
  readonly baseUrl: string;
  /** Milliseconds for one request, including the answer's body. */
  readonly timeout: number;
  /** Lets the request outlive the page, in browsers (Fetch standard). */
  readonly keepalive: boolean;
  /** The highest status whose body is waited for; 0 for none. Vonage's body has no meaning and may never end. */
  readonly readUpTo: number;
  /** @default MAX_BODY_BYTES */
  readonly maxBytes?: number;
  /**
   * `true` to keep the runtime from repeating a request. Deno repeats one if a reused connection breaks, although the
   * server may have processed it (denoland/deno#36415), but never one whose body is a Blob.
   *
   * @default false
   */
  readonly once?: boolean;
  readonly fetch: typeof globalThis.fetch;
}

/** The Worker's answers have tens of bytes; Vonage's to a text message has some 250 per part. */
const MAX_BODY_BYTES = 4096;

/** Creates the function that sends one request once. It never rejects. */
export function createTransport({
  baseUrl,
  timeout,
  keepalive,
  readUpTo,
  maxBytes = MAX_BODY_BYTES,
  once,
  fetch,
}: TransportOptions) {
  const noResponse = new Error("no Response");
  const { raw } = createFetch({
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      // An injected fetch may resolve to anything.
      if (typeof response?.headers?.get !== "function") throw noResponse;
      return response;
    },
  });
  const toExtras = createExtras();
  let asBlob: boolean | undefined;

  return ({ path, query, form, headers, body, method }: OutgoingRequest, signals: readonly AbortSignal[]) =>
    // The timer settles it too, since an injected fetch may ignore its signal.
    new Promise<Attempt>((resolve) => {
      const content = form ? encode(form) : body;
      const controller = new AbortController();
      let answered: Answered | undefined;
      const clear = startTimer(timeout, signals, (noAnswer) => {
        resolve(answered ?? { noAnswer });
        controller.abort();
      });
      // fetch would check this itself, but it may not accept our signal.
      if (controller.signal.aborted) return;
      asBlob ??= !!once && takesBlob();
      const init: RequestInit = {
        method: method ?? "POST",
        // Explicit, since ofetch would declare a text body as JSON.
        headers: {
          accept: "*/*",
          ...(form && { "content-type": "application/x-www-form-urlencoded" }),
          ...headers,
        },
        ...(content && { body: asBlob ? new Blob([content]) : content }),
        redirect: "manual",
        keepalive,
        ...toExtras(controller.signal),
      };
      const send = async () => {
        try {
          const response = await raw(baseUrl + path + (query ? `?${encode(query)}` : ""), {
            ...init,
            // Leaves retries, statuses and the body to us.
            retry: false,
            ignoreResponseError: true,
            responseType: "stream",
          });
          // The status decides, even if the body stalls or breaks off. Vonage's body is read without waiting for it, so
          // that the connection can be reused.
          const { status, headers } = response;
          answered = { status, retryAfter: headers.get("retry-after") };
          if (!readUpTo || status > readUpTo) resolve(answered);
          if (!readUpTo && headers.get("content-length") === "0") return;
          const text = await readBoundedText(response, maxBytes).catch(() => undefined);
          resolve({ ...answered, body: text ?? "" });
        } catch (wrapped) {
          // ofetch wraps the error that fetch threw.
          const error = (wrapped as Error).cause;
          const mistake = error === noResponse ? noResponse.message : findMistake(error, init);
          resolve({
            noAnswer: mistake ? "mistake" : "network",
            systemCode: mistake ?? toSystemCode(error),
          });
        } finally {
          clear();
        }
      };
      send();
    });
}

/**
 * Calls `end` when the time is up or a signal is aborted, whichever comes first. Unlike AbortSignal.any and
 * AbortSignal.timeout, it leaves no listener and no timer behind.
 *
 * @returns A function that stops waiting.
 */
export function startTimer(
  milliseconds: number,
  signals: readonly AbortSignal[],
  end: (reason: "timeout" | "aborted") => void,
): () => void {
  const finish = (reason: "timeout" | "aborted") => {
    clear();
    end(reason);
  };
  const abort = () => finish("aborted");
  const timer = setTimeout(finish, milliseconds, "timeout");
  const clear = () => {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", abort);
  };
  for (const signal of signals) signal.addEventListener("abort", abort);
  if (signals.some((signal) => signal.aborted)) abort();
  return clear;
}

/** Encodes a form as URLSearchParams does, at a fraction of its cost on workerd. */
const encode = (parameters: readonly Parameter[]) =>
  parameters.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%20", "+")}`).join("&");

function toSystemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[A-Z_]{3,40}$/.test(code) ? code : toSystemCode(error.cause);
}
