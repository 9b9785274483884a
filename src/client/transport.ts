// The only importer of ofetch. Its errors quote the whole URL, and with it a secret in the query, so none of
// them leaves this file: an attempt ends in plain data.

import { createFetch } from "ofetch";
import { readBoundedText } from "../shared/bounded-text.ts";
import type { Parameter } from "../wire/parameters.ts";
import type { AuthenticatedRequest } from "./credentials.ts";
import { createExtras, findMistake, takesBlob } from "./platform-request.ts";

/** How one attempt ended. */
export type Attempt = Answered | NoAnswer;

export interface Answered {
  readonly status: number;
  /** The `Retry-After` header. */
  readonly retryAfter: string | null;
  /** Absent where it was not waited for, or did not end in time. */
  readonly body?: string;
  readonly noAnswer?: never;
  readonly systemCode?: never;
}

interface NoAnswer {
  /** `mistake`: fetch could not send such a request, failed as only programs do, or gave no Response. */
  readonly noAnswer: "network" | "timeout" | "aborted" | "mistake";
  /**
   * Of the network, as Node and Deno name it, such as `ECONNREFUSED`; of a mistake its class, such as `TypeError`.
   * Useful to an operator, and never a secret.
   */
  readonly systemCode?: string | undefined;
  readonly status?: never;
  readonly retryAfter?: never;
  readonly body?: never;
}

/** What is sent: beside the forms and queries of reports also other texts, whose type then stands in `headers`. */
export interface OutgoingRequest extends AuthenticatedRequest {
  readonly body?: string;
  /** @default "POST" */
  readonly method?: "GET" | "DELETE";
}

export interface TransportOptions {
  /** Where paths are appended, without a trailing slash. */
  readonly baseUrl: string;
  /** Milliseconds for one attempt, its body included. */
  readonly timeout: number;
  /** Lets the request outlive the page (Fetch standard); for browsers. */
  readonly keepalive: boolean;
  /** Up to which status the body is waited for; 0: never. Vonage's says nothing of a report, and may never end. */
  readonly readUpTo: number;
  /** @default MAX_BODY_BYTES */
  readonly maxBytes?: number;
  /**
   * Whether the runtime must not repeat a request by itself. Deno does so where a connection breaks that it had used
   * before, though the other side may have done what was asked (denoland/deno#36415); but not with a body that it has
   * to read anew, as of a Blob.
   *
   * @default false
   */
  readonly once?: boolean;
  readonly fetch: typeof globalThis.fetch;
}

/** The Worker's answers are some tens of bytes, Vonage's to a text message some 250 for each of its parts. */
const MAX_BODY_BYTES = 4096;

/** Makes a function that sends one request once and never throws. */
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
    // Settled by whichever comes first: an injected fetch may not heed its signal.
    new Promise<Attempt>((resolve) => {
      const content = form ? encode(form) : body;
      const controller = new AbortController();
      let answered: Answered | undefined;
      const clear = startTimer(timeout, signals, (noAnswer) => {
        resolve(answered ?? { noAnswer });
        controller.abort();
      });
      // Fetch would see to that itself, if it took our signal.
      if (controller.signal.aborted) return;
      asBlob ??= !!once && takesBlob();
      const init: RequestInit = {
        method: method ?? "POST",
        // Said, since for a text body ofetch would say JSON.
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
      raw(baseUrl + path + (query ? `?${encode(query)}` : ""), {
        ...init,
        // Leaves retries, statuses and the body to us.
        retry: false,
        ignoreResponseError: true,
        responseType: "stream",
      })
        .then(async (response) => {
          // The status is what counts: a body that stalls or breaks off takes nothing from it. Vonage's is not
          // waited for, but read all the same, so that the connection can be used again.
          answered = { status: response.status, retryAfter: response.headers.get("retry-after") };
          if (!readUpTo || response.status > readUpTo) resolve(answered);
          if (!readUpTo && response.headers.get("content-length") === "0") return;
          const text = await readBoundedText(response, maxBytes).catch(() => undefined);
          resolve({ ...answered, body: text ?? "" });
        })
        // ofetch wraps what fetch threw.
        .catch(({ cause: error }) => {
          const mistake = error === noResponse ? noResponse.message : findMistake(error, init);
          resolve({
            noAnswer: mistake ? "mistake" : "network",
            systemCode: mistake ?? toSystemCode(error),
          });
        })
        .finally(clear);
    });
}

/**
 * Calls `end` when the time is up or a signal fires, whichever comes first. Unlike AbortSignal.any and
 * AbortSignal.timeout it leaves no listener and no timer behind.
 *
 * @returns Stops waiting.
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

/** As URLSearchParams would, at a fraction of its cost on workerd. */
const encode = (parameters: readonly Parameter[]) =>
  parameters.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%20", "+")}`).join("&");

function toSystemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[A-Z_]{3,40}$/.test(code) ? code : toSystemCode(error.cause);
}
