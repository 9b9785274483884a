import { hmacHex } from "../../shared/hmac.ts";
import type { TokenSecret } from "../../token/token-secret.ts";

/** Hashes a text with HMAC-SHA-256, so that a short text cannot be guessed without the secret. Lower-case hex digits. */
export function hashKeyed({ secret }: Pick<TokenSecret, "secret">, text: string): Promise<string> {
  return hmacHex("SHA-256", secret, text);
}
