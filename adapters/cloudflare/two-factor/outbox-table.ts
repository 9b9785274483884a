import type { OutboxMessage } from "../../../src/two-factor/challenge/step.ts";
import { parseOutboxMessage } from "../../../src/two-factor/challenge/stored.ts";
import type { Quarantine } from "../storage/quarantine.ts";
import type { Sql } from "../storage/sql.ts";

/** An outbox message that the ledger has not confirmed yet. */
export interface Outgoing {
  readonly sequence: number;
  readonly outboxMessage: OutboxMessage;
}

export type OutboxTable = ReturnType<typeof createOutboxTable>;

/** The messages of outbox.ts, the oldest first. */
export function createOutboxTable(sql: Sql, quarantine: Quarantine) {
  const table = {
    /** Keeps an outbox message until the ledger has confirmed it. */
    post(outboxMessage: OutboxMessage): Outgoing {
      const [row] = sql
        .exec("INSERT INTO outbox (statement) VALUES (?) RETURNING sequence", JSON.stringify(outboxMessage))
        .toArray();
      return { sequence: Number(row?.sequence), outboxMessage };
    },

    /** The oldest after a sequence. Unreadable rows go into quarantine. */
    unposted(limit: number, after: number, now: number): Outgoing[] {
      const page = sql
        .exec("SELECT * FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?", after, limit)
        .toArray();
      const outgoing = page.flatMap((found) => toOutgoing(found, now) ?? []);
      // The unreadable rows are gone by now; read again to get a full page.
      return outgoing.length === page.length ? outgoing : table.unposted(limit, after, now);
    },

    confirm(sequence: number): void {
      sql.exec("DELETE FROM outbox WHERE sequence = ?", sequence);
    },
  };
  return table;

  function toOutgoing(found: Record<string, unknown>, now: number): Outgoing | undefined {
    const sequence = Number(found.sequence);
    const outboxMessage = parseOutboxMessage(String(found.statement));
    if (outboxMessage !== undefined) return { sequence, outboxMessage };
    quarantine.add("outbox", String(sequence), found, now);
    table.confirm(sequence);
    return undefined;
  }
}
