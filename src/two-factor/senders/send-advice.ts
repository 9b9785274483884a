// What the operator should hear of a message that was not sent, and how loudly.

import type { SendErrorCode } from "./send-error.ts";

/** What the log says of a failed message. */
export interface SendAdvice {
  /** `error` calls the operator: nothing goes out until somebody acts. */
  readonly level: "info" | "error";
  readonly hint: string;
}

const error = (hint: string): SendAdvice => ({ level: "error", hint });

/** Statuses of the SMS API that one destination can bring about: anybody who types a number could page the operator. */
const OF_DESTINATION: Readonly<Record<number, string>> = {
  3: "a parameter is not valid",
  6: "the message cannot be routed",
  15: "the sender is not allowed there",
};

/** Status 22: documented as an invalid network code, and what Fraud Defender answers when it blocks a burst. */
const FRAUD_BLOCKED =
  "status 22: Fraud Defender blocked the message, as it does with bursts, or the network code is not valid: look at " +
  "Fraud Defender in Vonage's dashboard, and at which countries and callers ask for codes";

const BY_CODE: Partial<Record<SendErrorCode, SendAdvice>> = {
  unauthorized: error("Vonage refuses the credentials for sending: check API key, secret and private key"),
  account_refused: error("Vonage refuses the account: look at its funds and settings"),
  rejected: error("Vonage refuses what is sent: check SMS_FROM, VOICE_FROM and the brand"),
  unexpected_response: error("Vonage gave a status outside its API: check the base URLs"),
};

/** `undefined`: there is nothing for the operator to do. */
export function adviseOperator(
  code: SendErrorCode,
  vonageStatus: number | undefined,
): SendAdvice | undefined {
  if (code !== "rejected" || vonageStatus === undefined) return BY_CODE[code];
  if (vonageStatus === 22) return error(FRAUD_BLOCKED);
  const cause = Object.hasOwn(OF_DESTINATION, vonageStatus) ? OF_DESTINATION[vonageStatus] : undefined;
  if (cause === undefined) return BY_CODE[code];
  const hint = `status ${vonageStatus} (${cause}): the number may be the cause; where many get it, check SMS_FROM`;
  return { level: "info", hint };
}
