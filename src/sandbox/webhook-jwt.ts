import { SignJWT } from "jose/jwt/sign";
import { toHex } from "../shared/hex.ts";
import type { SandboxAccount } from "./accounts.ts";

/** Signs a payload as the Voice API does: HS256 with the account's signature secret, and the payload's hash as a claim. */
export async function signPayload(
  payload: string,
  { apiKey, signatureSecret }: SandboxAccount,
  now: number,
): Promise<string> {
  const utf8 = new TextEncoder();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(payload)));
  return new SignJWT({ api_key: apiKey, payload_hash: toHex(hash) })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("Vonage")
    .setJti(crypto.randomUUID())
    .setIssuedAt(Math.floor(now / 1000))
    .sign(utf8.encode(signatureSecret));
}
