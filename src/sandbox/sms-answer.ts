// Answers of the SMS API and the short code API: HTTP 200, with the outcome as `status` in the body.

/** The error statuses that the sandbox gives, by itself or as a fault, with their texts. */
export const SMS_STATUS_TEXTS = {
  "1": "Throttled",
  "2": "Missing parameters",
  "3": "Invalid parameters",
  "4": "Invalid credentials",
  "5": "Internal error",
  "6": "Invalid message",
  "7": "Number barred",
  "8": "Partner account barred",
  "9": "Partner quota violation",
  "10": "Too many existing binds",
  "11": "Account not enabled for HTTP",
  "12": "Message too long",
  "14": "Invalid signature",
  "15": "Invalid sender address",
  "22": "Invalid network code",
  "23": "Invalid callback URL",
  "29": "Non-whitelisted destination",
  "32": "Signature and API secret disallowed",
  "33": "Number de-activated",
} as const;

export type SmsStatus = keyof typeof SMS_STATUS_TEXTS;

/** The reason why a text is not sent. */
export interface SmsRefusal {
  readonly status: SmsStatus;
  /** Names the parameter at fault, after the text of the status. */
  readonly detail?: string | undefined;
  /** With status "1": milliseconds until the sender may send again. */
  readonly wait?: number | undefined;
}

/** Makes an {@link SmsRefusal}. */
export const refuse = (status: SmsStatus, detail: string): SmsRefusal => ({ status, detail });

/** The answer for a text that is on its way. */
export interface SmsConfirmation {
  readonly to: string;
  readonly messageIds: readonly string[];
  readonly price: string;
  readonly networkCode: string;
  readonly clientRef?: string | undefined;
}

/** The sandbox spends no money. */
const BALANCE = "15.53590000";

/** Makes a message id: 16 hexadecimal digits. */
export function createMessageId(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase();
}

export function confirmSms({ to, messageIds, price, networkCode, clientRef }: SmsConfirmation): Response {
  return answer(
    messageIds.map((id) => ({
      to,
      "message-id": id,
      status: "0",
      "remaining-balance": BALANCE,
      "message-price": price,
      network: networkCode,
      ...(clientRef !== undefined && { "client-ref": clientRef }),
    })),
  );
}

export function refuseSms(refusal: SmsRefusal): Response {
  return answer([{ status: refusal.status, "error-text": describeRefusal(refusal) }]);
}

export function describeRefusal({ status, detail, wait }: SmsRefusal): string {
  // Vonage's wording: the wait in milliseconds, in brackets.
  if (wait !== undefined) return `Throughput Rate Exceeded - please wait [ ${wait} ] and retry`;
  return detail === undefined ? SMS_STATUS_TEXTS[status] : `${SMS_STATUS_TEXTS[status]}: ${detail}`;
}

function answer(messages: readonly object[]): Response {
  return Response.json({ "message-count": String(messages.length), messages });
}
