// The JWTs that the Voice API takes.

import { jwtVerify } from "jose/jwt/verify";
import { importSPKI } from "jose/key/import";
import { SANDBOX_APPLICATION } from "./application.ts";

/** Nothing may be valid for longer: a day. */
const MAX_LIFETIME_S = 86_400;

/** How far ahead of ours a caller's clock may be. */
const CLOCK_TOLERANCE_S = 30;

/**
 * Checks JWTs against the sandbox's application: RS256, its `application_id`, `iat` and `exp` at most a day apart,
 * and a `jti` that was never used before.
 *
 * @returns From an `Authorization` header and the time (epoch milliseconds): why it is refused, or `undefined`.
 */
export function createApplicationTokenCheck(): (
  authorization: string | null,
  now: number,
) => Promise<string | undefined> {
  /** With the time they are of no use after, in UNIX seconds. */
  const used = new Map<string, number>();
  return async (authorization, now) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return "The Authorization header must be Bearer and a JWT.";
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
      return "The JWT must be signed with RS256 by the application's key, be in date, and hold application_id, iat, exp and jti.";
    }
    const { application_id: application, iat, exp, jti } = claims;
    if (application !== SANDBOX_APPLICATION.applicationId) return "application_id is of no application here.";
    if (typeof iat !== "number" || iat > seconds + CLOCK_TOLERANCE_S) return "iat lies in the future.";
    if (typeof exp !== "number" || exp - iat > MAX_LIFETIME_S) return "exp must be at most a day after iat.";
    if (typeof jti !== "string" || jti.length < 1 || jti.length > 100)
      return "jti must be 1 to 100 characters.";
    for (const [one, end] of used) if (end < seconds) used.delete(one);
    if (used.has(jti)) return "jti was used before.";
    used.set(jti, exp + CLOCK_TOLERANCE_S);
    return undefined;
  };
}
