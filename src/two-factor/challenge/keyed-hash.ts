import type { TokenSecret } from "../../token/token-secret.ts";

/** Lower-case hex digits of HMAC-SHA-256: tells nothing of a short text to whoever lacks the secret. */
export async function hashKeyed({ secret }: Pick<TokenSecret, "secret">, text: string): Promise<string> {
  const utf8 = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8.encode(secret), algorithm, false, ["sign"]);
  const bytes = await crypto.subtle.sign("HMAC", key, utf8.encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
