import { hmacHex } from "../../shared/hmac.ts";
import type { TokenSecret } from "../../token/token-secret.ts";

/** HMAC-SHA-256 in lower-case hex digits. Without the secret not even a short text can be guessed from it. */
export function hashKeyed({ secret }: Pick<TokenSecret, "secret">, text: string): Promise<string> {
  return hmacHex("SHA-256", secret, text);
}
