import * as v from "valibot";
import { integer, objectOf, oneOf, required } from "../shared/validation.ts";
import { LONGEST_TOKEN_S } from "../token/token-lifetime.ts";
import { CHANNELS, type Channel, messageIdSchema, TRAFFICS, type Traffic } from "../wire/report.ts";
import { type SentFacts, sentFactsEntries, type ValidSentFacts } from "./sent-facts.ts";

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
   * await tracking.track({ messageId, channel: "sms", expiresIn: 240 });
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

/** A valid {@link SentMessage}. */
export interface ValidSentMessage extends ValidSentFacts {
  readonly messageId: string;
  readonly channel: Channel;
  readonly traffic: Traffic;
  readonly expiresIn: number;
}

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
  ...sentFactsEntries(() => Date.now()),
});
