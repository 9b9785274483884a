// Traffic of one segment on a virtual clock, and the counters that Insight would have of it.

import type { Cell } from "../../../src/insight/cell.ts";
import { COHORT_MS } from "../../../src/insight/cohort.ts";
import { toSegment } from "../../../src/insight/segment.ts";
import { drawPoisson } from "./random.ts";

/** A segment's traffic. Shares are from 0 to 1. */
export interface World {
  readonly messagesPerHour: number;
  readonly conversion: number;
  /** Conversion rises and falls by so much over a day. */
  readonly swing: number;
  /** Messages an hour to users who never reply. */
  readonly bogusPerHour: number;
}

/** How long a code is valid, as in the workflow: then a message counts as not converted. */
export const LIFETIME_MS = 300_000;

const DAY_MS = 86_400_000;
const SEGMENT = toSegment("2fa", "sms", "GB", "23410");

interface Cohort {
  readonly at: number;
  readonly converted: number;
  /** When those that are not converted are known. */
  readonly expiries: readonly number[];
}

/** Creates a segment's history. Call `next` for each five minutes in turn. */
export function createTraffic(random: () => number) {
  let open: Cohort[] = [];
  return {
    /**
     * Sends the messages of five minutes.
     *
     * @returns The cells that have changed by `now`.
     */
    next(world: World, at: number, now: number): Cell[] {
      open = [...open, send(world, at, random)];
      const cells = open.map((cohort) => toCell(cohort, now));
      open = open.filter(({ expiries }) => expiries.some((expiry) => expiry > now));
      return cells;
    },
  };
}

function send(world: World, at: number, random: () => number): Cohort {
  const share = world.conversion + world.swing * Math.sin((2 * Math.PI * at) / DAY_MS);
  const expiries: number[] = [];
  let converted = 0;
  const users = drawPoisson((world.messagesPerHour * COHORT_MS) / 3_600_000, random);
  const bogus = drawPoisson((world.bogusPerHour * COHORT_MS) / 3_600_000, random);
  for (let index = 0; index < users + bogus; index++) {
    if (index < users && random() < share) converted++;
    else expiries.push(at + random() * COHORT_MS + LIFETIME_MS);
  }
  return { at, converted, expiries };
}

function toCell({ at, converted, expiries }: Cohort, now: number): Cell {
  const notConverted = expiries.filter((expiry) => expiry <= now).length;
  const counts = {
    sent: converted + expiries.length,
    converted,
    notConverted,
    "receipt.delivered.converted": converted,
    "receipt.delivered.notConverted": notConverted,
  };
  return { cohort: at, segment: SEGMENT, counts };
}
