// Receipts come late, twice and in any order. What is known after all of them must not depend on that.

import { type DeliveryReceipt, RECEIPT_STATUSES, type ReceiptStatus } from "./delivery-receipt.ts";

/** How much a status settles; all final ones alike. */
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
 * Adds a receipt to those known of a message. Of each part (`messageId`) the one that settles most is kept:
 * a final status before `buffered`, `accepted` and `unknown`; of two that settle as much, the later. The same
 * receipts give the same list in whatever order and however often they arrive.
 *
 * @param known From the last call; empty at first.
 * @returns One receipt for each part, by `messageId`.
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

/** A total order, so that it never depends on which of two came first. */
function compare(a: DeliveryReceipt, b: DeliveryReceipt): number {
  return (
    RANK[a.status] - RANK[b.status] ||
    compareInstant(a.occurredAt, b.occurredAt) ||
    // Carriers tell the minute, so two final ones may well be of the same: then "delivered" stands.
    RECEIPT_STATUSES.indexOf(a.status) - RECEIPT_STATUSES.indexOf(b.status) ||
    compareText(toText(a), toText(b))
  );
}

/** No instant at all is before every other. Between two of them it is NaN, which settles as little as 0. */
const compareInstant = (a: number | undefined, b: number | undefined) =>
  (a ?? Number.NEGATIVE_INFINITY) - (b ?? Number.NEGATIVE_INFINITY);

const compareText = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);

const toText = (receipt: DeliveryReceipt) =>
  JSON.stringify(Object.entries(receipt).sort(([a], [b]) => compareText(a, b)));
