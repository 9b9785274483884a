import type { MessageKey, StoredRow } from "../../../src/ledger/row.ts";
import type { Counted } from "./row-counts.ts";
import type { RowTable, Slice } from "./row-table.ts";

/** A slice of the table that was looked through. */
export interface LookedThrough {
  /** Its last message. */
  readonly last: MessageKey;
  /** The earliest `due` of the recorded reports that stay in it. */
  readonly firstDue: number | undefined;
}

/** @param onForget Called for each row that is removed. */
export const createForgettingSlices = (table: RowTable, onForget: (row: Counted) => void) => ({
  /**
   * Forgets recorded reports that are due, among the rows that follow a message.
   *
   * @param latest The furthest instant at which a recorded report can be due; later ones are due then.
   * @returns `undefined`: no row follows.
   */
  forgetAfter(
    after: MessageKey | undefined,
    limit: number,
    now: number,
    latest: number,
  ): LookedThrough | undefined {
    const rows = table.readAfter(after, limit) as unknown as StoredRow[];
    const end = rows.at(-1);
    if (end === undefined) return undefined;
    const last = { channel: end.channel, messageId: end.message_id } as MessageKey;
    const slice: Slice = { after, last };
    const dues = rows.filter(({ state }) => state === "recorded").map(({ due }) => due);
    if (dues.some((due) => due <= now)) {
      for (const forgotten of table.forget(slice, now)) onForget(forgotten as unknown as Counted);
    }
    if (dues.some((due) => due > latest)) table.clampRecorded(slice, latest);
    const left = dues.filter((due) => due > now).map((due) => Math.min(due, latest));
    return { last, firstDue: left.length === 0 ? undefined : Math.min(...left) };
  },
});
