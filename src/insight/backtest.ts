import type { Alarm } from "./answer.ts";
import type { PastMessage } from "./backtest-table.ts";
import { type Cell, mergeCells } from "./cell.ts";
import { COHORT_MS, type Cohort, toCohort } from "./cohort.ts";
import { contributionOf } from "./contribution.ts";
import { evaluate } from "./rules/evaluate.ts";
import type { RuleState } from "./rules/state.ts";

/** A table has no time at which a message counted as not converted: the workflow's default lifetime of a code. */
const LIFETIME_MS = 300_000;

/** Counters arrive within two minutes after their cohort. */
const GATHERED_MS = COHORT_MS + 2 * 60_000;

/** For so long after the last message the rules run on, so that alarms can end. */
const AFTERWARDS_MS = 2 * 3_600_000;

/**
 * Runs the rules over past messages, as if the clock had gone from the first of them to the last. The first weeks raise
 * fewer and other alarms than the rest: the rules learn what is usual from 14 days.
 *
 * @param messages In any order.
 * @returns The alarms in order of time.
 *
 * @example
 * const { messages, faults } = parseBacktest(await readFile("messages.csv", "utf8"));
 * for (const { since, summary } of backtest(messages ?? [])) console.log(since, summary);
 */
export function backtest(messages: readonly PastMessage[]): Alarm[] {
  const cohorts = toCohorts(messages);
  const alarms = new Map<string, Alarm>();
  let state: RuleState | undefined;
  for (const at of listTimes([...cohorts.keys()])) {
    const now = at + GATHERED_MS;
    const recent = [...(cohorts.get(at - COHORT_MS) ?? []), ...(cohorts.get(at) ?? [])];
    const cells = mergeCells(recent.flatMap((message) => toCells(message, now)));
    const result = evaluate(state, { cells }, now);
    state = result.state;
    for (const alarm of result.alarms) alarms.set(alarm.id, alarm);
  }
  return [...alarms.values()];
}

function toCohorts(messages: readonly PastMessage[]): ReadonlyMap<Cohort, PastMessage[]> {
  const cohorts = new Map<Cohort, PastMessage[]>();
  for (const message of messages) {
    const at = toCohort(message.facts.sentAt);
    const known = cohorts.get(at);
    if (known === undefined) cohorts.set(at, [message]);
    else known.push(message);
  }
  return cohorts;
}

/** Every five minutes from the first cohort to some time after the last; long silences are left out. */
function listTimes(cohorts: readonly Cohort[]): Cohort[] {
  const times = new Set<Cohort>();
  for (const cohort of cohorts) {
    for (let at = cohort; at <= cohort + AFTERWARDS_MS; at += COHORT_MS) times.add(at);
  }
  return [...times].sort((a, b) => a - b);
}

/** A message that is not converted is pending until its code has expired. */
function toCells({ segment, delivered, facts }: PastMessage, now: number): Cell[] {
  const { traffic, channel } = segment;
  const isPending = !delivered && now < facts.sentAt + LIFETIME_MS;
  return contributionOf({
    traffic,
    channel,
    delivered: isPending ? null : delivered,
    occurredAt: facts.sentAt,
    since: facts.sentAt,
    recorded: false,
    dead: false,
    facts,
  });
}
