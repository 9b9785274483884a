import { BASELINE_DAYS } from "../baseline.ts";
import type { Cell } from "../cell.ts";
import { DAY_MS } from "../query.ts";
import { createScope, LAST_HOUR_MS, scopeKeysOf } from "./scope.ts";
import { LONGEST_PENDING_MS } from "./settled.ts";
import { type CohortCell, MAX_SCOPES, type RuleState, type Scope } from "./state.ts";
import { addSums, NO_SUMS, type Sums, subtractSums, toSums } from "./sums.ts";

/** A clock may be ahead so far; a cohort further in the future is ignored. */
const CLOCK_AHEAD_MS = 10 * 60_000;

/** A scope without messages for so long is forgotten, and new when it comes back. */
const FORGET_MS = 30 * DAY_MS;

/**
 * Adds cells to the scopes that they belong to, in place. Cells are absolute, so that a repeated one changes nothing. A
 * cohort that is older than an hour and unknown comes too late for the rules.
 */
export function absorb(state: RuleState, cells: readonly Cell[], now: number): void {
  forget(state, now);
  for (const { cohort, segment, counts } of cells) {
    if (!(cohort <= now + CLOCK_AHEAD_MS)) continue;
    const [key = "", ...above] = scopeKeysOf(segment);
    const known = state.scopes[key]?.cells.find(([one]) => one === cohort);
    if (known === undefined && cohort <= now - LAST_HOUR_MS) continue;
    const change = subtractSums(toSums(counts), known?.[1] ?? NO_SUMS);
    for (const one of [key, ...above]) addToScope(findScope(state, one, now), cohort, change, now);
  }
}

function addToScope(scope: Scope, cohort: number, change: Sums, now: number): void {
  scope.lastAt = now;
  const index = scope.cells.findIndex(([one]) => one === cohort);
  const [, sums, isJudged]: CohortCell = scope.cells[index] ?? [cohort, NO_SUMS, false];
  const cell: CohortCell = [cohort, addSums(sums, change), isJudged];
  scope.cells.splice(index === -1 ? scope.cells.length : index, 1, cell);
  if (change[5] !== 0) spend(scope, Math.floor(cohort / DAY_MS) * DAY_MS, change[5]);
}

function spend(scope: Scope, day: number, price: number): void {
  const known = scope.spent.find(([start]) => start === day)?.[1] ?? 0;
  const others = scope.spent.filter(([start]) => start !== day);
  scope.spent = [...others, [day, known + price] satisfies [number, number]]
    .sort(([a], [b]) => a - b)
    .slice(-BASELINE_DAYS - 1);
}

function findScope(state: RuleState, key: string, now: number): Scope {
  const scope = state.scopes[key] ?? createScope(now);
  state.scopes[key] = scope;
  return scope;
}

/** Drops what no rule looks at, and what a clock that was ahead has left in the future. */
function forget(state: RuleState, now: number): void {
  const silent = Object.entries(state.scopes)
    .sort(([, a], [, b]) => b.lastAt - a.lastAt)
    .filter(([, { lastAt }], index) => index >= MAX_SCOPES || lastAt < now - FORGET_MS);
  for (const [key] of silent) delete state.scopes[key];
  for (const scope of Object.values(state.scopes)) {
    scope.firstAt = Math.min(scope.firstAt, now);
    scope.lastAt = Math.min(scope.lastAt, now);
    if (scope.hour[0] > now) scope.hour = [0, 0];
    scope.days = scope.days.filter(([start]) => start <= now);
    scope.spent = scope.spent.filter(([start]) => start <= now && start > now - (BASELINE_DAYS + 1) * DAY_MS);
    scope.cells = scope.cells.filter(
      ([cohort, , isJudged]) =>
        cohort <= now + CLOCK_AHEAD_MS &&
        cohort > now - LONGEST_PENDING_MS - LAST_HOUR_MS &&
        (!isJudged || cohort > now - LAST_HOUR_MS),
    );
  }
}
