import * as v from "valibot";
import { field, objectOf, required, text } from "../shared/validation.ts";
import { parseInstant } from "./timestamp.ts";

/** How the message went out, which is also the last part of the path reported to. */
export type Channel = "sms" | "voice";

/** What kind of messages: Vonage wants 2FA reported with one API key and everything else with another. */
export type Traffic = "2fa" | "other";

/** What is reported about one message. */
export interface ConversionReport {
  /**
   * The id Vonage gave the message: `message-id` of the SMS API, the call id of a voice call, or `event_id` of
   * Verify Check. 1 to 128 characters, none of them control characters.
   */
  readonly messageId: string;
  /** Whether the user came back: replied, or typed the code. */
  readonly delivered: boolean;
  /**
   * When the user acted: a `Date`, epoch milliseconds, or an ISO 8601 string with an offset. Kept to the second.
   * From 2010 on, and at most 5 minutes ahead of this machine's clock.
   *
   * @default the instant of the call, the same in every attempt; to the Worker nothing, and it notes the arrival
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
 * Vonage's ids have 16 to 36 characters; 128 leaves room and keeps every request small. Nothing that breaks a
 * line or UTF-8: no control characters, line or paragraph separators, halves of a surrogate pair. Neither "." nor
 * "..", which no URL can carry.
 */
export const messageIdSchema = required(
  text(
    "1 to 128 characters, not blank, no control characters",
    /^(?=.*\S)(?!\.{1,2}$)[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]{1,128}$/u,
  ),
);

/** How far ahead of ours a caller's clock may be, as for Vonage's signed requests. */
export const MAX_CLOCK_SKEW_MS = 5 * 60_000;

/** Nexmo opened in 2010. An earlier date is a mistake, most often seconds given as milliseconds. */
const EARLIEST_MS = Date.UTC(2010, 0, 1);

/**
 * The rules of a report.
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
