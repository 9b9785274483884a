// The way of one message that was sent: who is calling → parameters → ledger → report token.

import * as v from "valibot";
import { ConversionError } from "../../src/client/errors.ts";
import { JSON_HEADERS } from "../../src/shared/json-headers.ts";
import { integer, objectOf, oneOf, required } from "../../src/shared/validation.ts";
import { mintReportToken } from "../../src/token/report-token.ts";
import { LONGEST_TOKEN_S } from "../../src/token/token-lifetime.ts";
import { CHANNELS, type Channel, messageIdSchema, TRAFFICS, type Traffic } from "../../src/wire/report.ts";
import { authenticate } from "./authentication.ts";
import type { HandlerContext } from "./context.ts";
import { readFields } from "./fields.ts";
import type { HandlerConfig } from "./options.ts";
import type { Ledger } from "./ports/ledger.ts";
import { type Answer, problem } from "./problem.ts";
import { OTHER_TRAFFIC } from "./submission.ts";

/** A message that was sent, and whose report is awaited. */
export interface SentMessage {
  /** The id Vonage gave it. */
  readonly messageId: string;
  readonly channel: Channel;
  /**
   * Which of the two credential sets reports it.
   *
   * @default "2fa", or the proxy key's
   */
  readonly traffic?: Traffic;
  /**
   * Seconds until it counts as not delivered: 30 to 86 400 (a day).
   *
   * @default 900, since a report is worth most within 15 minutes
   */
  readonly expiresIn?: number;
}

export interface TrackResult {
  /** Lets its bearer, say a browser, report this message; absent where no token secrets are set. */
  readonly token?: string;
  /** When `delivered=false` is reported unless somebody has reported before; ISO 8601. */
  readonly expiresAt: string;
}

/** @returns `other-traffic`: the message belongs to the other traffic; nothing was changed, and there is no token. */
export type Track = (message: Required<SentMessage>) => Promise<TrackResult | "other-traffic">;

/** The rules of a {@link SentMessage}. */
export const sentMessageSchema = objectOf({
  messageId: messageIdSchema,
  channel: required(oneOf(CHANNELS)),
  traffic: v.optional(oneOf(TRAFFICS)),
  expiresIn: v.optional(integer(30, LONGEST_TOKEN_S), 900),
});

/** A late reply proves delivery as well: its token outlives the expiry, though no token lives for more than a day. */
const LATE_REPLY_S = 3600;

/**
 * Makes the function that has a message awaited, and gives its report token. It rejects with `LedgerUnavailable`, or
 * with a `ConversionError` `invalid_options` where the message could never be reported.
 */
export function createTracking(config: HandlerConfig, ledger: Ledger): Track {
  return async ({ messageId, channel, traffic, expiresIn }) => {
    if (config.credentials[traffic] === undefined) {
      throw new ConversionError(
        "invalid_options",
        `invalid_options: there are no credentials for ${traffic} here`,
      );
    }
    const expiresAt = Date.now() + expiresIn * 1000;
    const tracked = await ledger.track({ channel, messageId, traffic, expiresAt });
    if (tracked === "other-traffic") return tracked;
    const [secret] = config.tokenSecrets;
    const claims = { messageId, channel, traffic };
    const token = secret && {
      token: await mintReportToken(claims, {
        secret,
        audience: config.tokenAudience,
        expiresIn: Math.min(expiresIn + LATE_REPLY_S, LONGEST_TOKEN_S),
      }),
    };
    return { ...token, expiresAt: new Date(expiresAt).toISOString() };
  };
}

/** Makes the function that takes one `POST /messages` through. */
export function createTracker(config: HandlerConfig, track: Track) {
  return async (request: Request, context: HandlerContext): Promise<Answer> => {
    const authenticated = await authenticate(request, config, context);
    if ("status" in authenticated) return authenticated;
    const { caller, decoded, seen } = authenticated;
    if (caller.kind !== "key") {
      const detail = "Messages are tracked with a proxy key; a token is for reporting one.";
      return problem("unauthenticated", { detail }, {}, seen);
    }
    const { output, errors = [] } = readFields(decoded, sentMessageSchema, ["expiresIn"]);
    const { traffic = caller.traffic } = output ?? {};
    if (traffic !== caller.traffic) {
      errors.push({
        parameter: "traffic",
        detail: `must be ${caller.traffic}: that is what this key reports`,
      });
    }
    if (output === undefined || errors.length > 0) {
      return problem("invalid-parameters", { errors }, {}, seen);
    }
    const { messageId, channel, expiresIn } = output;
    const tracked = await track({ messageId, channel, traffic, expiresIn });
    if (tracked === "other-traffic") {
      return problem("wrong-traffic", { detail: OTHER_TRAFFIC }, {}, { ...seen, channel });
    }
    const body = JSON.stringify(tracked);
    return { status: 201, headers: JSON_HEADERS, body, log: { ...seen, channel, outcome: "tracked" } };
  };
}
