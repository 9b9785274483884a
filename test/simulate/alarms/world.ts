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

/** A code's validity, as in the workflow: afterwards a message counts as not converted. */
export const LIFETIME_MS = 300_000;

const REPLY_MS = 15_000;
const DAY_MS = 86_400_000;
const SEGMENT = toSegment("2fa", "sms", "GB", "23410");

interface Message {
  readonly sentAt: number;
  readonly isConverted: boolean;
}

interface Cohort {
  readonly at: number;
  readonly messages: readonly Message[];
}

/** Creates a segment's traffic. Call `send` for each five minutes in turn. */
export function createTraffic(random: () => number) {
  let open: Cohort[] = [];
  return {
    /** Sends the messages of five minutes from `at` on. */
    send(world: World, at: number): void {
      open = [...open, { at, messages: draw(world, at, random) }];
    },
    /** Returns the cells that may have changed, as they were known at `now`. */
    look(now: number): Cell[] {
      const cells = open.map((cohort) => toCell(cohort, now));
      open = open.filter(({ at }) => at + COHORT_MS + LIFETIME_MS > now);
      return cells;
    },
  };
}

function draw(world: World, at: number, random: () => number): Message[] {
  const share = world.conversion + world.swing * Math.sin((2 * Math.PI * at) / DAY_MS);
  const users = drawPoisson((world.messagesPerHour * COHORT_MS) / 3_600_000, random);
  const bogus = drawPoisson((world.bogusPerHour * COHORT_MS) / 3_600_000, random);
  return Array.from({ length: users + bogus }, (_, index) => ({
    sentAt: at + random() * COHORT_MS,
    isConverted: index < users && random() < share,
  }));
}

function toCell({ at, messages }: Cohort, now: number): Cell {
  const count = (isConverted: boolean, age: number) =>
    messages.filter((message) => message.isConverted === isConverted && message.sentAt + age <= now).length;
  const [converted, notConverted] = [count(true, REPLY_MS), count(false, LIFETIME_MS)];
  const counts = {
    sent: count(true, 0) + count(false, 0),
    converted,
    notConverted,
    "receipt.delivered.converted": converted,
    "receipt.delivered.notConverted": notConverted,
  };
  return { cohort: at, segment: SEGMENT, counts };
}
