// A valid request for each operation, and the faults that a request can have.

import { signPayload } from "../../../src/sandbox/webhook-jwt.ts";
import { signParameters } from "../../../src/wire/signature.ts";
import { ADMIN_KEY, PROXY_KEY } from "../../support/local-stack.ts";
import { SIGNATURE_SECRET } from "../../support/two-factor-stack.ts";
import type { Call } from "./openapi-caller.ts";

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
export const BY_SHOP = bearer(PROXY_KEY.key);
export const BY_ADMIN = bearer(ADMIN_KEY.key);

const REPORT: Call = { headers: BY_SHOP, form: { "message-id": "good-1", delivered: true } };
const RECEIPT = { messageId: "0A0000000123ABCD1", msisdn: "447400123456", status: "delivered" };
const REPLY = { messageId: "0B0000000123ABCD1", msisdn: "447400123456", to: "447700900000", text: "042517" };

const EVENT = { uuid: "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", status: "answered", to: "447400123456" };

const ACCOUNT = { apiKey: "abcd1234", apiSecret: "", signatureSecret: SIGNATURE_SECRET, enabled: true };

const signedEvent = async () => bearer(await signPayload(JSON.stringify(EVENT), ACCOUNT, Date.now()));

/** Has the form of a challenge id, but there is no such challenge. */
const path = { id: "0.AAAAAAAAAAAAAAAAAAAAAA" };

let webhooks = 0;

/** A webhook's parameters as Vonage signs them; each has a nonce of its own. */
export async function signed(parameters: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const all = { ...parameters, timestamp: String(Math.floor(Date.now() / 1000)), nonce: `n-${webhooks++}` };
  return { ...all, sig: await signParameters(Object.entries(all), SIGNATURE_SECRET, "sha256") };
}

export const GOOD_REQUESTS: Readonly<Record<string, () => Promise<Call>>> = {
  "POST /conversions/sms": async () => REPORT,
  "POST /conversions/voice": async () => REPORT,
  "POST /messages": async () => ({ headers: BY_SHOP, json: { messageId: "good-2", channel: "sms" } }),
  "GET /reports": async () => ({ headers: BY_ADMIN, query: { state: "queued" } }),
  "GET /reports/{channel}/{messageId}": async () => ({
    headers: BY_ADMIN,
    path: { channel: "sms", messageId: "nobody-knows" },
  }),
  "POST /reports/{channel}/{messageId}/retry": async () => ({
    headers: BY_ADMIN,
    path: { channel: "sms", messageId: "nobody-knows" },
  }),
  "GET /stats": async () => ({ headers: BY_ADMIN }),
  "GET /insight": async () => ({ headers: BY_ADMIN }),
  "GET /insight/alarms": async () => ({ headers: BY_ADMIN }),
  "GET /metrics": async () => ({ headers: BY_ADMIN }),
  "POST /doctor": async () => ({ headers: BY_ADMIN }),
  "POST /erase": async () => ({ headers: BY_ADMIN, json: { to: "+447400199997" } }),
  "GET /health": async () => ({}),
  "POST /2fa": async () => ({ headers: BY_SHOP, json: { to: "+447400199999", channel: "sms" } }),
  "GET /2fa/{id}": async () => ({ headers: BY_SHOP, path }),
  "DELETE /2fa/{id}": async () => ({ headers: BY_SHOP, path }),
  "POST /2fa/{id}/check": async () => ({ headers: BY_SHOP, path, form: { code: "042517" } }),
  "POST /2fa/{id}/resend": async () => ({ headers: BY_SHOP, path }),
  "GET /webhooks/delivery-receipt": async () => ({ query: await signed(RECEIPT) }),
  "POST /webhooks/delivery-receipt": async () => ({ form: await signed(RECEIPT) }),
  "GET /webhooks/inbound-sms": async () => ({ query: await signed(REPLY) }),
  "POST /webhooks/inbound-sms": async () => ({ json: await signed(REPLY) }),
  "GET /webhooks/voice-event": async () => ({ headers: await signedEvent(), query: EVENT }),
  "POST /webhooks/voice-event": async () => ({ headers: await signedEvent(), json: EVENT }),
};

/** Turns a valid request into a faulty one, by outcome. */
export const SPOILT: Readonly<Record<string, (good: Call) => Call>> = {
  "400 malformed-body": (good) =>
    withBody(good, "application/x-www-form-urlencoded", new Uint8Array([0x61, 0x3d, 0xff])),
  "400 invalid-parameters": (good) => ({ ...good, query: { ...good.query, nobody: 1 } }),
  "401 unauthenticated": ({ headers: _, ...rest }) => rest,
  "401 webhook-refused": ({ json }) =>
    typeof json === "object" && "uuid" in json ? { json } : { query: { text: "unsigned" } },
  "422 webhook-of-messages-api": () => ({
    query: { message_uuid: "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", status: "delivered", channel: "sms" },
  }),
  "413 body-too-large": (good) => withBody(good, "application/json", "x".repeat(8193)),
  "415 unsupported-media-type": (good) => withBody(good, "text/plain", "text"),
};

const withBody = (
  { form: _, json: __, ...good }: Call,
  type: string,
  body: string | Uint8Array<ArrayBuffer>,
) => ({
  ...good,
  raw: { type, body },
});
