// The JWT by which an application of Vonage's Voice API says who it is.

import { SignJWT } from "jose/jwt/sign";
import { importPKCS8 } from "jose/key/import";
import { ConversionError } from "../errors.ts";

/** Seconds from its making: enough for clocks that differ, and still of little use to a thief. */
const LIFETIME_S = 300;

/**
 * Makes the function that makes a token: RS256, `application_id`, `iat`, `exp`, and a `jti` of its own each time, for
 * Vonage takes none twice.
 *
 * @param privateKey PKCS8 in PEM.
 * @returns From the time in epoch milliseconds. It rejects with a `ConversionError` `invalid_options` where the key
 * is none, or an RSA key of less than 2048 bits: WebCrypto tells only when it is first used.
 */
export function createApplicationToken(
  applicationId: string,
  privateKey: string,
): (now: number) => Promise<string> {
  let imported: ReturnType<typeof importPKCS8> | undefined;
  return async (now) => {
    const issuedAt = Math.floor(now / 1000);
    try {
      imported ??= importPKCS8(privateKey, "RS256");
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
        "invalid_options: privateKey must be the application's RSA private key, PKCS8 in PEM, of 2048 bits at least",
      );
    }
  };
}
