import type { Point } from "../../../src/insight/answer.ts";

/** A range of time in steps. `from` and `to` are ISO 8601, `step` is in seconds. */
export interface Range {
  readonly from: string;
  readonly to: string;
  readonly step: number;
}

/** Gives every step of a range. A series leaves out those in which nothing was sent. */
export function fillSteps(points: readonly Point[], { from, to, step }: Range): Point[] {
  const length = step * 1000;
  const known = new Map(points.map((point) => [Date.parse(point.at), point]));
  const filled: Point[] = [];
  for (let at = Math.floor(Date.parse(from) / length) * length; at < Date.parse(to); at += length) {
    filled.push(known.get(at) ?? toEmpty(at));
  }
  return filled;
}

const toEmpty = (at: number): Point => ({
  at: new Date(at).toISOString(),
  sent: 0,
  converted: 0,
  notConverted: 0,
  receiptsDelivered: 0,
  share: null,
  low: null,
  high: null,
});
