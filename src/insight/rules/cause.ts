// Finds the cause of a fall in conversion. Conversion down with volume up and receipts normal is pumping; with volume
// normal, false receipts; receipts down too, an outage of the route; down everywhere at once, the operator's own page.

import { poissonTail } from "../poisson.ts";
import type { Context } from "./context.ts";
import { listScopes } from "./context.ts";
import { isWithin, lastCohorts, lastHour, levelOf } from "./scope.ts";
import type { Scope } from "./state.ts";
import { judgedOf, type Sums, settledOf } from "./sums.ts";
import { usualReceipts, usualVolume } from "./usual.ts";

export type FallCause = "outage" | "false-receipts" | "pumping" | "own-page" | "unknown";

/** @param sums The messages since conversion began to fall. */
export function explainFall(key: string, scope: Scope, sums: Sums, context: Context): FallCause {
  const receipts = compareReceipts(scope, sums, context);
  if (receipts === "down") return "outage";
  if (isEverywhere(key, context)) return "own-page";
  if (isVolumeUp(scope, context.now)) return "pumping";
  return receipts === "normal" ? "false-receipts" : "unknown";
}

/** Receipts follow a real fall at least half of the way. */
function compareReceipts(scope: Scope, sums: Sums, { now }: Context): "normal" | "down" | "unknown" {
  const usual = usualReceipts(scope, now);
  const [, converted, , , delivered] = sums;
  if (usual === undefined || usual < 0.2) {
    // Without a history, receipts that claim far more than was converted are still telling.
    return delivered - converted > 0.3 * settledOf(sums) ? "normal" : "unknown";
  }
  return delivered / settledOf(sums) < usual - 0.1 ? "down" : "normal";
}

/** A flood begins within minutes, so that the last hour would show it too late. In cohorts. */
const WINDOWS = [2, 6, 13];

/** Half as many again as usual at this time of the day, and more than chance. */
function isVolumeUp(scope: Scope, now: number): boolean {
  const inHour = usualVolume(scope, now);
  if (inHour === undefined) return false;
  return WINDOWS.some((cohorts) => {
    const [sent] = lastCohorts(scope, now, cohorts);
    const usual = (inHour * cohorts) / 12;
    return sent >= Math.max(10, 1.5 * usual, poissonTail(usual, 1e-4));
  });
}

/**
 * At least three segments of the channel had messages within an hour, and three of four of them are well below their
 * usual. New ones say nothing about the operator's page beside known ones: a flood over many countries is made of them.
 */
function isEverywhere(key: string, { state, now, expectedAt, baselineOf }: Context): boolean {
  const channel = key.split("/").slice(0, 2).join("/");
  const busy = listScopes(state)
    .filter(([one]) => levelOf(one) === "network" && isWithin(one, channel))
    .map(([one, scope]) => [one, lastHour(scope, now)] as const)
    .filter(([, sums]) => judgedOf(sums) >= 5);
  const known = busy.filter(([one]) => baselineOf(one).source === "own");
  const segments = known.length > 0 ? known : busy;
  const down = segments.filter(([one, sums]) => sums[1] / judgedOf(sums) < expectedAt(one, now) - 0.1);
  return segments.length >= 3 && down.length >= 0.75 * segments.length;
}
