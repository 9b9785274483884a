import type { Point } from "./answer.ts";
import type { Counts } from "./counts.ts";
import { FEWEST_FOR_SHARE, toInterval } from "./share.ts";

/** The counts that a series shows for one step. */
export interface Step {
  sent: number;
  converted: number;
  notConverted: number;
  receiptsDelivered: number;
}

/** Steps by their start in epoch milliseconds. */
export type Steps = Map<number, Step>;

const DELIVERED = ["converted", "notConverted", "superseded", "cancelled"].map(
  (outcome) => `receipt.delivered.${outcome}`,
);

/** Reads the counts that a series shows. */
export function toStep(counts: Counts): Step {
  const { sent = 0, converted = 0, notConverted = 0 } = counts;
  const receiptsDelivered = DELIVERED.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
  return { sent, converted, notConverted, receiptsDelivered };
}

/** Adds to a step of a series, in place. */
export function addStep(
  steps: Steps,
  at: number,
  { sent, converted, notConverted, receiptsDelivered }: Step,
): void {
  const known = steps.get(at);
  if (known === undefined) {
    steps.set(at, { sent, converted, notConverted, receiptsDelivered });
    return;
  }
  known.sent += sent;
  known.converted += converted;
  known.notConverted += notConverted;
  known.receiptsDelivered += receiptsDelivered;
}

/** Lists the steps in which something happened, in order of time. */
export const toPoints = (steps: Steps): Point[] =>
  [...steps].sort(([a], [b]) => a - b).map(([at, step]) => toPoint(at, step));

function toPoint(at: number, { sent, converted, notConverted, receiptsDelivered }: Step): Point {
  const of = converted + notConverted;
  const share = of < FEWEST_FOR_SHARE ? null : Math.round((converted / of) * 1e4) / 1e4;
  const interval = of === 0 ? { low: null, high: null } : toInterval(converted, of);
  return {
    at: new Date(at).toISOString(),
    sent,
    converted,
    notConverted,
    receiptsDelivered,
    share,
    ...interval,
  };
}
