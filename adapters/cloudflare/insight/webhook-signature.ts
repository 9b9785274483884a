// Signs webhooks as the Standard Webhooks specification says (version 1, symmetric):
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

const PREFIX = "whsec_";
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;
/** The specification's bounds of a secret. */
const SHORTEST_BYTES = 24;
const LONGEST_BYTES = 64;

/** Reads the bytes of a secret; `undefined` if it is not `whsec_` and the base64 of 24 to 64 bytes. */
export function readWebhookSecret(secret: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof secret !== "string" || !secret.startsWith(PREFIX)) return undefined;
  const text = secret.slice(PREFIX.length);
  if (!BASE64.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return bytes.length >= SHORTEST_BYTES && bytes.length <= LONGEST_BYTES ? bytes : undefined;
}

/**
 * Makes the headers that a receiver verifies.
 *
 * @param secrets Each signs. Invalid ones are left out: the settings have refused them.
 * @param id The same for every attempt, so that the receiver recognises a repetition.
 * @param at When this attempt is made, epoch milliseconds: receivers refuse old ones.
 */
export async function signWebhook(
  secrets: readonly string[],
  id: string,
  at: number,
  body: string,
): Promise<Readonly<Record<string, string>>> {
  const timestamp = Math.floor(at / 1000);
  const text = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const keys = secrets.flatMap((secret) => readWebhookSecret(secret) ?? []);
  const signatures = await Promise.all(keys.map((key) => sign(key, text)));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

async function sign(key: Uint8Array<ArrayBuffer>, text: Uint8Array<ArrayBuffer>): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", imported, text));
  return `v1,${btoa(String.fromCharCode(...signature))}`;
}
