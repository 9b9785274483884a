// Interprets answers by their status alone, since the Conversion API's bodies have been empty, `null`, plain text and
// HTML. Only the body of the Worker's 200 is read, to tell a duplicate from a first report.

import type { ConversionErrorCode } from "./errors.ts";

/**
 * The state of a report that succeeded:
 *
 * | status | meaning |
 * |---|---|
 * | `recorded` | Vonage has recorded it |
 * | `accepted` | the Worker has stored it and submits it to Vonage, with retries for up to 24 hours |
 * | `duplicate` | the Worker had recorded this outcome before; nothing was sent |
 */
export type ConversionStatus = "recorded" | "accepted" | "duplicate";

/** A failed request: the error's code, advice, and whether a retry may succeed unchanged. */
export type Failure = readonly [code: ConversionErrorCode, advice: string, retryable?: boolean];

const UNAVAILABLE: Failure = ["unavailable", "the server cannot answer now; try again later", true];
const REJECTED: Failure = ["rejected", "the parameters were refused; check messageId and timestamp"];
const UNAUTHORIZED: Failure = ["unauthorized", "refused; check API key and secret, proxy key or token"];
const UNKNOWN_OUTCOME = "it may have been recorded";

/** The failures of requests without an answer. */
export const NO_ANSWER = {
  timeout: ["timeout", `no answer in time; ${UNKNOWN_OUTCOME}`, true],
  network: ["network", `no connection, or it broke; ${UNKNOWN_OUTCOME}`, true],
  aborted: ["aborted", "stopped by signal; a request already sent may have been recorded"],
  mistake: ["invalid_options", "fetch refused the request or has a bug; check fetch and its platform"],
} as const satisfies Record<string, Failure>;

const BY_STATUS: Readonly<Record<number, Failure>> = {
  400: REJECTED,
  401: UNAUTHORIZED,
  402: ["not_enabled", "ask Vonage support to enable the Conversion API for this account"],
  403: UNAUTHORIZED,
  408: UNAVAILABLE,
  409: ["conflict", "another outcome is on record for this message"],
  413: REJECTED,
  415: REJECTED,
  420: REJECTED,
  422: REJECTED,
  423: REJECTED,
  425: UNAVAILABLE,
  429: ["rate_limited", "too many requests; slow down", true],
};

/**
 * Interprets an answer.
 *
 * @param status HTTP status; 0 for a redirect in browsers, whose answer is opaque.
 * @param fromWorker `true` if the Worker answered. Vonage's only success is 200.
 * @param body The Worker's body. Vonage's is never read.
 */
export function interpretResponse(
  status: number,
  fromWorker: boolean,
  body = "",
): ConversionStatus | Failure {
  if (status === 200) return fromWorker && /"status"\s*:\s*"duplicate"/.test(body) ? "duplicate" : "recorded";
  if (status === 202 && fromWorker) return "accepted";
  if (status > 499 && status < 600) return UNAVAILABLE;
  return (
    BY_STATUS[status] ?? ["unexpected_response", "the API has no such status; check baseUrl or endpoint"]
  );
}
