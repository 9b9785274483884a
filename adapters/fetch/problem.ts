// Problem documents (RFC 9457). One table: what each is called, its status, its title.

import type { LogEntry } from "./log.ts";

/** Every problem by name; its `type` is `urn:problem:vonage-conversion:` and the name, and does not change. */
export const PROBLEMS = {
  "malformed-body": [400, "The body cannot be read as what its content type says"],
  "invalid-parameters": [400, "The parameters are not a report"],
  unauthenticated: [401, "A valid report token or proxy key is needed"],
  "wrong-message": [403, "The token is for another message"],
  "not-found": [404, "There is nothing here"],
  "method-not-allowed": [405, "This method is not allowed here"],
  conflict: [409, "Another outcome is on record for this message"],
  "nothing-to-retry": [409, "There is nothing to send again"],
  "body-too-large": [413, "The body is larger than 8 KiB"],
  "unsupported-media-type": [
    415,
    "The body must be application/x-www-form-urlencoded or application/json, in UTF-8",
  ],
  "upstream-rejected": [422, "Vonage refused the parameters"],
  "too-many-requests": [429, "Too many requests"],
  internal: [500, "Something went wrong here"],
  "no-ledger": [501, "This service has no ledger"],
  "upstream-unauthorized": [502, "Vonage refused this service's credentials; its operator has to act"],
  "upstream-not-enabled": [
    502,
    "Vonage has not enabled the Conversion API for this service; its operator has to act",
  ],
  "upstream-unavailable": [502, "Vonage cannot be reached or cannot answer now"],
  "upstream-unexpected": [502, "Vonage gave an answer that is not part of its API"],
  "not-configured": [503, "This service is not configured completely; its operator has to act"],
  "ledger-unavailable": [
    503,
    "It could not be stored for certain, and is not accepted; send it again, which does no harm",
  ],
  "upstream-throttled": [503, "Vonage asks to slow down"],
  "upstream-timeout": [504, "Vonage did not answer in time"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

/** What the operator should do about `ledger-unavailable`. */
export const LEDGER_HINT = "the ledger cannot be reached, cannot write, or is full (LEDGER_MAX_MB)";

export type ProblemName = keyof typeof PROBLEMS;

/** Members beyond those of RFC 9457. */
export interface ProblemExtensions {
  /** What exactly is wrong, and what to do. */
  readonly detail?: string;
  /** Every fault of the parameters. */
  readonly errors?: readonly { readonly parameter: string; readonly detail: string }[];
  /** Names of settings that are missing. */
  readonly missing?: readonly string[];
  /** Names of settings that are there but wrong, with the reason. */
  readonly invalid?: readonly { readonly name: string; readonly detail: string }[];
}

/** An answer as plain data, with what the log should say of it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly log: Partial<LogEntry> & { readonly outcome: string };
}

/** The answer for a problem. */
export function problem(
  name: ProblemName,
  extensions: ProblemExtensions = {},
  headers: Readonly<Record<string, string>> = {},
  log: Partial<LogEntry> = {},
): Answer {
  const [status, title] = PROBLEMS[name];
  return {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
    body: JSON.stringify({ type: `urn:problem:vonage-conversion:${name}`, title, status, ...extensions }),
    log: { ...log, outcome: name },
  };
}
