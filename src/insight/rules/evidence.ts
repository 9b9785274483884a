import { type Context, openAlarm } from "./context.ts";
import { addEvidence, FIRES_AT } from "./cusum.ts";
import type { Run, Scope } from "./state.ts";
import { judgedOf, type Sums } from "./sums.ts";
import { spreadOf } from "./usual.ts";

/** So far below the usual share is still usual. */
export const MARGIN = 0.05;

/** A segment that varies from day to day by itself gets more room: so many of its standard deviations, up to 15 points. */
const SPREADS = 1.5;
const WIDEST_MARGIN = 0.15;

/** Adds a cohort to the evidence that conversion has fallen. */
export function judgeConversion(
  key: string,
  scope: Scope,
  run: Run,
  [cohort, sums]: readonly [cohort: number, sums: Sums],
  context: Context,
): Run {
  const margin = Math.min(Math.max(MARGIN, SPREADS * spreadOf(scope, context.now)), WIDEST_MARGIN);
  const isOpen = openAlarm(context.state, "drop", key) !== undefined;
  const conversion = { cohort, sums, good: sums[1], all: judgedOf(sums) };
  return addEvidence(run, conversion, context.expectedAt(key, cohort) - margin, isOpen);
}

/** Each message that is not converted adds less than that: the logarithm of 1 / 0.4. */
const MOST_EACH = 0.92;

/**
 * The evidence that cohorts add before they are settled. To raise an alarm, messages without an outcome count as converted:
 * so it comes early, but never for messages that are only pending. To keep one, they do not count at all.
 */
export function anticipate(key: string, scope: Scope, purpose: "raise" | "keep", context: Context): Run {
  const ahead = scope.cells.filter(([, , isJudged]) => !isJudged);
  const failures = ahead.reduce((sum, [, sums]) => sum + sums[2], 0);
  if (purpose === "raise" && scope.drop.level + MOST_EACH * failures < FIRES_AT) return scope.drop;
  return ahead
    .sort(([a], [b]) => a - b)
    .reduce(
      (run, [cohort, sums]) =>
        judgeConversion(key, scope, run, [cohort, purpose === "raise" ? asConverted(sums) : sums], context),
      scope.drop,
    );
}

function asConverted(sums: Sums): Sums {
  const [sent, , notConverted, aside, ...others] = sums;
  return [sent, Math.max(0, sent - notConverted - aside), notConverted, aside, ...others];
}
