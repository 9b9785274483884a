// Sentences for the user, for every outcome of sending and checking a code.

import type { NotVerified, TwoFactorErrorCode } from "vonage-conversion/two-factor";

/** @param again The channel of a further code; without it, the first code was sent by text. */
export function sayWhatWasSent(number: string, again?: "sms" | "voice"): string {
  if (again === "voice") return `We are calling ${number} with a new code.`;
  return again === undefined ? `We sent a code to ${number}.` : `We sent a new code to ${number}.`;
}

/** @param retryAfter Milliseconds until another attempt may succeed. */
export function sayWhyNotSent(code: TwoFactorErrorCode | undefined, retryAfter = 60_000): string {
  switch (code) {
    case "invalid_request":
    case "invalid_number":
      return "That is not a phone number. Type it as you dial it, or with + and the country code, such as +44 7400 123456.";
    case "number_refused":
      return "Codes cannot be sent to that number. Use a mobile number.";
    case "country_not_served":
    case "channel_unavailable":
      return "Codes cannot be sent to that country. Use another number.";
    case "resend_too_soon":
      return `The last code may still arrive. Ask for another in ${Math.ceil(retryAfter / 1000)} seconds.`;
    case "not_found":
    case "expired":
    case "used":
    case "cancelled":
    case "superseded":
    case "too_many_attempts":
    case "too_many_messages":
      return "No more codes can be sent for this sign-in. Start again with your number.";
    case "number_limit":
    case "prefix_limit":
    case "address_limit":
    case "country_limit":
    case "caller_limit":
    case "total_limit":
    case "rate_limited":
      return `Too many codes were requested. Try again in ${inMinutes(retryAfter)}.`;
    default:
      return "The code could not be sent just now. Try again in a minute.";
  }
}

export function sayWhyNotVerified(reason: NotVerified, attemptsLeft: number): string {
  switch (reason) {
    case "wrong":
      if (attemptsLeft === 0) return "That code is wrong, and there are no tries left. Ask for a new code.";
      return `That code is wrong. You can try ${attemptsLeft === 1 ? "once" : `${attemptsLeft} times`} more.`;
    case "too_many_attempts":
      return "Too many codes were tried. Ask for a new code.";
    case "expired":
      return "That code is too old. Ask for a new code.";
    case "superseded":
      return "A newer code was sent. Type the code from the newest message.";
    case "used":
    case "cancelled":
      return "That code is no longer valid. Ask for a new code.";
  }
}

export function sayWhyNotChecked(code: TwoFactorErrorCode | undefined): string {
  switch (code) {
    case "invalid_request":
      return "That is not a code. Type the digits from the message.";
    case "not_found":
      return "That code is too old. Ask for a new code.";
    default:
      return "The code could not be checked just now. Try again.";
  }
}

function inMinutes(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / 60_000);
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}
