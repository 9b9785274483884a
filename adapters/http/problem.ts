// Problem documents (RFC 9457). One table: what each is called, its status, its title.

import { PROBLEM_TYPE } from "../../src/wire/problem-type.ts";
import type { LogEntry } from "./log.ts";

/**
 * Every problem by name, with what to do where nothing better can be said. There is always a detail: the SDKs for PHP
 * and Ruby make their error's message of it, and without it warn, or have none. A problem's `type` is
 * `urn:problem:vonage-conversion:` and its name, and does not change.
 */
export const PROBLEMS = {
  "malformed-body": [
    400,
    "The body cannot be read as what its content type says",
    "Send a form, or one flat JSON object, that is complete and in UTF-8; repeat no name.",
  ],
  "invalid-parameters": [
    400,
    "Parameters are missing or wrong",
    "Compare the parameters with the API's description.",
  ],
  unauthenticated: [
    401,
    "A valid report token or proxy key is needed",
    "Send a report token as `token` in the form or as Bearer, or a proxy key as Bearer or Basic.",
  ],
  "webhook-refused": [
    401,
    "This webhook is not signed as Vonage signs for this account, or long ago",
    "Compare the signature secret and method here with the settings of the Vonage account, and the clocks.",
  ],
  "webhook-of-messages-api": [
    422,
    "This webhook comes from the Messages API; this service needs those of the SMS API",
    'In the Vonage dashboard, under API settings, set "Default SMS Setting" to "SMS API".',
  ],
  "wrong-message": [
    403,
    "The token is for another message",
    "A report token is for the one message, of one channel, that it was made for; use the token of this message.",
  ],
  "wrong-traffic": [
    403,
    "This key or token is for the other kind of traffic",
    "Use a key or token of the traffic in question: a message belongs to one kind, and codes to 2FA.",
  ],
  "country-not-served": [
    403,
    "No codes are sent to this country",
    "The operator of this service chooses the countries that codes are sent to; nothing was sent.",
  ],
  "webhooks-closed": [
    403,
    "This service takes no webhooks; its operator has to say whom to believe",
    "The operator has to set the account's signature secret, or to accept unsigned webhooks.",
  ],
  "not-found": [
    404,
    "There is nothing here",
    "Compare the path with the API's description: no route has this path.",
  ],
  "method-not-allowed": [
    405,
    "This method is not allowed here",
    "The Allow header names the methods that this path takes.",
  ],
  conflict: [
    409,
    "Another outcome is on record for this message",
    "The message is already reported as delivered, which a later report of the opposite does not change.",
  ],
  "idempotency-key-in-use": [
    409,
    "The request with this Idempotency-Key is still being worked on",
    "Wait as long as Retry-After says, and ask again with the same key.",
  ],
  "nothing-to-retry": [409, "There is nothing to send again", "Only dead reports can be sent again."],
  "body-too-large": [
    413,
    "The body is larger than 8 KiB",
    "Reports, messages and webhooks are shorter than that; send one at a time.",
  ],
  "unsupported-media-type": [
    415,
    "The body must be application/x-www-form-urlencoded or application/json, in UTF-8",
    "Set Content-Type to one of the two, and do not compress the body.",
  ],
  "upstream-rejected": [
    422,
    "Vonage refused the parameters",
    "Vonage does not accept this report, and repeating it does not help: check message id and channel.",
  ],
  "invalid-number": [
    422,
    "This is not a phone number",
    "Give the number with its country code, such as +447400123456.",
  ],
  "number-refused": [
    422,
    "This number gets no messages; nothing was sent",
    "Vonage does not deliver to this number; ask the user for another one.",
  ],
  "channel-unavailable": [
    422,
    "No code can be sent to this number by this channel; nothing was sent",
    "Ask for the other channel, or for another number.",
  ],
  "idempotency-key-reused": [
    422,
    "This Idempotency-Key was used for another request",
    "A key names one request: take a new one for each, and the same only to repeat it.",
  ],
  "code-wrong": [
    422,
    "The code is wrong",
    "Ask the user to compare the code with the last message; `attemptsLeft` says how often.",
  ],
  "code-expired": [422, "The code came too late", "Start a new challenge, or ask for another message."],
  "code-superseded": [
    422,
    "A newer code was sent; this one is not taken any more",
    "Ask the user for the code of the latest message.",
  ],
  "code-used": [
    422,
    "The challenge is verified; a code counts once",
    "The user is verified already; for another login start a new challenge.",
  ],
  "too-many-attempts": [
    422,
    "Too many codes were tried; start anew",
    "The challenge is over: start a new one.",
  ],
  "too-many-messages": [
    422,
    "Too many messages were sent; start anew",
    "The challenge gets no further message: start a new one.",
  ],
  "challenge-cancelled": [422, "The challenge was cancelled", "The challenge is over: start a new one."],
  "too-many-requests": [429, "Too many requests", "Wait as long as Retry-After says."],
  "resend-too-soon": [
    429,
    "The last message may still arrive",
    "Wait as long as Retry-After says before asking for another message.",
  ],
  "number-limit": [
    429,
    "Too many codes were sent to this number",
    "Wait as long as Retry-After says, or use another number.",
  ],
  "prefix-limit": [
    429,
    "Too many codes were sent to numbers next to this one",
    "Wait as long as Retry-After says; the operator's limits protect against traffic pumping.",
  ],
  "address-limit": [
    429,
    "Too many codes were asked for from this address",
    "Wait as long as Retry-After says; the operator's limits protect against traffic pumping.",
  ],
  "country-limit": [
    429,
    "Too many codes were sent to this country",
    "Wait as long as Retry-After says, or have the operator raise the limit of this country.",
  ],
  "caller-limit": [
    429,
    "Too many codes were asked for with this key",
    "Wait as long as Retry-After says, or have the operator raise the limit of this key.",
  ],
  "total-limit": [
    429,
    "Too many codes were asked for by all",
    "Wait as long as Retry-After says, or have the operator raise the limit of the service.",
  ],
  internal: [
    500,
    "Something went wrong here",
    "The operator finds the cause in the log, by the X-Request-Id of this answer.",
  ],
  "no-ledger": [501, "This service has no ledger", "On Cloudflare, its operator can bind LEDGER."],
  "no-two-factor": [501, "This service sends no codes", "The operator has to set up the 2FA workflow first."],
  "send-unauthorized": [
    502,
    "Vonage refused this service's credentials for sending; its operator has to act",
    "Nothing was sent; the operator has to check API key, secret and private key.",
  ],
  "send-account-refused": [
    502,
    "Vonage sends nothing for this service's account; its operator has to act",
    "Nothing was sent; the operator has to look at the funds and settings of the account.",
  ],
  "send-rejected": [
    502,
    "Vonage refused this message, its sender or its number; nothing was sent",
    "Check the number; where every message is refused, the operator has to check the sender and the text.",
  ],
  "send-unexpected": [
    502,
    "Vonage gave an answer that is not part of its API; nothing was sent",
    "The operator has to check the base URLs.",
  ],
  "upstream-unauthorized": [
    502,
    "Vonage refused this service's credentials; its operator has to act",
    "The operator has to check API key and secret of this traffic.",
  ],
  "upstream-not-enabled": [
    502,
    "Vonage has not enabled the Conversion API for this service; its operator has to act",
    "The operator has to ask Vonage support to enable it for this API key.",
  ],
  "upstream-unavailable": [
    502,
    "Vonage cannot be reached or cannot answer now",
    "Report it again later, which does no harm.",
  ],
  "upstream-unexpected": [
    502,
    "Vonage gave an answer that is not part of its API",
    "The operator has to check the base URL.",
  ],
  "not-configured": [
    503,
    "This service is not configured completely; its operator has to act",
    "`POST /doctor` and the log of this service name what is missing.",
  ],
  "ledger-unavailable": [
    503,
    "It could not be stored for certain, and is not accepted; send it again, which does no harm",
    "Wait as long as Retry-After says, and repeat the request.",
  ],
  "challenges-unavailable": [
    503,
    "Challenges cannot be stored or looked up now. Nothing was sent. A code that was checked may have been counted",
    "Wait as long as Retry-After says, and repeat the request.",
  ],
  "limits-unavailable": [
    503,
    "Send limits cannot be counted now. Nothing was sent",
    "Wait as long as Retry-After says, and repeat the request.",
  ],
  "send-throttled": [503, "Vonage asks to slow down; nothing was sent", "Ask again in a few seconds."],
  "send-unavailable": [
    503,
    "Vonage cannot send now; nothing was sent",
    "Ask again in a few seconds, or for the other channel.",
  ],
  "upstream-throttled": [
    503,
    "Vonage asks to slow down",
    "Wait as long as Retry-After says, and report it again.",
  ],
  "upstream-timeout": [504, "Vonage did not answer in time", "Report it again, which does no harm."],
  "send-uncertain": [
    504,
    "Vonage did not answer: the message may have gone out, or not. Its code will be taken",
    "Let the user type the code that may arrive; ask for another message after the cooldown.",
  ],
} as const satisfies Record<string, readonly [status: number, title: string, detail: string]>;

export type ProblemName = keyof typeof PROBLEMS;

/** Members beyond those of RFC 9457. */
export interface ProblemExtensions {
  /**
   * What exactly is wrong, and what to do.
   *
   * @default the faults of `errors`, else what the table says
   */
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
  const detail = toDetail(name, extensions);
  return {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
    body: JSON.stringify({ type: PROBLEM_TYPE + name, title, status, ...extensions, detail }),
    log: { ...log, outcome: name },
  };
}

/** Faults that a detail repeats; all of them are in `errors`. */
const FAULTS_IN_DETAIL = 5;

/** The detail of a problem, which every answer has. */
export function toDetail(
  name: ProblemName,
  { detail, errors = [] }: Pick<ProblemExtensions, "detail" | "errors">,
): string {
  if (detail !== undefined) return detail;
  if (errors.length === 0) return PROBLEMS[name][2];
  const faults = errors.slice(0, FAULTS_IN_DETAIL).map((one) => `${one.parameter} ${one.detail}`.trim());
  const more = errors.length - faults.length;
  return `${faults.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
}
