// Makes the answer for a problem (RFC 9457).

import { PROBLEM_TYPE } from "../../src/wire/problem-type.ts";
import type { Answer } from "./answer.ts";
import type { LogEntry } from "./log.ts";
import { PROBLEMS, type ProblemName } from "./problems.ts";

/** Members beyond those of RFC 9457. */
export interface ProblemExtensions {
  /**
   * The exact cause, and what to do.
   *
   * @default the faults of `errors`, or else the detail of the table
   */
  readonly detail?: string;
  /** Every fault of the parameters. */
  readonly errors?: readonly { readonly parameter: string; readonly detail: string }[];
  /** Number of guesses left. */
  readonly attemptsLeft?: number;
  /** With `send-uncertain`: the id of the challenge, which exists although the call failed. */
  readonly id?: string;
  readonly channel?: string;
  readonly expiresAt?: string;
  /** Names of settings that are missing. */
  readonly missing?: readonly string[];
  /** Settings that are wrong, each with the rule it breaks. */
  readonly invalid?: readonly { readonly name: string; readonly detail: string }[];
}

/** Makes the answer for a problem. */
export function problem(
  name: ProblemName,
  extensions: ProblemExtensions = {},
  headers: Readonly<Record<string, string>> = {},
  log: Partial<LogEntry> = {},
): Answer {
  const [status, title] = PROBLEMS[name];
  const detail = toDetail(name, extensions);
  return {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
    body: JSON.stringify({ type: PROBLEM_TYPE + name, title, status, ...extensions, detail }),
    log: { ...log, outcome: name },
  };
}

/** A detail repeats this many faults at most; `errors` has all of them. */
const FAULTS_IN_DETAIL = 5;

/** Gives the detail of a problem. */
export function toDetail(
  name: ProblemName,
  { detail, errors = [] }: Pick<ProblemExtensions, "detail" | "errors">,
): string {
  if (detail !== undefined) return detail;
  if (errors.length === 0) return PROBLEMS[name][2];
  const faults = errors.slice(0, FAULTS_IN_DETAIL).map((one) => `${one.parameter} ${one.detail}`.trim());
  const more = errors.length - faults.length;
  return `${faults.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
}
