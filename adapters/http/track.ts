// `POST /messages`: authentication → parameters → ledger → report token.

import * as v from "valibot";
import { integer, objectOf, oneOf, required } from "../../src/shared/validation.ts";
import { mintReportToken } from "../../src/token/mint.ts";
import { LONGEST_TOKEN_S } from "../../src/token/token-lifetime.ts";
import type { ParameterFault } from "../../src/wire/parameters.ts";
import { CHANNELS, type Channel, messageIdSchema, TRAFFICS, type Traffic } from "../../src/wire/report.ts";
import { type Answer, answerJson } from "./answer.ts";
import { authenticate } from "./authentication.ts";
import type { HandlerContext } from "./context.ts";
import { readFields } from "./fields.ts";
import type { HandlerConfig } from "./options.ts";
import type { Ledger } from "./ports/ledger.ts";
import type { SubmissionRefusal } from "./refusal.ts";
import { answerRefusal } from "./refusal-problem.ts";
import {
  type ReadDestination,
  readSentFacts,
  type SentFacts,
  sentFactsEntries,
  type ValidSentFacts,
} from "./sent-facts.ts";

/** A message that was sent, and whose report is expected. */
export interface SentMessage extends SentFacts {
  /** Vonage's id of the message. */
  readonly messageId: string;
  /** The channel it was sent by. */
  readonly channel: Channel;
  /**
   * The kind of message, which decides the credentials that it is reported with.
   *
   * @default "2fa", or the proxy key's
   */
  readonly traffic?: Traffic;
  /**
   * Seconds after which it is reported as not delivered: 30 to 86 400 (a day). Vonage's routing looks at the last 15
   * minutes, so later reports are worth little.
   *
   * @default 300, the default life of a code
   * @example
   * // As long as the code is valid.
   * await env.CONVERSIONS.track({ messageId, channel: "sms", expiresIn: 240 });
   */
  readonly expiresIn?: number;
}

/** A message that is tracked. */
export interface TrackResult {
  /** A report token, whose bearer may report this message. Absent without token secrets. */
  readonly token?: string;
  /** ISO 8601. Without a report by then, `delivered=false` is reported. */
  readonly expiresAt: string;
}

/** A message that is not tracked; nothing was changed. */
export interface NotTracked {
  readonly refused: SubmissionRefusal;
}

/** Nothing was changed: what is known of the sending cannot be right. */
export interface InvalidFacts {
  readonly errors: readonly ParameterFault[];
}

/** A valid {@link SentMessage}. */
export interface ValidSentMessage extends ValidSentFacts {
  readonly messageId: string;
  readonly channel: Channel;
  readonly traffic: Traffic;
  readonly expiresIn: number;
}

/** Tracks a message. Rejects with `LedgerUnavailable` if nothing could be stored. */
export type Track = (message: ValidSentMessage) => Promise<TrackResult | NotTracked | InvalidFacts>;

/**
 * Vonage's routing looks at the last 15 minutes, so a report after 900 seconds changes nothing. This is the default life
 * of a code, so none is reported as failed while it can be entered, and it leaves ten minutes for repeated submissions.
 */
const DEFAULT_EXPIRY_S = 300;

/** The rules of a {@link SentMessage}. */
export const sentMessageSchema = objectOf({
  messageId: messageIdSchema,
  channel: required(oneOf(CHANNELS)),
  traffic: v.optional(oneOf(TRAFFICS)),
  expiresIn: v.optional(integer(30, LONGEST_TOKEN_S), DEFAULT_EXPIRY_S),
  ...sentFactsEntries(Date.now),
});

/** A late reply proves delivery too, so a token outlives the expiry by this much, within its limit of a day. */
const LATE_REPLY_S = 3600;

/**
 * Makes the function that tracks a message and mints its report token.
 *
 * @param readDestination Reads numbers. Without it, a number in `to` is forgotten unread.
 */
export function createTracking(
  config: HandlerConfig,
  ledger: Ledger,
  readDestination?: ReadDestination,
): Track {
  return async ({ messageId, channel, traffic, expiresIn, ...sent }) => {
    if (config.credentials[traffic] === undefined) {
      return { refused: { reason: "no_credentials", traffic } };
    }
    const { facts, errors } = await readSentFacts(sent, readDestination);
    if (errors !== undefined) return { errors };
    const expiresAt = Date.now() + expiresIn * 1000;
    const tracked = await ledger.track({ channel, messageId, traffic, expiresAt, facts });
    if (tracked === "other-traffic") return { refused: { reason: "other_traffic" } };
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

/** Makes the route that tracks messages. */
export function createTrackRoute(config: HandlerConfig, track: Track) {
  return async (request: Request, context: HandlerContext): Promise<Answer> => {
    const authenticated = await authenticate(request, config, context);
    if ("status" in authenticated) return authenticated;
    const { caller, decoded, seen } = authenticated;
    if (caller.kind !== "key") return answerRefusal({ reason: "not_a_key" }, undefined, seen);
    const { output, errors = [] } = readFields(decoded, sentMessageSchema, ["expiresIn"]);
    const { traffic = caller.traffic } = output ?? {};
    if (traffic !== caller.traffic) {
      errors.push({
        parameter: "traffic",
        detail: `must be ${caller.traffic}, the traffic of this key`,
      });
    }
    if (output === undefined || errors.length > 0) {
      return answerRefusal({ reason: "invalid_parameters", errors }, undefined, seen);
    }
    const { channel } = output;
    const tracked = await track({ ...output, traffic });
    if ("errors" in tracked) {
      const invalid = { reason: "invalid_parameters", errors: tracked.errors } as const;
      return answerRefusal(invalid, undefined, { ...seen, channel });
    }
    if ("refused" in tracked) return answerRefusal(tracked.refused, undefined, { ...seen, channel });
    return answerJson(201, tracked, { ...seen, channel, outcome: "tracked" });
  };
}
