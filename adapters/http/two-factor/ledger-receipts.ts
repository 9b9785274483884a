// Receipts belong to tracked messages too, not to challenges alone. The ledger finds a message by its id, so it needs no
// number.

import { toPrice } from "../../../src/insight/facts.ts";
import { toReceiptClass } from "../../../src/insight/receipt-class.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import { type Channel, TRAFFICS } from "../../../src/wire/report.ts";
import type { HandlerConfig } from "../options.ts";
import type { Ledger } from "../ports/ledger.ts";

/** Hands a receipt to the ledger; tells whether it knows the message. */
export type TakeReceipt = (receipt: DeliveryReceipt, channel: Channel) => Promise<boolean>;

/** A receipt that names another account's key changes nothing. */
export function createLedgerReceipts(
  { credentials }: Pick<HandlerConfig, "credentials">,
  ledger: Pick<Ledger, "receipt">,
): TakeReceipt {
  return async ({ messageId, status, occurredAt, networkCode, price, apiKey }, channel) => {
    const receipt = {
      channel,
      messageId,
      receipt: toReceiptClass(status),
      at: occurredAt,
      network: networkCode,
      price: toPrice(price),
    };
    for (const traffic of TRAFFICS) {
      const account = credentials[traffic];
      const isOurs = account !== undefined && (apiKey === undefined || account.apiKey === apiKey);
      if (isOurs && (await ledger.receipt({ ...receipt, traffic }))) return true;
    }
    return false;
  };
}
