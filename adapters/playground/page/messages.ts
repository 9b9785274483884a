// The application's messages to its user.

import type { ApplicationAnswer } from "../application.ts";
import type { ShownChallenge } from "../sessions.ts";

/** Formats as E.164 without spaces: grouping differs between countries. */
export const formatNumber = (digits: string): string => `+${digits}`;

export function formatDuration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function attempts(left: number): string {
  return left === 1 ? "1 attempt is left." : `${left} attempts are left.`;
}

export function describeSent({ channel, number }: ShownChallenge): string {
  const to = formatNumber(number);
  return channel === "sms" ? `A text with the code is on its way to ${to}.` : `${to} is being called.`;
}

/** The mark and the sentence for each end of a challenge. */
export const ENDINGS = {
  verified: ["Verified", "The code is right."],
  expired: ["Expired", "The code has expired. Send another."],
  locked: ["Locked", "Too many wrong codes. Send another."],
  cancelled: ["Cancelled", "The code is no longer valid."],
  superseded: ["Superseded", "A newer code was sent, so this one is no longer valid."],
} as const satisfies Record<Exclude<ShownChallenge["state"], "pending">, readonly [string, string]>;

const REASONS: Readonly<Record<NonNullable<ApplicationAnswer["reason"]>, string>> = {
  wrong: "Wrong code.",
  superseded: "This code is no longer valid. Type the newer one.",
  expired: "The code has expired. Send another.",
  too_many_attempts: "Too many wrong codes. Send another.",
  cancelled: "The code was cancelled. Send another.",
  used: "This code has already been used.",
};

const ERRORS: { readonly [E in NonNullable<ApplicationAnswer["error"]>]?: string } = {
  invalid_number:
    "This is not a phone number. Type it as you would dial it, or with + and its country code, such as +44 7400 123456.",
  number_refused:
    "This number cannot receive codes, or not in this way. Try another number, or the other way.",
  country_not_served: "This application does not send codes to that country. Try another number.",
  route_paused: "Codes to that country are paused for a while. Try the other way, or try again later.",
  channel_unavailable: "The code cannot be sent in this way. Try the other one.",
  number_limit: "Too many codes were sent to this number. Try again later, or another number.",
  prefix_limit: "Too many codes were sent to numbers like this one. Try again later.",
  caller_limit: "Too many codes were requested. Try again later.",
  total_limit: "Too many codes were requested. Try again later.",
  resend_too_soon: "The last message may still arrive. Wait a little, then send again.",
  too_many_messages: "Too many messages were sent. Cancel, and send another code.",
  rate_limited: "Too many requests. Wait ten seconds, then try again.",
  send_uncertain:
    "Vonage did not answer, so the message may or may not arrive. If it arrives, type its code; otherwise send again.",
  send_failed: "Vonage refused to send the message. The log shows the reason.",
  unavailable: "Vonage is unavailable, and nothing was sent. Try again.",
  not_configured: "The Worker cannot send codes. GET /health of the Worker shows why.",
  not_found: "The Worker does not know this code. Send another.",
  no_challenge: "No code has been requested. Send one.",
  network: "The Worker does not answer. Start the sandbox again, then try again.",
  timeout: "The Worker did not answer in time. The message may still arrive; otherwise try again.",
};

/** Describes why a code was not accepted or a request failed. Returns `undefined` on success. */
export function describeFailure({ reason, error, detail, challenge }: ApplicationAnswer): string | undefined {
  if (reason !== undefined) {
    const more = challenge?.state === "pending" ? ` ${attempts(challenge.attemptsLeft)}` : "";
    return REASONS[reason] + more;
  }
  if (error === undefined) return undefined;
  return ERRORS[error] ?? `That was refused: ${detail ?? error}`;
}

/** Finds the code in a text, or in the speech of a call, where pauses are commas. */
export function findCode(text: string): string | undefined {
  return /\d(?:[,、، ]* ?\d){3,9}/.exec(text)?.[0].replace(/\D/g, "");
}
