// The networks between Vonage and the handsets: they deliver messages, or lose them, and send receipts.

import { validate } from "../shared/validation.ts";
import type { Channel } from "../wire/report.ts";
import type { AcceptedText } from "./accepted-text.ts";
import type { Background } from "./background.ts";
import type { CallEvents, PlacedCall } from "./call-events.ts";
import { type CarrierSettings, carrierSettingsSchema } from "./carrier-settings.ts";
import type { HandsetStore } from "./handset.ts";
import { type TokenBucket, takeToken, waitForToken } from "./limit.ts";
import { type DeliveryStatus, encodeReceipt } from "./receipts.ts";
import type { Routing } from "./routing/routing.ts";
import type { Timeline } from "./timeline.ts";
import { toRoutedWay, toSimpleWay, type Way } from "./way.ts";
import type { WebhookSender } from "./webhooks.ts";

export interface Carrier {
  /** Chooses the way of a message. A text needs it before it is delivered, because the answer names network and price. */
  route(channel: Channel, number: string): Way;
  /** Counts a text of this sender. Above the limit, returns the milliseconds that the text would have to wait. */
  throttle(from: string, now: number): number | undefined;
  /** @throws {ConversionError} `invalid_options`. */
  configure(settings: CarrierSettings): void;
  deliver(message: AcceptedText, way: Way): void;
  ring(call: PlacedCall, way: Way): void;
}

const ABSENT = 2;
const EXPIRING: ReadonlySet<number> = new Set([ABSENT, 12]);

/** Makes the networks of a sandbox; honest and fast by default. */
export function createCarrier(
  handsets: HandsetStore,
  webhooks: WebhookSender,
  calls: CallEvents,
  background: Background,
  routing: Routing,
  { now, sleep, run, join }: Timeline,
): Carrier {
  let settings = validate(carrierSettingsSchema, {}, "invalid_options");
  const buckets = new Map<string, TokenBucket>();
  return {
    route: (channel, number) => {
      const routed = routing.route(channel, number);
      return routed === undefined ? toSimpleWay(settings, number) : toRoutedWay(routed);
    },
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
    deliver: (message, way) => {
      const { delay, receipts, routed } = way;
      const inTime = delay <= message.ttl;
      const arrives = way.arrives && inTime;
      const errorCode = way.errorCode ?? (inTime ? 1 : ABSENT);
      const end: DeliveryStatus =
        arrives || receipts === "delivered" ? "delivered" : EXPIRING.has(errorCode) ? "expired" : "failed";
      const sendReceipts = async (isWanted: () => boolean, status: DeliveryStatus) => {
        if (!message.wantsReceipt) return;
        const codes = { ...way, errorCode: status === "delivered" ? 0 : errorCode };
        const sendOne = (id: string) => {
          const receipt = encodeReceipt(message, id, status, codes, now());
          return webhooks.send("deliveryReceipt", message.account, receipt, isWanted, message.callback);
        };
        await join(Promise.all(message.messageIds.map((id) => run(() => sendOne(id)))));
      };
      routed?.sent(message.messageIds);
      background.start(async (isWanted) => {
        const buffered =
          way.intermediate && receipts !== "missing"
            ? run(async () => {
                await sleep(0);
                await sendReceipts(isWanted, "buffered");
              })
            : undefined;
        const wait = Math.min(delay, message.ttl);
        // Without a delay, the text arrives before its sender is answered, so tests need not wait.
        if (wait > 0) await sleep(wait);
        if (arrives && isWanted()) handsets.receive(message, now());
        if (buffered !== undefined) await join(buffered);
        if (receipts === "missing") return;
        await sleep(way.receiptDelay);
        // The carrier tells Vonage in any case, and Vonage its customer on request.
        if (isWanted()) routed?.heard(message.messageIds[0] ?? "", end === "delivered");
        await sendReceipts(isWanted, end);
      });
    },
    ring: (call, way) => {
      const { arrives, delay, receipts, receiptDelay, routed } = way;
      routed?.sent([call.uuid]);
      background.start(async (isWanted) => {
        // In the order in which they happen: a later event must not overtake an earlier one.
        let told: Promise<void> | undefined;
        if (delay > 0) {
          told = run(() => calls.started(call, way, isWanted));
          await sleep(delay);
        }
        if (arrives && isWanted()) {
          const { conversation, ringingTimer, target, ...shown } = call;
          handsets.ring({ ...shown, startedAt: new Date(now()).toISOString() });
        }
        await (told === undefined ? calls.started(call, way, isWanted) : join(told));
        const rest = run(() => (arrives ? calls.ringing : calls.lost)(call, way, isWanted));
        if (receipts !== "missing" && routed !== undefined) {
          await sleep(receiptDelay);
          if (isWanted()) routed.heard(call.uuid, arrives || receipts === "delivered");
        }
        await join(rest);
      });
    },
  };
}
