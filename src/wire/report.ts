import * as v from "valibot";
import { field, objectOf, required, text } from "../shared/validation.ts";
import { parseInstant } from "./timestamp.ts";

/** The channel of a message, which is also the last part of the path: text message or call. */
export type Channel = "sms" | "voice";

/** The kind of a message: Vonage wants 2FA reported with one API key, and all other traffic with another. */
export type Traffic = "2fa" | "other";

/** The outcome of one message. */
export interface ConversionReport {
  /**
   * Vonage's id of the message: `message-id` of the SMS API, the call id of a voice call, or `event_id` of Verify
   * Check. 1 to 128 characters, no control characters.
   */
  readonly messageId: string;
  /** `true` if the user acted on the message, such as by typing the code; `false` if the user did not in time. */
  readonly delivered: boolean;
  /**
   * When the user acted: a `Date`, epoch milliseconds, or an ISO 8601 string with an offset. Precise to the second; from
   * 2010 on, at most 5 minutes ahead of this machine's clock.
   *
   * @default the time of the call, the same in every request; the Worker uses the report's arrival
   * @example
   * await client.sms({ messageId, delivered: true, timestamp: "2026-11-25T17:00:00Z" });
   */
  readonly timestamp?: Date | number | string;
}

/** A report that has passed validation; `timestamp` in epoch milliseconds, whole seconds. */
export interface ValidReport {
  readonly channel: Channel;
  readonly messageId: string;
  readonly delivered: boolean;
  readonly timestamp?: number | undefined;
}

export const CHANNELS: readonly Channel[] = ["sms", "voice"];
export const TRAFFICS: readonly Traffic[] = ["2fa", "other"];

/**
 * Vonage's ids have 16 to 36 characters; 128 leaves room and keeps requests small. Refused are characters that break a
 * line or UTF-8 (control characters, line and paragraph separators, lone surrogates), and "." and "..", which no URL
 * path can carry.
 */
export const messageIdSchema = required(
  text(
    "1 to 128 characters, not blank, no control characters",
    /^(?=.*\S)(?!\.{1,2}$)[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]{1,128}$/u,
  ),
);

/** Tolerance for a caller's clock that is ahead of ours, as for Vonage's signed requests. */
export const MAX_CLOCK_SKEW_MS = 5 * 60_000;

/** Nexmo opened in 2010. An earlier date is a mistake, usually seconds instead of milliseconds. */
const EARLIEST_MS = Date.UTC(2010, 0, 1);

/**
 * Creates the rules of a report.
 *
 * @param now The clock, in epoch milliseconds.
 */
export function createReportSchema(now: () => number) {
  return objectOf({
    messageId: messageIdSchema,
    delivered: required(field<boolean>("true or false (a boolean)", (value) => typeof value === "boolean")),
    timestamp: v.optional(
      v.pipe(
        field<Date | number | string>(
          "a valid Date, epoch milliseconds or ISO 8601 with an offset",
          (value) => parseInstant(value) !== undefined,
        ),
        v.transform((value) => Number(parseInstant(value))),
        v.check(
          (instant) => instant >= EARLIEST_MS,
          "must be after 2010; milliseconds are taken, not seconds",
        ),
        v.check(
          (instant) => instant <= now() + MAX_CLOCK_SKEW_MS,
          "must be at most 5 minutes ahead of the clock here",
        ),
      ),
    ),
  });
}
