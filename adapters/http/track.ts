// `POST /messages`: authentication → parameters → ledger → report token.

import { mintReportToken } from "../../src/token/mint.ts";
import { LONGEST_TOKEN_S } from "../../src/token/token-lifetime.ts";
import { sentMessageSchema, type TrackResult, type ValidSentMessage } from "../../src/track/sent-message.ts";
import type { ParameterFault } from "../../src/wire/parameters.ts";
import { type Answer, answerJson } from "./answer.ts";
import { authenticate } from "./authentication.ts";
import type { HandlerContext } from "./context.ts";
import { readFields } from "./fields.ts";
import type { HandlerConfig } from "./options.ts";
import type { Ledger } from "./ports/ledger.ts";
import type { SubmissionRefusal } from "./refusal.ts";
import { answerRefusal } from "./refusal-problem.ts";
import { type ReadDestination, readSentFacts } from "./sent-facts.ts";

/** A message that is not tracked; nothing was changed. */
export interface NotTracked {
  readonly refused: SubmissionRefusal;
}

/** Nothing was changed: what is known of the sending cannot be right. */
export interface InvalidFacts {
  readonly errors: readonly ParameterFault[];
}

/** Tracks a message. Rejects with `LedgerUnavailable` if nothing could be stored. */
export type Track = (message: ValidSentMessage) => Promise<TrackResult | NotTracked | InvalidFacts>;

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
    const expiresAt = config.now() + expiresIn * 1000;
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
