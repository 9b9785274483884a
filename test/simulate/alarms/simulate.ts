// False alarms and delays of the rules, against a rule that one would write first. Everything follows from the seed.

import { COHORT_MS } from "../../../src/insight/cohort.ts";
import { evaluate } from "../../../src/insight/rules/evaluate.ts";
import type { RuleState } from "../../../src/insight/rules/state.ts";
import { createNaiveRule } from "./naive.ts";
import { createRandom } from "./random.ts";
import { createTraffic, type World } from "./world.ts";

/** Sizes of the simulation. Times are in days. */
export interface Sizes {
  readonly seed: number;
  /** Days in which nothing is wrong, after 15 days of learning. */
  readonly days: number;
  /** Repetitions of each fault. */
  readonly faults: number;
}

/** Results of one volume in one world. Delays are medians in minutes; `null`: most were not found within five days. */
export interface Result {
  readonly messagesPerHour: number;
  readonly swing: number;
  /** Alarms in 30 days in which nothing is wrong. */
  readonly falseAlarms: number;
  readonly naiveFalseAlarms: number;
  /** From 85 % to 55 %. */
  readonly drop: number | null;
  readonly naiveDrop: number | null;
  /** From 85 % to 0 %. */
  readonly outage: number | null;
  /** A bogus message a minute. */
  readonly pumping: number | null;
}

const CONVERSION = 0.85;
const DAY_MS = 86_400_000;
const LEARNING_DAYS = 15;
const LONGEST_DELAY_MS = 5 * DAY_MS;
const MINUTE_MS = 60_000;
/** Counters arrive within a minute. */
const GATHERED_MS = MINUTE_MS;
const BEGIN = Date.UTC(2026, 0, 5);

/** Messages an hour. */
const VOLUMES = [3, 20, 200] as const;
const SWINGS = [0, 0.03] as const;

/** Simulates some volumes in both worlds. Each result follows from the seed, whatever else is simulated. */
export const simulateAlarms = (sizes: Sizes, volumes: readonly number[] = VOLUMES): Result[] =>
  SWINGS.flatMap((swing) => volumes.map((messagesPerHour) => simulate({ messagesPerHour, swing }, sizes)));

function simulate(
  { messagesPerHour, swing }: Pick<World, "messagesPerHour" | "swing">,
  sizes: Sizes,
): Result {
  const random = createRandom(sizes.seed + messagesPerHour * 1000 + swing * 100);
  const normal: World = { messagesPerHour, swing, conversion: CONVERSION, bogusPerHour: 0 };
  const learned = watch(normal, undefined, BEGIN, LEARNING_DAYS * DAY_MS, random);
  const start = BEGIN + LEARNING_DAYS * DAY_MS;
  const calm = watch(normal, learned.state, start, sizes.days * DAY_MS, random);
  const per30Days = (count: number) => (count * 30) / sizes.days;

  const delaysOf = (fault: Partial<World>) => {
    const found = Array.from({ length: sizes.faults }, () => {
      // Every fault begins at another time of the day, with the same knowledge.
      const wait = Math.floor(random() * 288) * COHORT_MS;
      const before = watch(normal, learned.state, start, wait, random);
      const world = { ...normal, ...fault };
      return watch(world, before.state, start + wait, LONGEST_DELAY_MS, random, MINUTE_MS);
    });
    return {
      rules: median(found.map(({ first }) => first)),
      naive: median(found.map(({ naiveFirst }) => naiveFirst)),
    };
  };
  const drop = delaysOf({ conversion: 0.55 });
  return {
    messagesPerHour,
    swing,
    falseAlarms: per30Days(calm.alarms),
    naiveFalseAlarms: per30Days(calm.naive),
    drop: drop.rules,
    naiveDrop: drop.naive,
    outage: delaysOf({ conversion: 0, swing: 0 }).rules,
    pumping: delaysOf({ bogusPerHour: 60 }).rules,
  };
}

interface Watched {
  readonly state: RuleState | undefined;
  readonly alarms: number;
  readonly naive: number;
  /** Minutes from the beginning to the first alarm; infinite without one. */
  readonly first: number;
  readonly naiveFirst: number;
}

/**
 * Runs the rules over some time.
 *
 * @param every The rules run so often. Where nothing is wrong, five minutes are enough; a delay is measured by the minute.
 */
function watch(
  world: World,
  before: RuleState | undefined,
  start: number,
  length: number,
  random: () => number,
  every = COHORT_MS,
): Watched {
  const traffic = createTraffic(random);
  const naive = createNaiveRule(CONVERSION);
  let state = before;
  let [alarms, naiveAlarms] = [0, 0];
  let [first, naiveFirst] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let at = start; at < start + length; at += COHORT_MS) {
    traffic.send(world, at);
    for (let now = at + every; now <= at + COHORT_MS; now += every) {
      // Counters of a minute ago have arrived.
      const cells = traffic.look(now - GATHERED_MS);
      const result = evaluate(state, { cells }, now);
      state = result.state;
      const raised = result.alarms.filter(({ endedAt, severity }) => endedAt === null && severity !== "info");
      alarms += new Set(raised.map(({ id }) => id)).size;
      if (raised.length > 0) first = Math.min(first, (now - start) / 60_000);
      if (naive.next(cells, now)) {
        naiveAlarms++;
        naiveFirst = Math.min(naiveFirst, (now - start) / 60_000);
      }
    }
    if (every < COHORT_MS && Number.isFinite(first) && Number.isFinite(naiveFirst)) break;
  }
  return { state, alarms, naive: naiveAlarms, first, naiveFirst };
}

function median(minutes: readonly number[]): number | null {
  const ascending = [...minutes].sort((a, b) => a - b);
  const middle = ascending[Math.floor(ascending.length / 2)] ?? Number.POSITIVE_INFINITY;
  return Number.isFinite(middle) ? middle : null;
}
