import type { Sender } from "../../../src/client/sending.ts";
import type { Ended } from "../../../src/ledger/events.ts";
import type { Row } from "../../../src/ledger/row.ts";

/**
 * Sends a stored report once, with the timestamp it has. A rejection is a mistake in the program: the shard logs its
 * class.
 */
export async function sendOnce(send: Sender | undefined, row: Row): Promise<Ended> {
  // Missing credentials are fixed in the same place as refused ones.
  if (send === undefined) return { code: "unauthorized" };
  const { channel, messageId, delivered, occurredAt } = row;
  const report = { channel, messageId, delivered: delivered === true, timestamp: occurredAt ?? undefined };
  const outcome = await send(report);
  return outcome.status === "failed" ? outcome.failure : { code: null };
}
