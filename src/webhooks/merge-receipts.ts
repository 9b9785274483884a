// Receipts arrive late, twice and in any order; the merged result must not depend on that.

import { type DeliveryReceipt, RECEIPT_STATUSES, type ReceiptStatus } from "./delivery-receipt.ts";

/** Ranks statuses by how conclusive they are; all final ones are equal. */
const RANK: Readonly<Record<ReceiptStatus, number>> = {
  unknown: 0,
  accepted: 1,
  buffered: 2,
  expired: 3,
  failed: 3,
  rejected: 3,
  delivered: 3,
};

/**
 * Adds a receipt to those already known for a message. For each part (`messageId`) it keeps the most conclusive
 * receipt: a final status, then `buffered`, `accepted`, `unknown`; of two equal ones, the later. The order and number of
 * arrivals do not change the result.
 *
 * @param known The result of the last call, or an empty list.
 * @returns One receipt per part, sorted by `messageId`.
 *
 * @example
 * let receipts: DeliveryReceipt[] = [];
 * for (const parameters of webhooks) receipts = mergeReceipts(receipts, parseDeliveryReceipt(parameters));
 * const arrived = receipts.every(({ status }) => status === "delivered");
 */
export function mergeReceipts(
  known: readonly DeliveryReceipt[],
  arriving: DeliveryReceipt,
): DeliveryReceipt[] {
  const best = new Map<string, DeliveryReceipt>();
  for (const receipt of [...known, arriving]) {
    const rival = best.get(receipt.messageId);
    if (rival === undefined || compare(rival, receipt) < 0) best.set(receipt.messageId, receipt);
  }
  return [...best.values()].sort((a, b) => compareText(a.messageId, b.messageId));
}

/** A total order, so that the result never depends on which came first. */
function compare(a: DeliveryReceipt, b: DeliveryReceipt): number {
  return (
    RANK[a.status] - RANK[b.status] ||
    compareInstant(a.occurredAt, b.occurredAt) ||
    // Carriers report whole minutes, so two final receipts may share one: then "delivered" wins.
    RECEIPT_STATUSES.indexOf(a.status) - RECEIPT_STATUSES.indexOf(b.status) ||
    compareText(toText(a), toText(b))
  );
}

/** A missing instant sorts first. Two missing ones give NaN, which is falsy, so the comparison goes on. */
const compareInstant = (a: number | undefined, b: number | undefined) =>
  (a ?? Number.NEGATIVE_INFINITY) - (b ?? Number.NEGATIVE_INFINITY);

const compareText = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);

const toText = (receipt: DeliveryReceipt) =>
  JSON.stringify(Object.entries(receipt).sort(([a], [b]) => compareText(a, b)));
