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
 * The highest evidence after any cohort, also of those that are not settled yet. Their known outcomes are too good, never
 * too bad: users who reply do so before the time of the others runs out. So an alarm comes early, but not for nothing; and
 * the conversions of the last minutes, whose failures are still to come, end none.
 */
export function anticipate(key: string, scope: Scope, context: Context): Run {
  const ahead = scope.cells.filter(([, , isJudged]) => !isJudged);
  const failures = ahead.reduce((sum, [, sums]) => sum + sums[2], 0);
  const isOpen = openAlarm(context.state, "drop", key) !== undefined;
  if (!isOpen && scope.drop.level + MOST_EACH * failures < FIRES_AT) return scope.drop;
  let [run, highest] = [scope.drop, scope.drop];
  for (const [cohort, sums] of ahead.sort(([a], [b]) => a - b)) {
    run = judgeConversion(key, scope, run, [cohort, sums], context);
    if (run.level > highest.level) highest = run;
  }
  return highest;
}
