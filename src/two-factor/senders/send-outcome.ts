// What the end of an attempt to send means. Pure: src/two-factor/senders/post-code.ts does the sending.

import type { Attempt } from "../../client/transport.ts";
import type { SendErrorCode } from "./send-error.ts";
import type { SentCode } from "./sender.ts";

/** Why an attempt did not succeed, and what to do. */
export interface SendFailure {
  readonly code: SendErrorCode;
  readonly advice: string;
  /** `status` of the SMS API's reply. */
  readonly vonageStatus?: number;
  /** Milliseconds after which the refusal says that the message may come again. */
  readonly wait?: number;
}

export type SendOutcome = (SentCode & { readonly code?: never }) | SendFailure;

/** Statuses in replies of the SMS API that stand for an error. */
type SmsStatus = (1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11) | (12 | 14 | 15 | 22 | 23 | 29 | 32 | 33);

/** Vonage has several rates: an API key's, and that of a number, which for US and Canadian ones is one text a second. */
export const THROTTLED = "too many messages a second for this account or sender; slow down";

type Entry = readonly [code: SendErrorCode, advice: string];

const BY_SMS_STATUS: Readonly<Record<SmsStatus, Entry>> = {
  1: ["throttled", THROTTLED],
  2: ["rejected", "a parameter is missing"],
  3: ["rejected", "a parameter is not valid for this destination; check the sender (from) and the number"],
  4: ["unauthorized", "check API key and secret"],
  5: ["unavailable", "an internal error at Vonage; try again later"],
  6: ["rejected", "Vonage could not make sense of the message; check the number's prefix"],
  7: ["number_refused", "the number is barred"],
  8: ["account_refused", "the account is barred; ask Vonage support"],
  9: ["account_refused", "the account's balance does not suffice"],
  10: ["throttled", "too many connections of this account at once; slow down"],
  11: ["account_refused", "the account is not enabled for HTTP; ask Vonage support"],
  12: ["rejected", "the message is too long"],
  14: ["unauthorized", "the signature does not fit; check signature secret and method"],
  15: ["rejected", "the sender (from) is not allowed for this destination"],
  22: [
    "rejected",
    "Fraud Defender blocked it, as it does with bursts, or the network code is not valid; see Fraud Defender in the dashboard",
  ],
  23: ["rejected", "the callback URL is not valid"],
  29: ["number_refused", "a demo account reaches only the numbers on its list"],
  32: ["unauthorized", "signature and secret were sent together, or the account allows one of them only"],
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
  402: ["account_refused", "the account's balance does not suffice, or this is not enabled for it"],
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

const UNEXPECTED = "no status of the API, redirects included; check baseUrl";

const toFailure = ([code, advice]: Entry): SendFailure => ({ code, advice });

/** The failure of a success that could not be read. */
export const UNREADABLE_SUCCESS: SendFailure = toFailure(UNCERTAIN);

/**
 * The failure that a `status` in a reply of the SMS API stands for; 0, success, is not for here.
 *
 * @param errorText Its `error-text`, which names the wait where messages come too fast: "please wait [ 620 ] and
 * retry", in milliseconds.
 */
export function interpretSmsStatus(vonageStatus: number, errorText = ""): SendFailure {
  const entry = Object.hasOwn(BY_SMS_STATUS, vonageStatus)
    ? BY_SMS_STATUS[vonageStatus as SmsStatus]
    : (["unexpected_response", "no status that the SMS API documents"] as const);
  const [, wait] = (entry[0] === "throttled" && /wait *\[ *(\d{1,7}) *\]/i.exec(errorText)) || [];
  return { ...toFailure(entry), vonageStatus, ...(wait !== undefined && { wait: Number(wait) }) };
}

/**
 * What the end of an attempt means. Whatever leaves it open whether the message went out is `uncertain`.
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
