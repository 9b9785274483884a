import type { Alarm } from "../answer.ts";
import type { Cell } from "../cell.ts";
import { absorb } from "./absorb.ts";
import { createContext } from "./context.ts";
import { findDrops } from "./drop.ts";
import type { Finding, Kept } from "./finding.ts";
import { judge } from "./judge.ts";
import { findNewSegments } from "./new-segment.ts";
import { type BlockActivity, findNumberBlocks } from "./number-block.ts";
import { findPumping, forgetBogus } from "./pumping.ts";
import { findChangedReceipts } from "./receipts-changed.ts";
import { findLateReports, type Health } from "./reports-late.ts";
import { parseScopeKey } from "./scope.ts";
import { findSpending } from "./spend.ts";
import { createState, type RuleState, type Scope } from "./state.ts";

/** Everything that happened since the last call. */
export interface RuleInput {
  /**
   * The cells of five minutes that have changed, absolute and merged over all sources. A cell that is given again changes
   * nothing.
   */
  readonly cells: readonly Cell[];
  /** The number blocks of the last hour, merged over all sources. */
  readonly blocks?: readonly BlockActivity[];
  readonly health?: Health;
  /** EUR that a day may cost before an alarm. */
  readonly dailySpend?: number;
}

/**
 * Runs the rules. Call it about once a minute while there is traffic or an open alarm; a late call only delays alarms.
 *
 * @param before The state that the last call returned; `undefined` at first. It learns what is usual by itself.
 * @param now Epoch milliseconds.
 * @returns The new state, and the alarms that were raised, changed or ended, with the same id from beginning to end.
 */
export function evaluate(
  before: RuleState | undefined,
  input: RuleInput,
  now: number,
): { readonly state: RuleState; readonly alarms: readonly Alarm[] } {
  const state = before?.version === 1 ? copy(before) : createState(now);
  absorb(state, input.cells, now);
  noteDead(before, state, input.health, now);
  const context = createContext(state, now);
  judge(context);
  const alarms: Alarm[] = [];
  const apply = (rule: Alarm["rule"], found: readonly (Finding | Kept)[]) =>
    alarms.push(...update(state, rule, found, now));
  apply("pumping", findPumping(context));
  forgetBogus(context);
  apply("drop", findDrops(context));
  apply("number-block", findNumberBlocks(input.blocks ?? [], context));
  apply("new-segment", findNewSegments(context));
  apply("receipts-changed", findChangedReceipts(context));
  apply("reports-late", findLateReports(input.health, context));
  apply("spend", findSpending(input.dailySpend, context));
  return { state, alarms };
}

/** The rules replace what they change in a scope, so one level is enough. `structuredClone` takes longer than all rules. */
function copy({ scopes, open, ...others }: RuleState): RuleState {
  const copies = Object.entries(scopes).map(([key, scope]): [string, Scope] => [key, { ...scope }]);
  return { ...others, open: { ...open }, scopes: Object.fromEntries(copies) };
}

/** Dead reports that were there before the first call are no news. */
function noteDead(
  before: RuleState | undefined,
  state: RuleState,
  health: Health | undefined,
  now: number,
): void {
  if (health === undefined) return;
  if (before !== undefined && health.dead > state.dead) state.deadAt = now;
  state.dead = health.dead;
}

/** Opens, changes and ends the alarms of one rule by its findings, in place. */
function update(
  state: RuleState,
  rule: Alarm["rule"],
  found: readonly (Finding | Kept)[],
  now: number,
): readonly Alarm[] {
  const changed: Alarm[] = [];
  const names = new Set(found.map(({ key }) => `${rule}:${key}`));
  for (const [name, alarm] of Object.entries(state.open)) {
    if (alarm.rule !== rule || names.has(name)) continue;
    delete state.open[name];
    changed.push({ ...alarm, endedAt: new Date(now).toISOString() });
  }
  for (const finding of found) {
    if ("isKept" in finding) continue;
    const name = `${rule}:${finding.key}`;
    const known = state.open[name];
    if (known?.cause === finding.cause && known.severity === finding.severity) continue;
    const alarm = toAlarm(finding, known, now);
    state.open[name] = alarm;
    changed.push(alarm);
  }
  return changed;
}

function toAlarm({ key, since, ...finding }: Finding, known: Alarm | undefined, now: number): Alarm {
  const identity = known ?? {
    id: `${finding.rule}:${key}:${Math.floor(now / 1000)}`,
    since: new Date(since).toISOString(),
  };
  const { rule, severity, cause, summary, nextStep, figures } = finding;
  const segment = parseScopeKey(key);
  return {
    id: identity.id,
    rule,
    severity,
    cause,
    segment,
    since: identity.since,
    endedAt: null,
    summary,
    nextStep,
    figures,
    paused: null,
  };
}
