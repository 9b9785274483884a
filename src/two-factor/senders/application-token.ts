// The JWT that authenticates an application at Vonage's Voice API.

import { SignJWT } from "jose/jwt/sign";
import { ConversionError } from "../../client/errors.ts";

/** Seconds: enough for clocks that differ, and too short to be worth stealing. */
const LIFETIME_S = 300;

/** RS256 (RFC 7518, 3.3). */
const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/**
 * Creates the function that signs a token: RS256, with `application_id`, `iat`, `exp`, and a new `jti`, since Vonage
 * accepts each only once.
 *
 * @param pkcs8 The private key, from `readPrivateKey`.
 * @returns A function of the time in epoch milliseconds. It rejects with a `ConversionError` `invalid_options` if
 * WebCrypto refuses the key, which shows only at its first use.
 */
export function createApplicationToken(
  applicationId: string,
  pkcs8: Uint8Array<ArrayBuffer>,
): (now: number) => Promise<string> {
  let imported: Promise<CryptoKey> | undefined;
  return async (now) => {
    const issuedAt = Math.floor(now / 1000);
    try {
      imported ??= crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["sign"]);
      return await new SignJWT({ application_id: applicationId })
        .setProtectedHeader({ alg: "RS256", typ: "JWT" })
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + LIFETIME_S)
        .setJti(crypto.randomUUID())
        .sign(await imported);
    } catch {
      // Without the cause, which might quote the key.
      throw new ConversionError(
        "invalid_options",
        "invalid_options: privateKey must be the application's RSA private key; this one is damaged",
      );
    }
  };
}
