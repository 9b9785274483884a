// Advice to the operator about a message that was not sent.

import type { SendErrorCode } from "./send-error.ts";

/** The part of the log about a failed message. */
export interface SendAdvice {
  /** `error` alerts the operator: nothing is sent until somebody acts. */
  readonly level: "info" | "error";
  readonly hint: string;
}

const error = (hint: string): SendAdvice => ({ level: "error", hint });

/** Statuses of the SMS API that one destination can cause. They do not alert: any user could by typing a number. */
const OF_DESTINATION: Readonly<Record<number, string>> = {
  3: "a parameter is not valid",
  6: "the message cannot be routed",
  15: "the sender is not allowed there",
};

/** Status 22 is documented as an invalid network code. Fraud Defender also answers it when it blocks a burst. */
const FRAUD_BLOCKED =
  "status 22: Fraud Defender blocked the message, perhaps as part of a burst, or the network code is not valid. Check " +
  "Fraud Defender in Vonage's dashboard, and the countries and callers that ask for codes";

const BY_CODE: Partial<Record<SendErrorCode, SendAdvice>> = {
  unauthorized: error("Vonage refuses the credentials for sending: check API key, secret and private key"),
  account_refused: error("Vonage refuses the account: check its balance and settings"),
  rejected: error("Vonage refuses the message: check SMS_FROM, VOICE_FROM and the brand"),
  unexpected_response: error(
    "Vonage answered with a status that is not part of its API: check the base URLs",
  ),
};

/** Returns `undefined` if the operator can do nothing. */
export function adviseOperator(
  code: SendErrorCode,
  vonageStatus: number | undefined,
): SendAdvice | undefined {
  if (code !== "rejected" || vonageStatus === undefined) return BY_CODE[code];
  if (vonageStatus === 22) return error(FRAUD_BLOCKED);
  const cause = Object.hasOwn(OF_DESTINATION, vonageStatus) ? OF_DESTINATION[vonageStatus] : undefined;
  if (cause === undefined) return BY_CODE[code];
  const hint = `status ${vonageStatus} (${cause}): the number may be the cause; if many numbers get it, check SMS_FROM`;
  return { level: "info", hint };
}
