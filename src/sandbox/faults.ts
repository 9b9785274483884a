import * as v from "valibot";
import { integer, objectOf, oneOf, text } from "../shared/validation.ts";
import { CHANNELS, type Channel } from "../wire/report.ts";
import { flag, retryAfterText } from "./fields.ts";
import { SMS_STATUS_TEXTS, type SmsStatus } from "./sms-answer.ts";

/** One of Vonage's interfaces: the Conversion API, the two that send texts, or the Voice API. */
export type SandboxPath = "conversions" | "sms" | "calls";

/**
 * Something that goes wrong with later requests. It has exactly one of `status`, `smsStatus`, `drop` and `hang`, or a
 * `latency` alone.
 */
export interface SandboxFault {
  /**
   * Number of requests to strike; 1 to 1 000 000.
   *
   * @default 1
   */
  readonly times?: number;
  /**
   * The interface to strike: `"conversions"`, `"sms"` (`/sms/json` and `/sc/us/2fa/json`) or `"calls"`.
   *
   * @default "conversions"
   */
  readonly path?: SandboxPath;
  /** Strikes only reports of this channel. */
  readonly channel?: Channel;
  /**
   * Milliseconds before the answer; up to 60 000. Alone, it delays an otherwise unchanged answer.
   *
   * @example sandbox.fail({ latency: 500 })
   */
  readonly latency?: number;
  /**
   * Answers with this status, 200 to 599.
   *
   * @example sandbox.fail({ status: 429, retryAfter: "2", times: 5 })
   */
  readonly status?: number;
  /**
   * Answers HTTP 200 with this error in the body. Requires `path: "sms"`.
   *
   * @example sandbox.fail({ path: "sms", smsStatus: "5" })
   */
  readonly smsStatus?: SmsStatus;
  /** The `Retry-After` header; only with `status`. */
  readonly retryAfter?: string;
  /** The `Location` header of a redirect; only with `status`. */
  readonly location?: string;
  /** The body, up to 100 000 characters; only with `status`. */
  readonly body?: string;
  /** Breaks the connection instead of answering. */
  readonly drop?: boolean;
  /** Does not answer; after ten minutes the connection breaks. */
  readonly hang?: boolean;
  /**
   * `true` if a valid request takes effect despite the fault, as when only its answer gets lost: the report is
   * recorded, or the message sent.
   *
   * @default false
   *
   * @example sandbox.fail({ drop: true, recorded: true })
   */
  readonly recorded?: boolean;
}

const optionalFlag = v.optional(flag, false);

/** Validates a {@link SandboxFault} and fills in the defaults. */
export const faultSchema = v.pipe(
  objectOf({
    times: v.optional(integer(1, 1_000_000), 1),
    path: v.optional(oneOf<SandboxPath>(["conversions", "sms", "calls"]), "conversions"),
    channel: v.optional(oneOf(CHANNELS)),
    latency: v.optional(integer(0, 60_000), 0),
    status: v.optional(integer(200, 599)),
    smsStatus: v.optional(oneOf(Object.keys(SMS_STATUS_TEXTS) as SmsStatus[])),
    retryAfter: v.optional(retryAfterText),
    location: v.optional(text("up to 1000 characters", /^[\x21-\x7e]{1,1000}$/)),
    body: v.optional(text("up to 100000 characters", /^.{0,100000}$/s)),
    drop: optionalFlag,
    hang: optionalFlag,
    recorded: optionalFlag,
  }),
  v.check(({ status, smsStatus, drop, hang, latency }) => {
    const answers = [status, smsStatus, drop, hang].filter(Boolean).length;
    return answers === 1 || (answers === 0 && latency > 0);
  }, "must have exactly one of status, drop and hang (or smsStatus), or latency alone"),
  v.check(
    ({ path, smsStatus }) => smsStatus === undefined || path === "sms",
    'allows smsStatus only with path "sms"',
  ),
  v.check(
    ({ path, channel }) => channel === undefined || path === "conversions",
    'allows channel only with path "conversions"',
  ),
);

export type ActiveFault = v.InferOutput<typeof faultSchema>;

/** Finds the first fault that strikes this request and counts it down. */
export function takeFault(
  faults: ActiveFault[],
  path: SandboxPath,
  channel?: Channel,
): ActiveFault | undefined {
  const index = faults.findIndex(
    (fault) => fault.path === path && (fault.channel === undefined || fault.channel === channel),
  );
  const fault = faults[index];
  if (fault === undefined) return undefined;
  if (fault.times > 1) faults[index] = { ...fault, times: fault.times - 1 };
  else faults.splice(index, 1);
  return fault;
}
