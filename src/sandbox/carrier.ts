// The networks between Vonage and the handsets: they deliver messages, or lose them, and send receipts.

import { validate } from "../shared/validation.ts";
import type { AcceptedText } from "./accepted-text.ts";
import { type Background, later } from "./background.ts";
import { type CarrierSettings, carrierSettingsSchema } from "./carrier-settings.ts";
import type { HandsetCall, HandsetStore } from "./handset.ts";
import { type TokenBucket, takeToken, waitForToken } from "./limit.ts";
import { type DeliveryStatus, encodeReceipt } from "./receipts.ts";
import type { WebhookSender } from "./webhooks.ts";

export interface Carrier {
  /** The settings that answers to later messages need. */
  readonly settings: () => Required<Pick<CarrierSettings, "networkCode" | "price">>;
  /** Counts a text of this sender. Above the limit, returns the milliseconds that the text would have to wait. */
  throttle(from: string, now: number): number | undefined;
  /** @throws {ConversionError} `invalid_options`. */
  configure(settings: CarrierSettings): void;
  deliver(message: AcceptedText): void;
  ring(call: Omit<HandsetCall, "startedAt">): void;
}

const ABSENT = 2;
const EXPIRING: ReadonlySet<number> = new Set([ABSENT, 12]);

/** Makes the carrier of a sandbox; honest and fast by default. */
export function createCarrier(
  handsets: HandsetStore,
  webhooks: WebhookSender,
  background: Background,
  now: () => number,
): Carrier {
  let settings = validate(carrierSettingsSchema, {}, "invalid_options");
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
      settings = validate(carrierSettingsSchema, given, "invalid_options");
      buckets.clear();
    },
    deliver: (message) => {
      const { delivers, deliveryDelay, receipts, receiptDelay, intermediate, ...rest } = settings;
      const inTime = deliveryDelay <= message.ttl;
      const arrives = delivers && inTime;
      const errorCode = rest.errorCode ?? (inTime ? 1 : ABSENT);
      const end: DeliveryStatus =
        arrives || receipts === "delivered" ? "delivered" : EXPIRING.has(errorCode) ? "expired" : "failed";
      const sendReceipts = (isWanted: () => boolean, status: DeliveryStatus) => {
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
        const buffered =
          intermediate && !silent ? later().then(() => sendReceipts(isWanted, "buffered")) : undefined;
        const wait = Math.min(deliveryDelay, message.ttl);
        // Without a delay, the text arrives before its sender is answered, so tests need not wait.
        if (wait > 0) await later(wait);
        if (arrives && isWanted()) handsets.receive(message, now());
        await buffered;
        if (silent) return;
        await later(receiptDelay);
        await sendReceipts(isWanted, end);
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
