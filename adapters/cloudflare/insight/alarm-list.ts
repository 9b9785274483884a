// Alarms, open and ended, as they are listed.

import type { Alarm } from "../../../src/insight/answer.ts";
import type { Quarantine } from "../storage/quarantine.ts";
import type { Sql } from "../storage/sql.ts";
import { parseObject } from "./cells-text.ts";
import { DAY_MS } from "./roll-ups.ts";

const KEEP_ENDED_MS = 90 * DAY_MS;
const MOST_ALARMS = 5000;

export type AlarmList = ReturnType<typeof createAlarmList>;

export function createAlarmList(sql: Sql, quarantine: Quarantine) {
  return {
    get(id: string, now: number): Alarm | undefined {
      return readAll(sql.exec("SELECT * FROM alarms WHERE id = ?", id).toArray(), now).at(0);
    },

    put(alarm: Alarm): void {
      const { id, since, endedAt } = alarm;
      sql.exec(
        `INSERT INTO alarms VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
         SET since = excluded.since, ended = excluded.ended, alarm = excluded.alarm`,
        id,
        Date.parse(since),
        endedAt === null ? null : Date.parse(endedAt),
        JSON.stringify(alarm),
      );
    },

    countOpen(): number {
      const [found] = sql.exec("SELECT count(*) AS n FROM alarms WHERE ended IS NULL").toArray();
      return Number(found?.n ?? 0);
    },

    /** Lists open ones first, newest first. */
    list: (state: "open" | "all", since: number, limit: number, now: number): Alarm[] =>
      readAll(
        sql
          .exec(
            `SELECT * FROM alarms WHERE (ended IS NULL OR ?) AND (since >= ? OR ended >= ? OR ended IS NULL)
             ORDER BY ended IS NOT NULL, since DESC, id LIMIT ?`,
            state === "all" ? 1 : 0,
            since,
            since,
            limit,
          )
          .toArray(),
        now,
      ),

    purge(now: number): void {
      sql.exec("DELETE FROM alarms WHERE ended < ?", now - KEEP_ENDED_MS);
      sql.exec(
        `DELETE FROM alarms WHERE id IN
         (SELECT id FROM alarms ORDER BY ended IS NULL DESC, since DESC LIMIT -1 OFFSET ?)`,
        MOST_ALARMS,
      );
    },
  };

  function readAll(rows: Record<string, unknown>[], now: number): Alarm[] {
    return rows.flatMap((row) => {
      const alarm = parseObject(row.alarm) as Alarm | undefined;
      if (alarm !== undefined && alarm.id === row.id) return [alarm];
      quarantine.add("alarms", String(row.id), row, now);
      sql.exec("DELETE FROM alarms WHERE id = ?", String(row.id));
      return [];
    });
  }
}
