import type { RuleName } from "../answer.ts";
import { DAY_MS } from "../query.ts";
import { type Context, hasRelated, listScopes } from "./context.ts";
import { addEvidence } from "./cusum.ts";
import { judgeConversion, MARGIN } from "./evidence.ts";
import { createRun, isWithin } from "./scope.ts";
import { isSettled } from "./settled.ts";
import type { CohortCell, RuleState, Scope } from "./state.ts";
import { judgedOf, settledOf } from "./sums.ts";
import { learn, swingAt, usualReceipts } from "./usual.ts";

/** Receipts that hardly ever say "delivered" cannot change for the worse. */
const LEAST_RECEIPTS = 0.2;

/** Judges the settled cohorts of all scopes, each once: adds them to the evidence, and to what is usual. In place. */
export function judge(context: Context): void {
  for (const [key, scope] of listScopes(context.state)) {
    const due = scope.cells.filter((cell) => !cell[2] && isSettled(cell, context.now));
    if (due.length === 0) continue;
    scope.cells = scope.cells.map((cell) => (due.includes(cell) ? [cell[0], cell[1], true] : cell));
    for (const cell of due.sort(([a], [b]) => a - b)) judgeCohort(key, scope, cell, context);
  }
}

function judgeCohort(key: string, scope: Scope, cell: CohortCell, context: Context): void {
  const [cohort, sums] = cell;
  const { state, now } = context;
  scope.drop = judgeConversion(key, scope, scope.drop, [cohort, sums], context);
  const usual = usualReceipts(scope, now);
  // While conversion has fallen, its alarm tells of the receipts too.
  if (hasRelated(state, ["drop", "pumping"], key)) scope.receipts = createRun();
  else if (usual !== undefined && usual >= LEAST_RECEIPTS) {
    const receipts = { cohort, sums, good: sums[4], all: settledOf(sums) };
    const reference = usual + swingAt(scope, cohort, "receipts") - MARGIN;
    scope.receipts = addEvidence(
      scope.receipts,
      receipts,
      reference,
      `receipts-changed:${key}` in state.open,
    );
  }
  if (sums[1] > 0) delete scope.fresh;
  else if (scope.fresh !== undefined) scope.fresh = { settled: scope.fresh.settled + judgedOf(sums) };
  if (!isSpoiled(key, state, now)) learn(scope, cohort, sums);
}

const SPOILING: readonly RuleName[] = ["drop", "pumping", "number-block", "new-segment"];

/** A change that lasts for a week is the new usual. */
const NEW_USUAL_MS = 7 * DAY_MS;

/** An alarm about conversion is open for this scope or one above it, so nothing is as usual. */
function isSpoiled(key: string, { open }: RuleState, now: number): boolean {
  return Object.entries(open).some(
    ([name, { rule, cause, since }]) =>
      SPOILING.includes(rule) &&
      cause !== "new-traffic" &&
      now - Date.parse(since) < NEW_USUAL_MS &&
      isWithin(key, name.slice(rule.length + 1)),
  );
}
