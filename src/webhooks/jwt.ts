// The signature of the Voice API's webhooks: a JWT in the Authorization header, signed with HS256 by the account's
// signature secret, with the SHA-256 of the payload as a claim ("Decoding signed webhooks" in Vonage's documentation).

import { jwtVerify } from "jose/jwt/verify";
import * as v from "valibot";
import { equalInConstantTime } from "../shared/constant-time.ts";
import { toHex } from "../shared/hex.ts";
import type { SignatureFault, VerifiedWebhook } from "./verify.ts";

/** Maximum difference between the time of signing and now, in either direction. */
const MAX_AGE_S = 5 * 60;

const claimsSchema = v.object({
  iat: v.number(),
  jti: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  payload_hash: v.string(),
});

const UNSIGNED: SignatureFault = {
  code: "unsigned",
  detail:
    "the Authorization header must be Bearer, followed by Vonage's JWT; turn on signed webhooks for the application",
};

const FORGED: SignatureFault = {
  code: "forged",
  detail:
    "the JWT or its payload_hash does not fit; check the signature secret against the account's settings",
};

const STALE: SignatureFault = {
  code: "stale",
  detail: "iat must be at most 5 minutes from now; check this machine's clock",
};

/**
 * Verifies the JWT of a webhook. The signature is checked first, so that a forger learns nothing about the clock.
 *
 * @param payload The text that was signed: the body of a POST, or the query of a GET as JSON.
 * @param now Epoch milliseconds.
 */
export async function checkJwt(
  authorization: string | null,
  payload: string,
  signatureSecret: string,
  now: number,
): Promise<
  | { readonly verified: VerifiedWebhook; readonly fault?: never }
  | { readonly verified?: never; readonly fault: SignatureFault }
> {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) return { fault: UNSIGNED };
  const utf8 = new TextEncoder();
  // The claims about time are checked below.
  const verification = jwtVerify(token, utf8.encode(signatureSecret), {
    algorithms: ["HS256"],
    clockTolerance: Number.MAX_SAFE_INTEGER,
  });
  const { success, output } = v.safeParse(claimsSchema, (await verification.catch(() => undefined))?.payload);
  if (!success) return { fault: FORGED };
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(payload)));
  if (!equalInConstantTime(output.payload_hash.toLowerCase(), toHex(hash))) return { fault: FORGED };
  const { iat, jti } = output;
  return Math.abs(iat - now / 1000) <= MAX_AGE_S
    ? { verified: { nonce: jti, timestamp: iat } }
    : { fault: STALE };
}
