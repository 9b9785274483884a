// From counters to the answer of `GET /insight`. It takes the time of one object that all sources share, so every cell is
// read once, and its many counters are added up in place.

import type { Alarm, Group, InsightAnswer, PartialSegment } from "./answer.ts";
import { createBaselines } from "./baselines.ts";
import type { Cell } from "./cell.ts";
import { collectGroups, foldGroups, type GroupTally, sumUp } from "./group-tally.ts";
import { toMetrics } from "./metrics.ts";
import { overlaps } from "./partial-segment.ts";
import { type InsightQuery, stepOf } from "./query.ts";
import { createScores } from "./scores.ts";
import { toPoints } from "./series.ts";

/** The data that an answer is made of. */
export interface ProjectInput {
  /** Cells of the query's period, merged over all sources, in cohorts no longer than the query's step. */
  readonly cells: Iterable<Cell>;
  /** Cells of the 14 days before `to`, in cohorts of up to a day, for the baselines. */
  readonly history: Iterable<Cell>;
  /** Alarms of the last 14 days. Days with an alarm about conversion do not count for a baseline. */
  readonly alarms: readonly Alarm[];
}

/** Answers a query: metrics of everything that matches it and of each group, with baselines, scores and open alarms. */
export function project({ cells, history, alarms }: ProjectInput, query: InsightQuery): InsightAnswer {
  const { groups, folded } = foldGroups(collectGroups(cells, query));
  const total = sumUp(groups);
  const baselineOf = createBaselines(history, alarms, query);
  const scoreOf = createScores(groups.map(toScored));
  const open = alarms.filter(({ endedAt }) => endedAt === null);
  const toGroup = ({ segment, tally, steps }: GroupTally): Group => {
    const { share, source } = baselineOf(segment);
    return {
      segment,
      metrics: toMetrics(Object.fromEntries(tally)),
      baseline: { share: round(share), source },
      score: round(scoreOf(segment)),
      ...(query.series && { series: toPoints(steps) }),
      alarms: open.filter((alarm) => concerns(alarm.segment, segment)).map(({ id }) => id),
    };
  };
  return {
    from: new Date(query.from).toISOString(),
    to: new Date(query.to).toISOString(),
    step: stepOf(query) / 1000,
    by: query.by,
    total: toMetrics(Object.fromEntries(total.tally)),
    series: toPoints(total.steps),
    groups: groups.map(toGroup).sort((a, b) => a.score - b.score || b.metrics.sent - a.metrics.sent),
    folded,
  };
}

function toScored({ segment, tally }: GroupTally) {
  const converted = tally.get("converted") ?? 0;
  return { segment, converted, settled: converted + (tally.get("notConverted") ?? 0) };
}

/** A group shows the alarms of its country or network, but not those about all countries. */
function concerns(alarm: PartialSegment, group: PartialSegment): boolean {
  if (!overlaps(alarm, group)) return false;
  if (group.country === undefined && group.network === undefined) return true;
  return (
    (alarm.country !== undefined && group.country !== undefined) ||
    (alarm.network !== undefined && group.network !== undefined)
  );
}

const round = (share: number) => Math.round(share * 1e4) / 1e4;
