import { jwtVerify } from "jose/jwt/verify";
import * as v from "valibot";
import { ConversionError } from "../client/errors.ts";
import type { Channel, Traffic } from "../wire/report.ts";
import { claimEntries } from "./claims.ts";
import { LONGEST_TOKEN_S } from "./token-lifetime.ts";
import { DEFAULT_AUDIENCE, type TokenSecret, toSigningKey } from "./token-secret.ts";

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
   * The audience that the token must have, as given to `mintReportToken`.
   *
   * @default "vonage-conversion"
   * @example
   * // Staging refuses the tokens of production.
   * verifyReportToken(token, { secrets, audience: "conversions-staging" });
   */
  readonly audience?: string;
  /**
   * The id of the message that the token must be for.
   *
   * @default any message
   * @example
   * // The form tells which message it reports.
   * verifyReportToken(token, { secrets, messageId: form.get("message-id") });
   */
  readonly messageId?: string;
  /**
   * The channel that the token must be for.
   *
   * @default either channel
   * @example
   * // A route for calls alone.
   * verifyReportToken(token, { secrets, channel: "voice" });
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

const verifiedSchema = v.object({
  ...claimEntries,
  exp: v.number(),
  nbf: v.optional(v.number(), 0),
  kid: v.string(),
});

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
        return toSigningKey(known);
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
