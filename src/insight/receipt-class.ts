import type { ReceiptStatus } from "../webhooks/delivery-receipt.ts";
import type { ReceiptClass } from "./facts.ts";

/** Classes a carrier's status. Statuses that are not final are `other`. */
export function toReceiptClass(status: ReceiptStatus): ReceiptClass {
  switch (status) {
    case "delivered":
    case "failed":
    case "expired":
    case "rejected":
      return status;
    default:
      return "other";
  }
}

/** A final status; a later one may still replace it. */
export const isSettledReceipt = (receipt: ReceiptClass): boolean => receipt !== "other";
