// Turns the end of a request to Vonage into an outcome: the message was sent, or the reason why not. Pure; post-code.ts
// does the sending.

import type { Attempt } from "../../client/transport.ts";
import type { SendErrorCode } from "./send-error.ts";
import type { SentCode } from "./sender.ts";

export interface SendFailure {
  readonly code: SendErrorCode;
  /** A sentence for the error's message: the cause, and what to do. */
  readonly advice: string;
  /** `status` of the SMS API's reply. */
  readonly vonageStatus?: number;
  /** Milliseconds to wait before the next request, if the refusal names them. */
  readonly wait?: number;
}

export type SendOutcome = (SentCode & { readonly code?: never }) | SendFailure;

/** Error statuses in replies of the SMS API. */
type SmsStatus = (1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11) | (12 | 14 | 15 | 22 | 23 | 29 | 32 | 33);

/** Vonage limits each API key and each sender number. US and Canadian numbers may send one text a second. */
export const THROTTLED = "too many messages a second for this account or sender; slow down";

type Entry = readonly [code: SendErrorCode, advice: string];

const BY_SMS_STATUS: Readonly<Record<SmsStatus, Entry>> = {
  1: ["throttled", THROTTLED],
  2: ["rejected", "a parameter is missing"],
  3: ["rejected", "a parameter is invalid for this destination; check the sender (from) and the number"],
  4: ["unauthorized", "check API key and secret"],
  5: ["unavailable", "an internal error at Vonage; try again later"],
  6: ["rejected", "Vonage cannot route the message; check the number's prefix"],
  7: ["number_refused", "the number is barred"],
  8: ["account_refused", "the account is barred; ask Vonage support"],
  9: ["account_refused", "the account's balance is too low"],
  10: ["throttled", "too many connections of this account at once; slow down"],
  11: ["account_refused", "the account is not enabled for HTTP; ask Vonage support"],
  12: ["rejected", "the message is too long"],
  14: ["unauthorized", "the signature is wrong; check signature secret and method"],
  15: ["rejected", "the sender (from) is not allowed for this destination"],
  22: [
    "rejected",
    "Fraud Defender blocked it, perhaps as part of a burst, or the network code is invalid; see Fraud Defender in the dashboard",
  ],
  23: ["rejected", "the callback URL is invalid"],
  29: ["number_refused", "a demo account reaches only the numbers on its list"],
  32: ["unauthorized", "signature and secret were sent together, or the account allows only one of them"],
  33: ["number_refused", "the number is deactivated"],
};

const REJECTED: Entry = ["rejected", "the parameters were refused; check the sender (from)"];
const UNAUTHORIZED: Entry = ["unauthorized", "check API key and secret, or application id and private key"];
const UNCERTAIN: Entry = [
  "uncertain",
  "the message may have gone out; send another only if the user asks for it",
];

const BY_HTTP_STATUS: Readonly<Record<number, Entry>> = {
  400: REJECTED,
  401: UNAUTHORIZED,
  402: ["account_refused", "the account's balance is too low, or this is not enabled for it"],
  403: UNAUTHORIZED,
  408: UNCERTAIN,
  413: REJECTED,
  415: REJECTED,
  420: REJECTED,
  422: REJECTED,
  423: REJECTED,
  429: ["throttled", "too many requests for this account; slow down"],
  503: ["unavailable", "Vonage cannot answer now; try again later"],
};

const UNEXPECTED = "this status is not part of the API (redirects included); check baseUrl";

const toFailure = ([code, advice]: Entry): SendFailure => ({ code, advice });

/** The outcome of a success whose body is unreadable. */
export const UNREADABLE_SUCCESS: SendFailure = toFailure(UNCERTAIN);

/**
 * The failure for an error `status` in a reply of the SMS API.
 *
 * @param errorText The reply's `error-text`. When messages come too fast it names a wait in milliseconds: "please wait
 * [ 620 ] and retry".
 */
export function interpretSmsStatus(vonageStatus: number, errorText = ""): SendFailure {
  const entry = Object.hasOwn(BY_SMS_STATUS, vonageStatus)
    ? BY_SMS_STATUS[vonageStatus as SmsStatus]
    : (["unexpected_response", "the SMS API does not document this status"] as const);
  const [, wait] = (entry[0] === "throttled" && /wait *\[ *(\d{1,7}) *\]/i.exec(errorText)) || [];
  return { ...toFailure(entry), vonageStatus, ...(wait !== undefined && { wait: Number(wait) }) };
}

/**
 * The outcome of a request. It is `uncertain` if the message may have gone out.
 *
 * @param readReply Reads the body of a success.
 */
export function interpretAttempt(
  { status, body, noAnswer }: Attempt,
  readReply: (body: string) => SendOutcome,
): SendOutcome {
  if (noAnswer) return toFailure(UNCERTAIN);
  if (status >= 200 && status < 300) return readReply(body ?? "");
  const entry = BY_HTTP_STATUS[status];
  if (entry !== undefined) return toFailure(entry);
  return status >= 500 && status < 600
    ? toFailure(UNCERTAIN)
    : { code: "unexpected_response", advice: UNEXPECTED };
}
