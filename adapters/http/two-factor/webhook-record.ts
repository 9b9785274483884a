// Remembers which webhooks came and what became of them, at a cost that strangers cannot raise: whoever knows the URL
// can send webhooks, so not each of them may be a write, and none may reach the object that every code passes.

/** The routes that Vonage calls, by the last part of their path. */
export const WEBHOOKS = ["delivery-receipt", "inbound-sms"] as const;

export type Webhook = (typeof WEBHOOKS)[number];

/**
 * What became of a webhook. An authentic one is `verified` (its signature fits) or `believed` (`WEBHOOK_UNSIGNED`),
 * and may besides be `unknown`, `replayed` or `invalid`. The others were refused.
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

/** How often, and when last, webhooks of one route ended in one way. */
export interface WebhookSighting {
  readonly webhook: Webhook;
  readonly outcome: WebhookOutcome;
  /** At least so many: the last ones that an isolate saw may be missing. */
  readonly count: number;
  /** Epoch milliseconds, to the minute. */
  readonly lastAt: number;
}

/** Where sightings are kept. */
export interface SightingStore {
  /** Adds to what is kept of this route and outcome. */
  see(sighting: WebhookSighting): Promise<void>;
  sightings(): Promise<readonly WebhookSighting[]>;
}

/**
 * What the workflow knows of its webhooks. `GET /stats` adds its counts to the others, as `inbound-sms:forged`.
 *
 * @example
 * const sightings = await twoFactor.webhooks.read();
 * const hasVerified = sightings?.some(({ outcome }) => outcome === "verified");
 */
export interface WebhookRecord {
  /** Notes a webhook. Resolves at once, or after the one write a minute that each outcome may cause; never rejects. */
  note(webhook: Webhook, outcome: WebhookOutcome): Promise<void>;
  /** All sightings so far; `undefined` where they cannot be read now, which says nothing of the webhooks. */
  read(): Promise<readonly WebhookSighting[] | undefined>;
}

/** One write for each route and outcome in this time, and from each isolate. */
const WRITE_EVERY_MS = 60_000;

/** Makes the record on top of its store, which it spares. */
export function createWebhookRecord(store: SightingStore, now: () => number): WebhookRecord {
  /** By route and outcome: what is not written yet, and when something last was. */
  const waiting = new Map<string, { sighting: WebhookSighting; writtenAt: number }>();

  return {
    async note(webhook, outcome) {
      const key = `${webhook}:${outcome}`;
      const at = now();
      const { sighting, writtenAt = Number.NEGATIVE_INFINITY } = waiting.get(key) ?? {};
      const next = { webhook, outcome, count: (sighting?.count ?? 0) + 1, lastAt: at };
      waiting.set(key, { sighting: next, writtenAt });
      // A clock that went back must not silence it for long.
      if (Math.abs(at - writtenAt) >= WRITE_EVERY_MS) await write(key, next, at);
    },

    async read() {
      const at = now();
      for (const [key, { sighting }] of waiting) if (sighting.count > 0) await write(key, sighting, at);
      return store.sightings().catch(() => undefined);
    },
  };

  /** What could not be written waits for the next time: never longer, since it must not be tried for each webhook. */
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
