// Works off the outbox of webhooks: with growing delays, for a day.

import { DAY_MS } from "./roll-ups.ts";
import type { WebhookEnd } from "./send-webhook.ts";
import type { OutgoingWebhook, WebhookOutbox } from "./webhook-outbox.ts";

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 3_600_000;
const GIVE_UP_MS = DAY_MS;
/** A wake-up sends no more, so that the rules run in time. */
const MOST_AT_ONCE = 20;

export interface WebhookWork {
  readonly outbox: WebhookOutbox;
  /** `undefined`: there is no webhook any longer. */
  readonly send: ((webhook: OutgoingWebhook) => Promise<WebhookEnd>) | undefined;
  readonly now: () => number;
  readonly random: () => number;
  /** Takes the event, without its content, that was not delivered and why. */
  readonly logLost: (id: string, reason: string) => void;
}

/** Sends what is due, oldest first, until one fails: the others have the same receiver. */
export async function deliverWebhooks({ outbox, send, now, random, logLost }: WebhookWork): Promise<void> {
  outbox.clamp(now(), LONGEST_DELAY_MS);
  for (const webhook of outbox.due(now(), MOST_AT_ONCE)) {
    const result: WebhookEnd = (await send?.(webhook)) ?? { end: "gone" };
    if (result.end === "failed" && now() - webhook.since < GIVE_UP_MS) {
      const delay = Math.max(toDelay(webhook.attempts, random()), result.retryAfter ?? 0);
      outbox.postpone(webhook.id, now() + delay);
      return;
    }
    outbox.remove(webhook.id);
    if (result.end === "failed") logLost(webhook.id, `given up after a day: ${result.reason}`);
    if (result.end === "gone")
      logLost(webhook.id, send ? "the receiver answered 410" : "INSIGHT_WEBHOOK_URL is not set");
  }
}

/** Doubles from five seconds to an hour; half of it is random. */
export function toDelay(attempts: number, random: number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** attempts, LONGEST_DELAY_MS);
  return Math.round(full * (0.5 + random / 2));
}
