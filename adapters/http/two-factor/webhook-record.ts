// Records webhooks and their outcomes. Anyone who knows the URL can send webhooks, so writes are rare, and none reaches
// the object that counts every code.

/** Vonage's webhooks, by the last part of their path. */
export const WEBHOOKS = ["delivery-receipt", "inbound-sms", "voice-event"] as const;

export type Webhook = (typeof WEBHOOKS)[number];

/**
 * The outcomes of webhooks. An accepted one is `verified` (by its signature) or `believed` (`WEBHOOK_UNSIGNED`), and may
 * also be `unknown`, `replayed` or `invalid`. The others were refused.
 */
export const WEBHOOK_OUTCOMES = [
  "verified",
  "believed",
  "unknown",
  "replayed",
  "invalid",
  "unsigned",
  "forged",
  "stale",
  "malformed",
  "messages_api",
] as const;

export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

/** Webhooks of one route with the same outcome. */
export interface WebhookSighting {
  readonly webhook: Webhook;
  readonly outcome: WebhookOutcome;
  /** A lower bound: the last ones that an isolate saw may be missing. */
  readonly count: number;
  /** Epoch milliseconds, to the minute. */
  readonly lastAt: number;
}

/** The storage of sightings. */
export interface SightingStore {
  /** Adds to the sighting of this route and outcome. */
  see(sighting: WebhookSighting): Promise<void>;
  sightings(): Promise<readonly WebhookSighting[]>;
}

/**
 * The record of webhooks. `GET /stats` adds its counts to the others, as `inbound-sms:forged`.
 *
 * @example
 * const sightings = await twoFactor.webhooks.read();
 * const hasVerified = sightings?.some(({ outcome }) => outcome === "verified");
 */
export interface WebhookRecord {
  /** Records a webhook. Each outcome causes at most one write a minute. Never rejects. */
  note(webhook: Webhook, outcome: WebhookOutcome): Promise<void>;
  /** All sightings so far; `undefined`: they cannot be read now. */
  read(): Promise<readonly WebhookSighting[] | undefined>;
}

/** Each isolate writes each route and outcome once in this time. */
const WRITE_EVERY_MS = 60_000;

/** Creates the record. It collects sightings in memory, to spare the store. */
export function createWebhookRecord(store: SightingStore, now: () => number): WebhookRecord {
  /** By route and outcome: the sighting not written yet, and the time of the last write. */
  const waiting = new Map<string, { sighting: WebhookSighting; writtenAt: number }>();

  return {
    async note(webhook, outcome) {
      const key = `${webhook}:${outcome}`;
      const at = now();
      const { sighting, writtenAt = Number.NEGATIVE_INFINITY } = waiting.get(key) ?? {};
      const next = { webhook, outcome, count: (sighting?.count ?? 0) + 1, lastAt: at };
      waiting.set(key, { sighting: next, writtenAt });
      // A clock that was set back must not delay writes for long.
      if (Math.abs(at - writtenAt) >= WRITE_EVERY_MS) await write(key, next, at);
    },

    async read() {
      const at = now();
      for (const [key, { sighting }] of waiting) if (sighting.count > 0) await write(key, sighting, at);
      return store.sightings().catch(() => undefined);
    },
  };

  /** A failed write is repeated with the next due one, never for each webhook. */
  async function write(key: string, sighting: WebhookSighting, at: number): Promise<void> {
    waiting.set(key, { sighting: { ...sighting, count: 0 }, writtenAt: at });
    try {
      await store.see(sighting);
    } catch {
      const since = waiting.get(key);
      if (since === undefined) return;
      const { count, ...rest } = since.sighting;
      waiting.set(key, { ...since, sighting: { ...rest, count: count + sighting.count } });
    }
  }
}
