// The assumptions of the simulation: one network, its carriers and its users.

import type { KnownCarrier } from "../../../src/sandbox/routing/sandbox-carrier.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

export type Receipts = "honest" | "missing" | "lying";

/** A carrier without its outages and receipts, which belong to a scenario. */
export type Carrier = Omit<KnownCarrier, "outages" | "receipts" | "price" | "network" | "channel">;

export interface World {
  readonly carriers: readonly Carrier[];
  /** Messages, or first messages of sign-ins, an hour: the mean over a day. */
  readonly perHour: number;
  /** The traffic of the busiest hour beside the mean, less 1. */
  readonly swing: number;
  /** Share of users who finish the sign-in once their code is there. */
  readonly finishing: number;
  /** Milliseconds from the arrival of a code to its entry. */
  readonly typing: { readonly median: number; readonly p90: number };
  /** The outage of the best carrier, from the beginning of the week. */
  readonly outage: { readonly after: number; readonly lasts: number };
}

export const WORLD: World = {
  carriers: [
    { name: "direct", delivered: 0.96, deliveryDelay: { median: 4000, p90: 12_000 }, receiptDelay: 2000 },
    { name: "partner", delivered: 0.9, deliveryDelay: { median: 6000, p90: 25_000 }, receiptDelay: 5000 },
    { name: "reseller", delivered: 0.7, deliveryDelay: { median: 10_000, p90: 60_000 }, receiptDelay: 5000 },
    { name: "grey", delivered: 0.45, deliveryDelay: { median: 15_000, p90: 120_000 }, receiptDelay: 1000 },
  ],
  perHour: 300,
  swing: 0.8,
  finishing: 0.93,
  typing: { median: 12_000, p90: 40_000 },
  outage: { after: 3.5 * DAY, lasts: 12 * HOUR },
};

/** Lying carriers are the worse half: a carrier that delivers has no reason to lie. */
export function toKnownCarriers({ carriers, outage }: World, receipts: Receipts): KnownCarrier[] {
  const ranked = [...carriers].sort((one, other) => other.delivered - one.delivered);
  const [best] = ranked;
  const liars = new Set(ranked.slice(Math.ceil(ranked.length / 2)));
  return carriers.map((carrier) => ({
    ...carrier,
    ...{ network: "23410", channel: "sms", price: "0.03330000" },
    receipts: receipts === "lying" ? (liars.has(carrier) ? "delivered" : "honest") : receipts,
    outages: carrier === best ? [outage] : [],
  }));
}
