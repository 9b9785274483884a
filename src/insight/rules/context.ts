import type { Alarm, Baseline, RuleName } from "../answer.ts";
import { lineageOf, toPartialKey } from "../partial-segment.ts";
import { isWithin, parseScopeKey } from "./scope.ts";
import type { RuleState, Scope } from "./state.ts";
import { swingAt, usualConversion } from "./usual.ts";

/** The input of every rule: the state, the clock, and what is usual. */
export interface Context {
  readonly state: RuleState;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The usual conversion of a scope, or of the one above it. */
  readonly baselineOf: (key: string) => Baseline;
  /** The usual conversion at that time of the day. */
  readonly expectedAt: (key: string, at: number) => number;
}

/** Fixes what is usual at the beginning of a call, so that the order of the rules does not matter. */
export function createContext(state: RuleState, now: number): Context {
  const known = new Map<string, Baseline>();
  const baselineOf = (key: string): Baseline => {
    const baseline = known.get(key) ?? usualConversion(state.scopes[key], parentBaseline(key), now);
    known.set(key, baseline);
    return baseline;
  };
  const parentBaseline = (key: string): Baseline | undefined => {
    const [parent] = scopesAbove(key);
    return parent === undefined ? undefined : baselineOf(parent);
  };
  const expectedAt = (key: string, at: number): number =>
    baselineOf(key).share + swingAt(state.scopes[key], at, "conversion");
  return { state, now, baselineOf, expectedAt };
}

/** The scopes above one, from narrow to wide. */
export const scopesAbove = (key: string): string[] =>
  lineageOf(parseScopeKey(key)).slice(1).map(toPartialKey);

export const listScopes = ({ scopes }: RuleState): [string, Scope][] => Object.entries(scopes);

export const openAlarm = ({ open }: RuleState, rule: RuleName, key: string): Alarm | undefined =>
  open[`${rule}:${key}`];

/** Open alarms of some rules, about one scope, one above it, or one below it. */
export function hasRelated(state: RuleState, rules: readonly RuleName[], key: string): boolean {
  return Object.keys(state.open).some((name) => {
    const end = name.indexOf(":");
    const other = name.slice(end + 1);
    return rules.includes(name.slice(0, end) as RuleName) && (isWithin(key, other) || isWithin(other, key));
  });
}
