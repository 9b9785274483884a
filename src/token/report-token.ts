// Report tokens: a JWT (HS256) that allows its bearer, such as a browser, to report one message and nothing else.

import { SignJWT } from "jose/jwt/sign";
import { jwtVerify } from "jose/jwt/verify";
import * as v from "valibot";
import { ConversionError } from "../client/errors.ts";
import { integer, objectOf, oneOf, required, text, validate } from "../shared/validation.ts";
import { CHANNELS, type Channel, messageIdSchema, TRAFFICS, type Traffic } from "../wire/report.ts";
import { LONGEST_TOKEN_S } from "./token-lifetime.ts";
import { DEFAULT_AUDIENCE, type TokenSecret, tokenSecretSchema } from "./token-secret.ts";

export type { TokenSecret } from "./token-secret.ts";

/** The claims of a report token. */
export interface ReportTokenClaims {
  /** The id of the only message that the bearer may report. */
  readonly messageId: string;
  /** The channel of that message. */
  readonly channel: Channel;
  /**
   * The kind of message, which decides the credentials that the Worker reports it with.
   *
   * @default "2fa"
   * @example
   * mintReportToken({ messageId, channel: "sms", traffic: "other" }, { secret });
   */
  readonly traffic?: Traffic;
}

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
   * // As long as the code that it reports.
   * mintReportToken(claims, { secret, expiresIn: 300 });
   */
  readonly expiresIn?: number;
}

/** Options of {@link verifyReportToken}. */
export interface VerifyOptions {
  /**
   * Every secret that may have signed the token; the token's `kid` selects one.
   *
   * @example
   * // During a rotation both are valid.
   * verifyReportToken(token, { secrets: [newSecret, oldSecret] });
   */
  readonly secrets: readonly TokenSecret[];
  /**
   * The audience that the token must have.
   *
   * @default "vonage-conversion"
   */
  readonly audience?: string;
  /**
   * The message that the token must be for.
   *
   * @default any
   */
  readonly messageId?: string;
  /**
   * The channel that the token must be for.
   *
   * @default any
   */
  readonly channel?: Channel;
}

/** The claims of a token that has been verified. */
export interface VerifiedToken {
  /** The id of the only message that the bearer may report. */
  readonly messageId: string;
  /** The channel of that message. */
  readonly channel: Channel;
  /** The kind of message. */
  readonly traffic: Traffic;
  /** When the token expires, in epoch milliseconds. */
  readonly expiresAt: number;
  /** The name of the secret that signed it. */
  readonly kid: string;
}

/** Tolerance for a minting machine whose clock is ahead of ours. */
const CLOCK_AHEAD_S = 60;

/** Tolerance after a token's expiry. A minting machine whose clock is behind shortens the life of its tokens. */
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
    .sign(toKey(secret.secret));
}

/**
 * Verifies a report token: its HS256 signature by a known `kid`, its audience, its expiry (required, at most a day
 * ahead), and every claim. The clock of the machine that minted it may be up to a minute ahead.
 *
 * @throws {ConversionError} `unauthorized`, with the same message for every reason, so that a forger learns nothing.
 *
 * @example
 * const { messageId, channel } = await verifyReportToken(token, { secrets });
 * @example
 * // Only for the message at hand.
 * await verifyReportToken(token, { secrets, messageId, channel: "sms" });
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
