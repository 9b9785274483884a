// Alarms that are still to be sent to the operator's webhook.

import type { Alarm } from "../../../src/insight/answer.ts";
import { toAlarmRunbook } from "../../../src/operator/signs.ts";
import type { Sql } from "../storage/sql.ts";

/** `changed`: its cause or severity became another one. */
export type AlarmEvent = "raised" | "changed" | "ended";

export interface OutgoingWebhook {
  /** The same for every attempt. */
  readonly id: string;
  readonly body: string;
  /** When it was written, epoch milliseconds, as `due`. */
  readonly since: number;
  readonly attempts: number;
  readonly due: number;
}

/** Far more than the rules raise within a day, after which an unsent one is given up. */
const MOST_WAITING = 1000;

export type WebhookOutbox = ReturnType<typeof createWebhookOutbox>;

export function createWebhookOutbox(sql: Sql) {
  return {
    /**
     * Adds the news of an alarm, once.
     *
     * @returns `false` when too many are waiting, and it was left out.
     */
    add(alarm: Alarm, event: AlarmEvent, now: number): boolean {
      const [found] = sql.exec("SELECT count(*) AS n, max(due) AS due FROM webhooks").toArray();
      if (Number(found?.n) >= MOST_WAITING) return false;
      // The receiver is the same: while others wait, so does this one.
      const due = Math.max(Number(found?.due ?? 0), now);
      const timestamp = new Date(now).toISOString();
      const body = JSON.stringify({
        type: `insight.alarm.${event}`,
        timestamp,
        data: { ...alarm, runbook: toAlarmRunbook(alarm.rule) },
      });
      // An alarm can change several times.
      const id = event === "changed" ? `${alarm.id}:${event}:${now}` : `${alarm.id}:${event}`;
      sql.exec("INSERT OR IGNORE INTO webhooks VALUES (?, ?, ?, 0, ?)", id, body, now, due);
      return true;
    },

    /** Lists those that are due, oldest first. */
    due: (now: number, limit: number): OutgoingWebhook[] =>
      sql
        .exec("SELECT * FROM webhooks WHERE due <= ? ORDER BY since, id LIMIT ?", now, limit)
        .toArray()
        .map(({ id, body, since, attempts, due }) => ({
          id: String(id),
          body: String(body),
          since: Number(since),
          attempts: Number(attempts),
          due: Number(due),
        })),

    remove(id: string): void {
      sql.exec("DELETE FROM webhooks WHERE id = ?", id);
    },

    /** Counts an attempt. The receiver is the same for all, so none is sent before `due`. */
    postpone(id: string, due: number): void {
      sql.exec("UPDATE webhooks SET attempts = attempts + 1 WHERE id = ?", id);
      sql.exec("UPDATE webhooks SET due = max(due, ?)", due);
    },

    /** Brings times that a clock which was ahead has written back into the present. */
    clamp(now: number, furthest: number): void {
      sql.exec("UPDATE webhooks SET due = ? WHERE due > ?", now, now + furthest);
      sql.exec("UPDATE webhooks SET since = ? WHERE since > ?", now, now);
    },

    nextDue(): number | undefined {
      const [first] = sql.exec("SELECT min(due) AS due FROM webhooks").toArray();
      return typeof first?.due === "number" ? first.due : undefined;
    },
  };
}
