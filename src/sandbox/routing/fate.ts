// Decides the fate of one message with a carrier.

import { drawNormal, type Random } from "./random.ts";
import type { KnownCarrier, SandboxDelay } from "./sandbox-carrier.ts";

export interface Fate {
  readonly arrives: boolean;
  /** Milliseconds until it arrives, or until the carrier gives it up. */
  readonly delay: number;
  /** Milliseconds from then to the receipt. */
  readonly receiptDelay: number;
}

/** The z-score of the 90th percentile of the standard normal distribution. */
const Z90 = 1.2815515655446004;
const MAX_DELAY_MS = 600_000;

/** Returns `true` during an outage. @param age Milliseconds since the carriers were set. */
export function isOut({ outages }: Pick<KnownCarrier, "outages">, age: number): boolean {
  return outages.some(({ after, lasts = Number.POSITIVE_INFINITY }) => age >= after && age < after + lasts);
}

/**
 * Draws the fate of a message. Takes the same number of random numbers for any carrier, so that a change of one carrier
 * does not change the fate of the messages of the others.
 *
 * @param age Milliseconds since the carriers were set.
 */
export function drawFate(carrier: KnownCarrier, age: number, random: Random): Fate {
  const arrives = random() < carrier.delivered && !isOut(carrier, age);
  const delay = drawDelay(carrier.deliveryDelay, random);
  return { arrives, delay, receiptDelay: drawDelay(carrier.receiptDelay, random) };
}

function drawDelay(delay: SandboxDelay, random: Random): number {
  const z = drawNormal(random);
  if (typeof delay === "number") return delay;
  const { median, p90 } = delay;
  const drawn = median * Math.exp((Math.log(p90 / median) / Z90) * z);
  return Math.min(MAX_DELAY_MS, Math.round(drawn));
}
