import type { AlarmCause, RuleName, Severity } from "../answer.ts";

/** A rule's finding: its alarm is open for as long as the rule finds it. */
export interface Finding {
  readonly rule: RuleName;
  /** The scope that it concerns. */
  readonly key: string;
  readonly severity: Severity;
  readonly cause: AlarmCause;
  readonly since: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly summary: string;
  readonly nextStep: string;
}

/** An alarm that stays as it is. */
export interface Kept {
  readonly rule: RuleName;
  readonly key: string;
  readonly isKept: true;
}

export const keep = (rule: RuleName, key: string): Kept => ({ rule, key, isKept: true });
