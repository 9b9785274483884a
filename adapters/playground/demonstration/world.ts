// The world of the demonstration: networks of several countries, their carriers, and who signs in there.

import type { SandboxCarrier, SandboxRouterSettings } from "../../../src/sandbox/index.ts";

/** A group of sign-ins to one network. */
export interface Crowd {
  /** MCCMNC. */
  readonly network: string;
  /** The digits that its numbers begin with, and their whole length. */
  readonly prefix: string;
  readonly digits: number;
  /** Its share of sign-ins, relative to the others. */
  readonly weight: number;
  /** `true` for bots, which ask for codes and never enter them. */
  readonly bogus?: boolean;
  /** `true` for users who ask for a call when no text comes. The text is then reported as not delivered. */
  readonly asksForCall?: boolean;
}

/** Receipts of this network claim that messages arrive, whichever carrier takes them. */
export const LYING_NETWORK = "23430";

/** Bots ask for codes to one block of this network. */
export const PUMPED_NETWORK = "41003";

/** The network of the number on the page. Its users compete with the visitor's texts for the same carriers. */
export const STAGE_NETWORK = "23410";

export const CROWDS: readonly Crowd[] = [
  { network: STAGE_NETWORK, prefix: "447404", digits: 12, weight: 9, asksForCall: true },
  { network: "23415", prefix: "447401", digits: 12, weight: 4, asksForCall: true },
  { network: "23420", prefix: "447402", digits: 12, weight: 3 },
  { network: LYING_NETWORK, prefix: "447403", digits: 12, weight: 5 },
  { network: "26201", prefix: "4915111", digits: 13, weight: 3 },
  { network: "20810", prefix: "336121", digits: 11, weight: 2 },
  { network: "310410", prefix: "1917301", digits: 11, weight: 3 },
  { network: PUMPED_NETWORK, prefix: "92300123", digits: 12, weight: 5, bogus: true },
];

const FAST = { median: 800, p90: 2500 };
const SLOW = { median: 2000, p90: 8000 };

/**
 * The carriers. Where one is good and another is not, reports move the traffic. In the lying network all are alike, so
 * that no route helps.
 */
export const CARRIERS: readonly SandboxCarrier[] = [
  { name: "Direct", network: STAGE_NETWORK, delivered: 0.97, deliveryDelay: 900, receipts: "missing" },
  {
    ...{ name: "Partner", network: STAGE_NETWORK, delivered: 0.6, deliveryDelay: 1300, receiptDelay: 700 },
    price: "0.02800000",
  },
  {
    ...{ name: "Grey", network: STAGE_NETWORK, delivered: 0.3, deliveryDelay: 1100, receiptDelay: 500 },
    ...{ receipts: "delivered", price: "0.01900000" },
  },
  { name: "Direct", network: "23415", delivered: 0.97, deliveryDelay: FAST, price: "0.03330000" },
  {
    ...{ name: "Reseller", network: "23415", delivered: 0.55, deliveryDelay: SLOW, price: "0.02100000" },
    receipts: "delivered",
  },
  { name: "Direct", network: "23420", delivered: 0.96, deliveryDelay: FAST, price: "0.03410000" },
  { name: "Partner", network: "23420", delivered: 0.9, deliveryDelay: SLOW, price: "0.02800000" },
  ...["Grey one", "Grey two"].map(
    (name): SandboxCarrier => ({
      ...{ name, network: LYING_NETWORK, delivered: 0.25, deliveryDelay: SLOW },
      ...{ receipts: "delivered", price: "0.01900000" },
    }),
  ),
  { name: "Direct", network: "26201", delivered: 0.98, deliveryDelay: FAST, price: "0.07000000" },
  { name: "Hub", network: "26201", delivered: 0.85, deliveryDelay: SLOW, price: "0.05900000" },
  { name: "Direct", network: "20810", delivered: 0.95, deliveryDelay: FAST, price: "0.05350000" },
  {
    name: "Hub",
    network: "20810",
    delivered: 0.8,
    deliveryDelay: SLOW,
    receipts: "missing",
    price: "0.04400000",
  },
  { name: "Direct", network: "310410", delivered: 0.97, deliveryDelay: FAST, price: "0.00830000" },
  { name: "Partner", network: "310410", delivered: 0.92, deliveryDelay: SLOW, price: "0.00750000" },
  { name: "Direct", network: PUMPED_NETWORK, delivered: 0.95, deliveryDelay: SLOW, price: "0.16800000" },
  { name: "Hub", network: PUMPED_NETWORK, delivered: 0.9, deliveryDelay: SLOW, price: "0.14200000" },
];

/**
 * Reviews come every 10 seconds instead of every 5 minutes, and look back 30 seconds, so that visitors see traffic move
 * within a minute. With this seed, the first two texts of the page arrive, and the third is lost by a carrier that claims
 * delivery.
 */
export const ROUTER = { timeScale: 30, seed: 7 } as const satisfies SandboxRouterSettings;
