// Report tokens: a JWT (HS256) that lets its bearer, say a browser, report one message and nothing else.

import { SignJWT } from "jose/jwt/sign";
import { jwtVerify } from "jose/jwt/verify";
import * as v from "valibot";
import { ConversionError } from "../client/errors.ts";
import { integer, objectOf, oneOf, required, text, validate } from "../shared/validation.ts";
import { CHANNELS, type Channel, messageIdSchema, TRAFFICS, type Traffic } from "../wire/report.ts";
import { LONGEST_TOKEN_S } from "./token-lifetime.ts";
import { DEFAULT_AUDIENCE, type TokenSecret, tokenSecretSchema } from "./token-secret.ts";

export type { TokenSecret } from "./token-secret.ts";

/** What a report token says. */
export interface ReportTokenClaims {
  /** The message that may be reported. */
  readonly messageId: string;
  readonly channel: Channel;
  /**
   * Which of the Worker's two credential sets reports it.
   *
   * @default "2fa"
   */
  readonly traffic?: Traffic;
}

export interface MintOptions {
  /** Signs the token. The Worker must know it under the same `kid`. */
  readonly secret: TokenSecret;
  /**
   * Whom the token is for: the Worker's `TOKEN_AUDIENCE`.
   *
   * @default "vonage-conversion"
   */
  readonly audience?: string;
  /**
   * How long the token is valid, in seconds; 30 to 86 400 (a day).
   *
   * @default 3600
   */
  readonly expiresIn?: number;
}

export interface VerifyOptions {
  /** Every secret a token may be signed with. */
  readonly secrets: readonly TokenSecret[];
  /**
   * Whom the token must be for.
   *
   * @default "vonage-conversion"
   */
  readonly audience?: string;
  /** Refuses a token for another message. */
  readonly messageId?: string;
  /** Refuses a token for another channel. */
  readonly channel?: Channel;
}

/** A token that has been verified. */
export interface VerifiedToken {
  readonly messageId: string;
  readonly channel: Channel;
  readonly traffic: Traffic;
  /** When it ends, in epoch milliseconds. */
  readonly expiresAt: number;
  /** Which secret signed it. */
  readonly kid: string;
}

/** How far ahead of ours the clock of the minting machine may be: its tokens begin and end later. */
const CLOCK_AHEAD_S = 60;

/** How much longer than it says a token is valid. A clock that is behind costs its tokens that much of their time. */
const EXPIRY_TOLERANCE_S = 5;

const audience = v.optional(text("1 to 200 characters", /^\P{Cc}{1,200}$/u), DEFAULT_AUDIENCE);
const claimEntries = {
  messageId: messageIdSchema,
  channel: required(oneOf(CHANNELS)),
  traffic: v.optional(oneOf(TRAFFICS), "2fa"),
};
const mintSchema = objectOf({
  ...claimEntries,
  secret: required(tokenSecretSchema),
  audience,
  expiresIn: v.optional(integer(30, LONGEST_TOKEN_S), 3600),
});
const verifiedSchema = v.object({
  ...claimEntries,
  exp: v.number(),
  nbf: v.optional(v.number(), 0),
  kid: v.string(),
});

const toKey = (secret: string) => new TextEncoder().encode(secret);

/**
 * Mints a report token, where the message is sent: on your server.
 *
 * @param claims The one message its bearer may report.
 * @returns A JWT in compact form: `sub` is the message id; `channel`, `traffic`, `aud`, `iat`, `exp`; `kid` in the
 * header. Any JWT library can make the same.
 * @throws {ConversionError} `invalid_options`.
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
    .sign(toKey(secret.secret));
}

/**
 * Verifies a report token: HS256 by a known `kid`, the audience, `exp` (which must be there, and at most a day
 * ahead), and every claim. The clock of the machine that minted it may be up to a minute ahead.
 *
 * @throws {ConversionError} `unauthorized`, the same for every reason, so that a forger learns nothing.
 */
export async function verifyReportToken(token: string, options: VerifyOptions): Promise<VerifiedToken> {
  try {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      ({ kid }) => {
        const known = options.secrets.find((secret) => secret.kid === kid);
        if (!known) throw new Error("unknown kid");
        return toKey(known.secret);
      },
      {
        algorithms: ["HS256"],
        audience: options.audience ?? DEFAULT_AUDIENCE,
        clockTolerance: CLOCK_AHEAD_S,
      },
    );
    const { sub: messageId, ...rest } = payload;
    const { exp, nbf, ...claims } = v.parse(verifiedSchema, { messageId, ...rest, kid: protectedHeader.kid });
    const now = Math.floor(Date.now() / 1000);
    const holds =
      exp > now - EXPIRY_TOLERANCE_S &&
      exp <= now + LONGEST_TOKEN_S + CLOCK_AHEAD_S &&
      nbf < now + CLOCK_AHEAD_S &&
      (options.messageId ?? claims.messageId) === claims.messageId &&
      (options.channel ?? claims.channel) === claims.channel;
    if (!holds) throw new Error("a claim does not hold");
    return { ...claims, expiresAt: exp * 1000 };
  } catch {
    throw new ConversionError(
      "unauthorized",
      "The report token is not valid: mint a new one for this message.",
    );
  }
}
