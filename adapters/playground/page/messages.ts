// What the application tells its user, and what to do about it.

import type { ApplicationAnswer } from "../application.ts";
import type { ShownChallenge } from "../sessions.ts";

/** E.164. Blanks differ from country to country, and what was typed should be recognised. */
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

/** How a challenge ended, for its mark and its sentence. */
export const ENDINGS = {
  verified: ["Verified", "The code came back: the Conversion API hears that the message was delivered."],
  expired: ["Too late", "The code is not taken any more. Start again to get another."],
  locked: ["Locked", "Too many wrong codes. Start again to get another."],
  cancelled: ["Cancelled", "The code is not taken any more."],
  superseded: ["Superseded", "A newer code was sent; this one is not taken any more."],
} as const satisfies Record<Exclude<ShownChallenge["state"], "pending">, readonly [string, string]>;

const REASONS: Readonly<Record<NonNullable<ApplicationAnswer["reason"]>, string>> = {
  wrong: "Wrong code.",
  superseded: "A newer code was sent; this one is not taken any more. Type the newer one.",
  expired: "That came too late. Start again to get another code.",
  too_many_attempts: "Too many wrong codes. Start again to get another.",
  cancelled: "This was cancelled. Start again to get another code.",
  used: "This code was used already.",
};

const ERRORS: { readonly [E in NonNullable<ApplicationAnswer["error"]>]?: string } = {
  invalid_number:
    "This is no phone number. Type it as you would dial it, or with + and its country code, such as +44 7400 123456.",
  number_refused: "This number gets no codes, or not that way. Try another, or the other way.",
  country_not_served: "No codes are sent to that country. Try another number.",
  channel_unavailable: "The code cannot be sent that way. Try the other one.",
  number_limit: "Too many codes were sent to this number. Try again later, or another number.",
  prefix_limit: "Too many codes were sent to numbers like this one. Try again later.",
  caller_limit: "Too many codes were asked for. Try again later.",
  total_limit: "Too many codes were asked for. Try again later.",
  resend_too_soon: "The last message may still arrive. Wait a little, then send again.",
  too_many_messages: "Too many messages were sent. Cancel, and start again.",
  rate_limited: "Too many requests. Wait ten seconds, then try again.",
  send_uncertain:
    "Vonage did not answer: the message may arrive, or not. If it does, its code counts; otherwise send again.",
  send_failed: "Vonage refuses to send it. Look at the timeline for the reason.",
  unavailable: "Vonage cannot send now, and nothing was sent. Try again.",
  not_configured: "The Worker sends no codes. Look at GET /health of the Worker.",
  not_found: "The Worker knows of no such code. Start again.",
  no_challenge: "There is no code under way. Start again.",
  network: "The Worker does not answer. Start it again with npm start, then try again.",
  timeout: "The Worker did not answer in time. The message may arrive all the same; otherwise try again.",
};

/** Why a code was not taken, or nothing was done; `undefined`: all went well. */
export function describeFailure({ reason, error, detail, challenge }: ApplicationAnswer): string | undefined {
  if (reason !== undefined) {
    const more = challenge?.state === "pending" ? ` ${attempts(challenge.attemptsLeft)}` : "";
    return REASONS[reason] + more;
  }
  if (error === undefined) return undefined;
  return ERRORS[error] ?? `That was refused: ${detail ?? error}`;
}

/** The code in a text, or in what is heard of a call, where pauses are commas. */
export function findCode(text: string): string | undefined {
  return /\d(?:[,、، ]* ?\d){3,9}/.exec(text)?.[0].replace(/\D/g, "");
}
