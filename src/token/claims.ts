import * as v from "valibot";
import { oneOf, required } from "../shared/validation.ts";
import { CHANNELS, type Channel, messageIdSchema, TRAFFICS, type Traffic } from "../wire/report.ts";

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

/** The rules of {@link ReportTokenClaims}. */
export const claimEntries = {
  messageId: messageIdSchema,
  channel: required(oneOf(CHANNELS)),
  traffic: v.optional(oneOf(TRAFFICS), "2fa"),
};
