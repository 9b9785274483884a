// What an answer means. The status alone decides: bodies of the Conversion API have been seen empty, `null`,
// plain text and HTML. Only the Worker's own 200 is looked into, to tell a duplicate from a first report.

import type { ConversionErrorCode } from "./errors.ts";

/** `recorded`: Vonage has it. `accepted`: the Worker has stored it and delivers it. `duplicate`: it was known. */
export type ConversionStatus = "recorded" | "accepted" | "duplicate";

/** Why an attempt failed: the error's code, what to do, and whether it may be tried again as it is. */
export type Failure = readonly [code: ConversionErrorCode, advice: string, retryable?: boolean];

const UNAVAILABLE: Failure = ["unavailable", "the server cannot answer now; try again later", true];
const REJECTED: Failure = ["rejected", "the parameters were refused; check messageId and timestamp"];
const UNAUTHORIZED: Failure = ["unauthorized", "refused; check API key and secret, proxy key or token"];
const UNKNOWN_OUTCOME = "it may have been recorded all the same";

/** Ends of an attempt that had no answer. */
export const NO_ANSWER = {
  timeout: ["timeout", `no answer in time; ${UNKNOWN_OUTCOME}`, true],
  network: ["network", `no connection, or it broke; ${UNKNOWN_OUTCOME}`, true],
  aborted: ["aborted", "stopped by signal; what was sent may have been recorded"],
  mistake: [
    "invalid_options",
    "fetch cannot send this, or gave no Response; check the fetch and its platform",
  ],
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
 * What an answer means.
 *
 * @param status HTTP status; 0 for the opaque answer a browser gives for a redirect.
 * @param fromWorker Whether the Worker answered: Vonage itself knows no success but 200.
 * @param body The Worker's body; Vonage's is never looked into.
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
    BY_STATUS[status] ?? [
      "unexpected_response",
      "no status of the API, redirects included; check baseUrl or endpoint",
    ]
  );
}
