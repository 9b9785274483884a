import type { Alarm, Group, Metrics, Share } from "../../src/insight/answer.ts";
import { SeverityIcon, toHeadline } from "./alarm-card.tsx";
import { Interval, IntervalLegend } from "./charts/interval.tsx";
import { toSegmentName, toShareText } from "./format.ts";
import { toHash } from "./place.ts";

interface Props {
  readonly groups: readonly Group[];
  readonly alarms: readonly Alarm[];
}

/** The picture of all routes: conversion beside what the carriers claim. */
export function RouteList({ groups, alarms }: Props) {
  return (
    <div class="route-list">
      <IntervalLegend />
      <ol>
        {groups.map((group) => {
          const { segment, metrics, baseline } = group;
          const alarm = findAlarm(group, alarms);
          return (
            <li key={toSegmentName(segment)}>
              <a href={toHash({ page: "route", segment })} data-bad={alarm !== undefined}>
                <span class="route">
                  {toSegmentName(segment)}
                  {alarm !== undefined && (
                    <span class="tag" data-severity={alarm.severity}>
                      <SeverityIcon severity={alarm.severity} /> {toHeadline(alarm.cause)}
                    </span>
                  )}
                </span>
                <Interval
                  conversion={metrics.conversion}
                  baseline={baseline.share}
                  receipts={toClaim(metrics)}
                  isBad={alarm !== undefined}
                />
                <span class="figures">{toShareText(metrics.conversion)}</span>
              </a>
            </li>
          );
        })}
      </ol>
      <div class="scale" aria-hidden="true">
        <span>0 %</span>
        <span>50 %</span>
        <span>100 %</span>
      </div>
    </div>
  );
}

/** The most severe open alarm of a route. */
export function findAlarm({ alarms: ids }: Group, alarms: readonly Alarm[]): Alarm | undefined {
  const own = alarms.filter(({ id, severity }) => ids.includes(id) && severity !== "info");
  return own.find(({ severity }) => severity === "critical") ?? own[0];
}

/** The share of settled messages whose receipt says delivered. No interval is drawn for it. */
export function toClaim({ receipts }: Metrics): Share {
  const of = Object.values(receipts).reduce((sum, count) => sum + count, 0);
  return { count: receipts.delivered, of, share: null, low: null, high: null };
}
