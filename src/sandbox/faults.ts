import * as v from "valibot";
import { field, integer, objectOf, oneOf, text } from "../shared/validation.ts";
import { CHANNELS, type Channel } from "../wire/report.ts";
import { SMS_STATUS_TEXTS, type SmsStatus } from "./sms-answer.ts";

/** Which of Vonage's interfaces: the Conversion API, the two that send texts, the Voice API. */
export type SandboxPath = "conversions" | "sms" | "calls";

/** Something that goes wrong with the requests to come. */
export interface SandboxFault {
  /**
   * How many requests it strikes; 1 to 1 000 000.
   *
   * @default 1
   */
  readonly times?: number;
  /**
   * Which requests it strikes: `"conversions"`, `"sms"` (`/sms/json` and `/sc/us/2fa/json`), `"calls"`.
   *
   * @default "conversions"
   */
  readonly path?: SandboxPath;
  /** Strikes reports of this channel only. */
  readonly channel?: Channel;
  /** Milliseconds before the answer; up to 60 000. Alone, it delays an otherwise good answer. */
  readonly latency?: number;
  /** Answers with this status, 200 to 599, instead. */
  readonly status?: number;
  /** With `path: "sms"`: answers HTTP 200 with this error in the body instead, such as `"5"`. */
  readonly smsStatus?: SmsStatus;
  /** `Retry-After` beside `status`, as the header has it. */
  readonly retryAfter?: string;
  /** `Location` beside `status`, for a redirect. */
  readonly location?: string;
  /** The body beside `status`, up to 100 000 characters. */
  readonly body?: string;
  /** Breaks the connection instead of answering. */
  readonly drop?: boolean;
  /** Never answers. */
  readonly hang?: boolean;
  /**
   * Whether a good report is recorded, or a good message sent, all the same, as when an answer gets lost on its
   * way back.
   *
   * @default false
   */
  readonly recorded?: boolean;
}

const flag = v.optional(
  field<boolean>("true or false (a boolean)", (value) => typeof value === "boolean"),
  false,
);

/** What may stand in a `Retry-After`. */
export const retryAfterText = text("up to 100 characters", /^[\x20-\x7e]{0,100}$/);

/** The rules of a {@link SandboxFault}; times is always there after. */
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
    drop: flag,
    hang: flag,
    recorded: flag,
  }),
  v.check(({ status, smsStatus, drop, hang, latency }) => {
    const answers = [status, smsStatus, drop, hang].filter(Boolean).length;
    return answers === 1 || (answers === 0 && latency > 0);
  }, "must hold exactly one of status, drop and hang (or smsStatus), or a latency alone"),
  v.check(
    ({ path, smsStatus }) => smsStatus === undefined || path === "sms",
    'takes smsStatus with path "sms" only',
  ),
  v.check(
    ({ path, channel }) => channel === undefined || path === "conversions",
    'takes channel with path "conversions" only',
  ),
);

export type ActiveFault = v.InferOutput<typeof faultSchema>;

/** Takes the first fault that strikes this request, and counts it down. */
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
