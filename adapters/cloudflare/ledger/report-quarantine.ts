import { createQuarantine, LEDGER_QUARANTINE } from "../storage/quarantine.ts";
import type { Sql } from "../storage/sql.ts";
import type { Position } from "./position.ts";

/** A row that this version could not read, as it was found. */
export interface QuarantinedReport {
  readonly channel: string;
  readonly messageId: string;
  /** Epoch milliseconds. */
  readonly since: number;
  /** JSON. */
  readonly raw: string;
}

/** The ledger's quarantine, by channel and message id. */
export function createReportQuarantine(sql: Sql, tellUnreadable?: () => void) {
  const quarantine = createQuarantine(sql, LEDGER_QUARANTINE, tellUnreadable);

  return {
    add: quarantine.add,

    /** @param after The last of the page before, as the cursor has it. */
    list(limit: number, after: Position | undefined): QuarantinedReport[] {
      const [, since, source, key] = after ?? [];
      const from =
        source === undefined || key === undefined || since === undefined ? undefined : { source, key, since };
      return quarantine
        .list(limit, from)
        .map(({ source: channel, key: messageId, ...rest }) => ({ channel, messageId, ...rest }));
    },

    count: quarantine.count,

    /** Gives the time at which the first row is to be purged. */
    nextEnd: quarantine.nextEnd,

    purge: quarantine.purge,
  };
}
