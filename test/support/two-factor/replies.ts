// A message to send, and Vonage's replies to it.

import type { CodeMessage } from "../../../src/two-factor/senders/sender.ts";
import type { Answer, SentRequest } from "../recording-fetch.ts";

/** Everything that an error must not contain begins with one of these. */
export const CANARIES = /canary|738291|12015550123/;

export const message: CodeMessage = {
  to: "12015550123",
  country: "US",
  code: "738291",
  brand: "canary-brand",
  locale: "en",
  clientRef: "canary-ref",
  lifetime: 600,
};

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });

/** A reply of the SMS API: a message id for each accepted part, a status for each refused one. */
export const smsReply = (...parts: readonly (string | number)[]): Answer =>
  json({
    "message-count": String(parts.length),
    messages: parts.map((part) =>
      typeof part === "string"
        ? { to: message.to, "message-id": part, status: "0", "remaining-balance": "3.1", network: "310090" }
        : { status: String(part), "error-text": `canary-text about ${message.to}` },
    ),
  });

export const callReply: Answer = json(
  {
    uuid: "63f61863-4a51-4f6b-86e1-46edebcf9356",
    status: "started",
    direction: "outbound",
    conversation_uuid: "CON-f972836a-550f-45fa-956c-12a2ab5b7d22",
  },
  201,
);

/** The fields of the form, in the order in which they were sent. */
export const formOf = (sent: SentRequest | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(sent?.body));

/** Everything that an error shows, in every way of printing it. */
export const everythingIn = (error: Error): string =>
  [error.message, error.stack, JSON.stringify(error), String(error.cause), Object.values(error).join()].join(
    "\n",
  );
