// Verification of the JWTs that the Voice API accepts.

import { jwtVerify } from "jose/jwt/verify";
import { importSPKI } from "jose/key/import";
import { SANDBOX_APPLICATION } from "./application.ts";

/** The longest lifetime that Vonage accepts: one day. */
const MAX_LIFETIME_S = 86_400;

/** Tolerated difference between a caller's clock and ours. */
const CLOCK_TOLERANCE_S = 30;

/**
 * Checks JWTs against the sandbox's application: RS256, its `application_id`, `iat` and `exp` at most a day apart,
 * and a `jti` that has not been used before.
 *
 * @returns A function of the `Authorization` header and the time (epoch milliseconds) that gives the reason for a
 *   refusal, or `undefined` if the token is valid.
 */
export function createApplicationTokenCheck(): (
  authorization: string | null,
  now: number,
) => Promise<string | undefined> {
  /** Each used `jti`, with the UNIX seconds at which its token expires. */
  const used = new Map<string, number>();
  return async (authorization, now) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return "The Authorization header must be Bearer, followed by a JWT.";
    const seconds = Math.floor(now / 1000);
    let claims: Readonly<Record<string, unknown>>;
    try {
      const key = await importSPKI(SANDBOX_APPLICATION.publicKey, "RS256");
      const { payload } = await jwtVerify(token, key, {
        algorithms: ["RS256"],
        currentDate: new Date(now),
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ["application_id", "iat", "exp", "jti"],
      });
      claims = payload;
    } catch {
      return "The JWT must be signed with RS256 by the application's key, be within its validity period, and contain application_id, iat, exp and jti.";
    }
    const { application_id: application, iat, exp, jti } = claims;
    if (application !== SANDBOX_APPLICATION.applicationId) return "No application has this application_id.";
    if (typeof iat !== "number" || iat > seconds + CLOCK_TOLERANCE_S) return "iat is in the future.";
    if (typeof exp !== "number" || exp - iat > MAX_LIFETIME_S) return "exp must be at most a day after iat.";
    if (typeof jti !== "string" || jti.length < 1 || jti.length > 100)
      return "jti must be 1 to 100 characters.";
    for (const [one, end] of used) if (end < seconds) used.delete(one);
    if (used.has(jti)) return "jti has been used before.";
    used.set(jti, exp + CLOCK_TOLERANCE_S);
    return undefined;
  };
}
