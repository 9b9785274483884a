// The networks between Vonage and the handsets: what they deliver, when, and what they say about it.

import * as v from "valibot";
import { field, integer, objectOf, oneOf, text, validate } from "../shared/validation.ts";
import type { AcceptedText } from "./accepted-text.ts";
import { type Background, later } from "./background.ts";
import type { HandsetCall, HandsetStore } from "./handset.ts";
import { type TokenBucket, takeToken, waitForToken } from "./limit.ts";
import { type DeliveryStatus, encodeReceipt } from "./receipts.ts";
import type { WebhookSender } from "./webhooks.ts";

/** What carriers do with the messages to come. */
export interface CarrierSettings {
  /**
   * Whether messages and calls arrive.
   *
   * @default true
   */
  readonly delivers?: boolean;
  /**
   * Milliseconds until they do; up to 600 000. A text whose `ttl` is shorter expires instead.
   *
   * @default 0
   */
  readonly deliveryDelay?: number;
  /**
   * `"honest"`: what happened. `"missing"`: no receipt at all. `"delivered"`: always that, whatever happened.
   *
   * @default "honest"
   */
  readonly receipts?: "honest" | "missing" | "delivered";
  /**
   * Milliseconds from the delivery, or the failure, to its receipt; up to 600 000.
   *
   * @default 0
   */
  readonly receiptDelay?: number;
  /**
   * The `err-code`, 1 to 99, of an honest receipt for what did not arrive: `expired` with 2 (absent) and 12
   * (unreachable), else `failed`.
   *
   * @default 1, or 2 where the `ttl` ran out
   */
  readonly errorCode?: number;
  /**
   * MCCMNC, 5 or 6 digits.
   *
   * @default "23410"
   */
  readonly networkCode?: string;
  /**
   * Of each part, in euros.
   *
   * @default "0.03330000"
   */
  readonly price?: string;
  /**
   * Whether a receipt `buffered` is sent before the final one.
   *
   * @default false
   */
  readonly intermediate?: boolean;
  /**
   * Texts a second that one sender (`from`) may send, 1 to 1000; what is above gets status "1" with the wait in its
   * text. US and Canadian long numbers have 1. `null`: no such limit.
   *
   * @default null
   */
  readonly textsPerSecond?: number | null;
}

export interface Carrier {
  /** What holds for the messages to come. */
  readonly settings: () => Required<Pick<CarrierSettings, "networkCode" | "price">>;
  /** Counts a text of this sender; gives the milliseconds that it would have to wait where it is one too many. */
  throttle(from: string, now: number): number | undefined;
  /** @throws {ConversionError} `invalid_options`. */
  configure(settings: CarrierSettings): void;
  deliver(message: AcceptedText): void;
  ring(call: Omit<HandsetCall, "startedAt">): void;
}

const aFlag = field<boolean>("true or false (a boolean)", (value) => typeof value === "boolean");
const delay = v.optional(integer(0, 600_000), 0);
const settingsSchema = objectOf({
  delivers: v.optional(aFlag, true),
  deliveryDelay: delay,
  receipts: v.optional(oneOf(["honest", "missing", "delivered"]), "honest"),
  receiptDelay: delay,
  errorCode: v.optional(integer(1, 99)),
  networkCode: v.optional(text("5 or 6 digits", /^\d{5,6}$/), "23410"),
  price: v.optional(text("an amount such as 0.03330000", /^\d{1,6}\.\d{1,8}$/), "0.03330000"),
  intermediate: v.optional(aFlag, false),
  textsPerSecond: v.optional(
    field<number | null>(
      "a whole number from 1 to 1000, or null for no limit",
      (value) =>
        value === null || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1000),
    ),
    null,
  ),
});

const ABSENT = 2;
const EXPIRING: ReadonlySet<number> = new Set([ABSENT, 12]);

/** Makes the one carrier of a sandbox, which is honest and quick until it is told otherwise. */
export function createCarrier(
  handsets: HandsetStore,
  webhooks: WebhookSender,
  background: Background,
  now: () => number,
): Carrier {
  let settings = validate(settingsSchema, {}, "invalid_options");
  const buckets = new Map<string, TokenBucket>();
  return {
    settings: () => settings,
    throttle: (from, at) => {
      const { textsPerSecond } = settings;
      if (textsPerSecond === null) return undefined;
      const { bucket, taken } = takeToken(buckets.get(from), textsPerSecond, at);
      buckets.set(from, bucket);
      return taken ? undefined : waitForToken(bucket, textsPerSecond, at);
    },
    configure: (given) => {
      settings = validate(settingsSchema, given, "invalid_options");
      buckets.clear();
    },
    deliver: (message) => {
      const { delivers, deliveryDelay, receipts, receiptDelay, intermediate, ...rest } = settings;
      const inTime = deliveryDelay <= message.ttl;
      const arrives = delivers && inTime;
      const errorCode = rest.errorCode ?? (inTime ? 1 : ABSENT);
      const end: DeliveryStatus =
        arrives || receipts === "delivered" ? "delivered" : EXPIRING.has(errorCode) ? "expired" : "failed";
      const tell = (isWanted: () => boolean, status: DeliveryStatus) => {
        const codes = { ...rest, errorCode: status === "delivered" ? 0 : errorCode };
        return Promise.all(
          message.messageIds.map((id) =>
            webhooks.send(
              "deliveryReceipt",
              message.account,
              encodeReceipt(message, id, status, codes, now()),
              isWanted,
              message.callback,
            ),
          ),
        );
      };
      const silent = receipts === "missing" || !message.wantsReceipt;
      background.start(async (isWanted) => {
        const buffered = intermediate && !silent ? later().then(() => tell(isWanted, "buffered")) : undefined;
        const wait = Math.min(deliveryDelay, message.ttl);
        // Without a delay it has arrived before its sender is answered, which saves tests the waiting.
        if (wait > 0) await later(wait);
        if (arrives && isWanted()) handsets.receive(message, now());
        await buffered;
        if (silent) return;
        await later(receiptDelay);
        await tell(isWanted, end);
      });
    },
    ring: (call) => {
      const { delivers, deliveryDelay } = settings;
      background.start(async (isWanted) => {
        if (deliveryDelay > 0) await later(deliveryDelay);
        if (delivers && isWanted()) handsets.ring({ ...call, startedAt: new Date(now()).toISOString() });
      });
    },
  };
}
