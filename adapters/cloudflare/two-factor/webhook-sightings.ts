import type { Webhook, WebhookOutcome, WebhookSighting } from "../../http/two-factor/webhook-record.ts";
import type { Quarantine } from "../storage/quarantine.ts";
import { isCount, isInstant } from "../storage/readable.ts";
import type { Sql } from "../storage/sql.ts";

/** Webhooks by route and outcome, with their number and the time of the last one. A migration has made the table. */
export function createWebhookSightings(sql: Sql, quarantine: Quarantine) {
  return {
    add({ webhook, outcome, count, lastAt }: WebhookSighting): void {
      sql.exec(
        `INSERT INTO webhooks VALUES (?, ?, ?, ?) ON CONFLICT (webhook, outcome)
         DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)`,
        webhook,
        outcome,
        count,
        lastAt,
      );
    },

    /** All sightings. An unreadable row goes into quarantine. */
    read: (now: number): WebhookSighting[] =>
      sql
        .exec("SELECT * FROM webhooks ORDER BY webhook, outcome")
        .toArray()
        .filter((found) => isReadable(found, now))
        .map(({ webhook, outcome, count, last_at }) => ({
          webhook: webhook as Webhook,
          outcome: outcome as WebhookOutcome,
          count: Number(count),
          lastAt: Number(last_at),
        })),
  };

  function isReadable(found: Record<string, unknown>, now: number): boolean {
    const { webhook, outcome, count, last_at } = found;
    if (isCount(count) && isInstant(last_at)) return true;
    quarantine.add("webhooks", `${webhook} ${outcome}`, found, now);
    sql.exec("DELETE FROM webhooks WHERE webhook = ? AND outcome = ?", String(webhook), String(outcome));
    return false;
  }
}
