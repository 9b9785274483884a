import type { Channel } from "../../wire/report.ts";

/** The routing of the sandbox at one moment: what the router does and knows, beside the truth. */
export interface SandboxRouting {
  /** Milliseconds between reviews, and that a review looks back; scaled by `timeScale`. */
  readonly reviewEvery: number;
  readonly window: number;
  /**
   * Reports that could not move traffic, because their message had left the window, or was not sent through the router.
   */
  readonly reportsTooLate: number;
  /** A route for each network and channel that has carriers, in the order of the carriers. */
  readonly routes: readonly SandboxRoute[];
}

/** The carriers that compete for the messages to one network. */
export interface SandboxRoute {
  /** ISO 3166 alpha-2. */
  readonly country: string;
  /** MCCMNC. */
  readonly network: string;
  readonly channel: Channel;
  /** The carrier that the last review preferred; `null` before the first evidence. */
  readonly preferred: string | null;
  readonly carriers: readonly SandboxRouteCarrier[];
}

/** A carrier of a route. */
export interface SandboxRouteCarrier {
  readonly name: string;
  /** The share of new messages that it gets, 0 to 1. */
  readonly share: number;
  /** The router's knowledge: the messages in its window. */
  readonly known: {
    readonly sent: number;
    /** Reported with `delivered=true`. */
    readonly converted: number;
    /** Reported with `delivered=false`. */
    readonly notConverted: number;
    /** Receipts that say delivered, and others. */
    readonly receiptsDelivered: number;
    readonly receiptsFailed: number;
    /**
     * The share by which the router compares carriers, 0 to 1: the lower end of what the evidence allows, so that 3 of
     * 3 does not lead.
     */
    readonly score: number;
  };
  /** The truth, which the router does not know. */
  readonly truth: {
    /** The share of messages that arrive now: 0 during an outage. */
    readonly delivered: number;
    readonly receipts: "honest" | "missing" | "delivered";
    readonly isOut: boolean;
    readonly price: string;
    /** Messages since the carriers were first set, or the sandbox was reset, and those that arrive. */
    readonly sent: number;
    readonly arrived: number;
  };
}
