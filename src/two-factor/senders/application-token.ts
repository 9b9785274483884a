// The JWT by which an application of Vonage's Voice API says who it is.

import { SignJWT } from "jose/jwt/sign";
import { ConversionError } from "../../client/errors.ts";

/** Seconds from its making: enough for clocks that differ, and still of little use to a thief. */
const LIFETIME_S = 300;

/** RS256 (RFC 7518, 3.3). */
const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/**
 * Makes the function that makes a token: RS256, `application_id`, `iat`, `exp`, and a `jti` of its own each time, for
 * Vonage takes none twice.
 *
 * @param pkcs8 The private key, from `readPrivateKey`.
 * @returns From the time in epoch milliseconds. It rejects with a `ConversionError` `invalid_options` where WebCrypto
 * does not take the key's numbers, which it tells only when it is first used.
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
      // Without its cause, which might quote the key.
      throw new ConversionError(
        "invalid_options",
        "invalid_options: privateKey must be the application's RSA private key; this one is damaged",
      );
    }
  };
}
