import { toHex } from "./hex.ts";

/** The hashes of WebCrypto. */
export type HmacHash = "SHA-1" | "SHA-256" | "SHA-512";

/**
 * Computes an HMAC over UTF-8 text.
 *
 * @returns Lower-case hex digits.
 */
export async function hmacHex(hash: HmacHash, secret: string, text: string): Promise<string> {
  const utf8 = new TextEncoder();
  const algorithm = { name: "HMAC", hash };
  const key = await crypto.subtle.importKey("raw", utf8.encode(secret), algorithm, false, ["sign"]);
  return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8.encode(text))));
}
