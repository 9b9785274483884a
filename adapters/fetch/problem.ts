// Problem documents (RFC 9457). One table: what each is called, its status, its title.

import { PROBLEM_TYPE } from "../../src/problem-type.ts";
import type { LogEntry } from "./log.ts";

/** Every problem by name; its `type` is `urn:problem:vonage-conversion:` and the name, and does not change. */
export const PROBLEMS = {
  "malformed-body": [400, "The body cannot be read as what its content type says"],
  "invalid-parameters": [400, "Parameters are missing or wrong"],
  unauthenticated: [401, "A valid report token or proxy key is needed"],
  "webhook-refused": [401, "This webhook is not signed as Vonage signs for this account, or long ago"],
  "wrong-message": [403, "The token is for another message"],
  "wrong-traffic": [403, "This key or token is for the other kind of traffic"],
  "country-not-served": [403, "No codes are sent to this country"],
  "webhooks-closed": [403, "This service takes no webhooks; its operator has to say whom to believe"],
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
  "invalid-number": [422, "This is not a phone number"],
  "number-refused": [422, "This number gets no messages; nothing was sent"],
  "channel-unavailable": [422, "No code can be sent to this number by this channel; nothing was sent"],
  "code-wrong": [422, "The code is wrong"],
  "code-expired": [422, "The code came too late"],
  "code-superseded": [422, "A newer code was sent; this one is not taken any more"],
  "code-used": [422, "The challenge is verified; a code counts once"],
  "too-many-attempts": [422, "Too many codes were tried; start anew"],
  "too-many-messages": [422, "Too many messages were sent; start anew"],
  "challenge-cancelled": [422, "The challenge was cancelled"],
  "too-many-requests": [429, "Too many requests"],
  "resend-too-soon": [429, "The last message may still arrive"],
  "number-limit": [429, "Too many codes were sent to this number"],
  "prefix-limit": [429, "Too many codes were sent to numbers next to this one"],
  "address-limit": [429, "Too many codes were asked for from this address"],
  "country-limit": [429, "Too many codes were sent to this country"],
  "caller-limit": [429, "Too many codes were asked for with this key"],
  "total-limit": [429, "Too many codes were asked for by all"],
  internal: [500, "Something went wrong here"],
  "no-ledger": [501, "This service has no ledger"],
  "no-two-factor": [501, "This service sends no codes"],
  "send-unauthorized": [
    502,
    "Vonage refused this service's credentials for sending; its operator has to act",
  ],
  "send-account-refused": [502, "Vonage sends nothing for this service's account; its operator has to act"],
  "send-rejected": [502, "Vonage refused this message, its sender or its number; nothing was sent"],
  "send-unexpected": [502, "Vonage gave an answer that is not part of its API; nothing was sent"],
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
  "challenges-unavailable": [
    503,
    "Challenges cannot be stored or looked up now. Nothing was sent. A code that was checked may have been counted",
  ],
  "limits-unavailable": [503, "Send limits cannot be counted now. Nothing was sent"],
  "send-throttled": [503, "Vonage asks to slow down; nothing was sent"],
  "send-unavailable": [503, "Vonage cannot send now; nothing was sent"],
  "upstream-throttled": [503, "Vonage asks to slow down"],
  "upstream-timeout": [504, "Vonage did not answer in time"],
  "send-uncertain": [
    504,
    "Vonage did not answer: the message may have gone out, or not. Its code will be taken",
  ],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemName = keyof typeof PROBLEMS;

/** Members beyond those of RFC 9457. */
export interface ProblemExtensions {
  /** What exactly is wrong, and what to do. */
  readonly detail?: string;
  /** Every fault of the parameters. */
  readonly errors?: readonly { readonly parameter: string; readonly detail: string }[];
  /** How many codes may still be tried. */
  readonly attemptsLeft?: number;
  /** With `send-uncertain`: the challenge that there is all the same. */
  readonly id?: string;
  readonly channel?: string;
  readonly expiresAt?: string;
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
    body: JSON.stringify({ type: PROBLEM_TYPE + name, title, status, ...extensions }),
    log: { ...log, outcome: name },
  };
}
