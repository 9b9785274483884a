import type { KnownCarrierSettings } from "./carrier-settings.ts";
import { networkOf } from "./routing/networks.ts";
import type { Routed } from "./routing/routing.ts";

/** The way of one message: the carrier that takes it, and what becomes of it. */
export interface Way {
  /** MCCMNC. */
  readonly networkCode: string;
  /** The price of each part, in euros. */
  readonly price: string;
  readonly arrives: boolean;
  /** Milliseconds until it arrives or is given up. */
  readonly delay: number;
  readonly receipts: "honest" | "missing" | "delivered";
  /** Milliseconds from then to the receipt. */
  readonly receiptDelay: number;
  /** The `err-code` of an honest receipt for a message that did not arrive. */
  readonly errorCode?: number | undefined;
  /** The last status of a call that did not reach the user. */
  readonly callStatus?: KnownCarrierSettings["callStatus"];
  /** `true` if a receipt `buffered` comes first. */
  readonly intermediate: boolean;
  /** The router's part, if it chose the carrier. */
  readonly routed?: Pick<Routed, "sent" | "heard" | "carrier"> | undefined;
}

const DEFAULT_NETWORK = "23410";

/** Makes the way of a message that the router sends. */
export function toRoutedWay(routed: Routed): Way {
  const { network, price, receipts } = routed.carrier;
  const { arrives, delay, receiptDelay } = routed;
  return {
    ...{ networkCode: network, price, arrives, delay, receipts, receiptDelay },
    ...{ intermediate: false, routed },
  };
}

/** Makes the way of a message to a network without carriers of its own. */
export function toSimpleWay(
  { delivers, deliveryDelay, networkCode, ...rest }: KnownCarrierSettings,
  number: string,
): Way {
  const { price, receipts, receiptDelay, errorCode, callStatus, intermediate } = rest;
  return {
    ...{ price, receipts, receiptDelay, errorCode, callStatus, intermediate },
    networkCode: networkCode ?? networkOf(number) ?? DEFAULT_NETWORK,
    arrives: delivers,
    delay: deliveryDelay,
  };
}
