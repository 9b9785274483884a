import { SignJWT } from "jose/jwt/sign";
import * as v from "valibot";
import { integer, objectOf, required, validate } from "../shared/validation.ts";
import { claimEntries, type ReportTokenClaims } from "./claims.ts";
import { LONGEST_TOKEN_S } from "./token-lifetime.ts";
import { audienceSchema, type TokenSecret, tokenSecretSchema, toSigningKey } from "./token-secret.ts";

/** Options of {@link mintReportToken}. */
export interface MintOptions {
  /**
   * The secret that signs the token. The Worker's `TOKEN_SECRETS` must contain it under the same `kid`.
   *
   * @example
   * mintReportToken(claims, { secret: { kid: "2026-11", secret: env.TOKEN_SECRET } });
   */
  readonly secret: TokenSecret;
  /**
   * The audience of the token, which must equal the Worker's `TOKEN_AUDIENCE`.
   *
   * @default "vonage-conversion"
   * @example
   * // Separate Workers for staging and production accept only their own tokens.
   * mintReportToken(claims, { secret, audience: "conversions-staging" });
   */
  readonly audience?: string;
  /**
   * Lifetime of the token, in seconds; 30 to 86 400 (a day).
   *
   * @default 3600
   * @example
   * // Report on a code that lives for five minutes.
   * mintReportToken(claims, { secret, expiresIn: 300 });
   */
  readonly expiresIn?: number;
}

const mintSchema = objectOf({
  ...claimEntries,
  secret: required(tokenSecretSchema),
  audience: audienceSchema,
  expiresIn: v.optional(integer(30, LONGEST_TOKEN_S), 3600),
});

/**
 * Mints a report token on your server, after it has sent the message.
 *
 * @param claims The only message that the bearer may report.
 * @returns A JWT in compact form: the message id in `sub`; `channel`, `traffic`, `aud`, `iat` and `exp`; `kid` in the
 * header. Any JWT library can create the same.
 * @throws {ConversionError} `invalid_options`, naming every wrong field.
 *
 * @example
 * const token = await mintReportToken(
 *   { messageId: "0A0000000123ABCD1", channel: "sms" },
 *   { secret: { kid: "2026-11", secret: env.TOKEN_SECRET }, expiresIn: 600 },
 * );
 */
export async function mintReportToken(claims: ReportTokenClaims, options: MintOptions): Promise<string> {
  const { messageId, channel, traffic, secret, audience, expiresIn } = validate(
    mintSchema,
    { ...claims, ...options },
    "invalid_options",
  );
  return new SignJWT({ channel, traffic })
    .setProtectedHeader({ alg: "HS256", typ: "JWT", kid: secret.kid })
    .setSubject(messageId)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${expiresIn}s`)
    .sign(await toSigningKey(options.secret));
}
