import { useState } from "preact/hooks";
import type { Alarm, Group, InsightAnswer } from "../../../src/insight/answer.ts";
import { SeverityIcon, toHeadline } from "../alarm-card.tsx";
import { Interval, IntervalLegend } from "../charts/interval.tsx";
import { Sparkline } from "../charts/sparkline.tsx";
import type { Range } from "../charts/steps.ts";
import { toCount, toDuration, toEuros, toPercent, toSegmentName, toShareText } from "../format.ts";
import { toHash } from "../place.ts";
import { findAlarm, toClaim } from "../route-list.tsx";

interface Column {
  readonly name: string;
  readonly hint: string;
  /** `undefined` is sorted last. */
  readonly read: (group: Group) => number | string | undefined;
  readonly isNumber: boolean;
}

const COLUMNS = {
  route: {
    name: "Route",
    hint: "country, network, channel",
    read: ({ segment }) => toSegmentName(segment),
    isNumber: false,
  },
  conversion: {
    name: "Conversion",
    hint: "users who came back; sorted by an estimate that allows for few messages",
    read: ({ score }) => score,
    isNumber: false,
  },
  sent: { name: "Sent", hint: "messages", read: ({ metrics }) => metrics.sent, isNumber: true },
  claim: {
    name: "Receipts",
    hint: "settled messages whose carrier claims delivered",
    read: ({ metrics }) => {
      const { count, of } = toClaim(metrics);
      return of === 0 ? undefined : count / of;
    },
    isNumber: true,
  },
  information: {
    name: "Receipt information",
    hint: "0: receipts say nothing about arrival; 1: they tell exactly",
    read: ({ metrics }) => metrics.receiptInformation.value ?? undefined,
    isNumber: true,
  },
  time: {
    name: "Time to convert",
    hint: "half of the users came back within this time",
    read: ({ metrics }) => metrics.timeToConvert.p50 ?? undefined,
    isNumber: true,
  },
  cost: {
    name: "Per sign-in",
    hint: "price of all messages ÷ sign-ins",
    read: ({ metrics }) => metrics.cost.perConversion ?? undefined,
    isNumber: true,
  },
} satisfies Readonly<Record<string, Column>>;

type ColumnId = keyof typeof COLUMNS;

const COLUMN_IDS = Object.keys(COLUMNS) as ColumnId[];

interface Props {
  readonly insight: InsightAnswer;
  readonly alarms: readonly Alarm[];
}

export function Routes({ insight, alarms }: Props) {
  const [sorting, setSorting] = useState<{ readonly by: ColumnId; readonly descending: boolean }>({
    by: "conversion",
    descending: false,
  });
  const [search, setSearch] = useState("");
  const open = alarms.filter(({ endedAt }) => endedAt === null);
  const wanted = search.trim().toLowerCase();
  const groups = sort(
    insight.groups.filter(({ segment }) => toSegmentName(segment).toLowerCase().includes(wanted)),
    COLUMNS[sorting.by],
    sorting.descending,
  );
  return (
    <section class="card">
      <header>
        <h1>Routes</h1>
        <label class="search">
          <span class="spoken">Search routes</span>
          <input
            type="search"
            placeholder="Country or network"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
      </header>
      <IntervalLegend />
      {groups.length === 0 ? (
        <p class="quiet">{wanted === "" ? "No messages in this time." : "No route has this name."}</p>
      ) : (
        <div class="scroll">
          <table class="routes">
            <thead>
              <tr>
                {COLUMN_IDS.map((id) => {
                  const isSorted = sorting.by === id;
                  const order = sorting.descending ? "descending" : "ascending";
                  return (
                    <th
                      key={id}
                      scope="col"
                      class={COLUMNS[id].isNumber ? "number" : ""}
                      aria-sort={isSorted ? order : "none"}
                    >
                      <button
                        type="button"
                        title={COLUMNS[id].hint}
                        onClick={() =>
                          setSorting({
                            by: id,
                            descending: isSorted ? !sorting.descending : COLUMNS[id].isNumber,
                          })
                        }
                      >
                        {COLUMNS[id].name}
                        <span class="arrow" aria-hidden="true">
                          {isSorted ? (sorting.descending ? "▼" : "▲") : ""}
                        </span>
                      </button>
                    </th>
                  );
                })}
                <th scope="col">Over time</th>
              </tr>
            </thead>
            <tbody>
              {groups.map((group) => (
                <Row
                  key={toSegmentName(group.segment)}
                  range={insight}
                  group={group}
                  alarm={findAlarm(group, open)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {insight.folded > 0 && (
        <p class="quiet">{toCount(insight.folded)} further routes are counted together as “other”.</p>
      )}
    </section>
  );
}

interface RowProps {
  readonly range: Range;
  readonly group: Group;
  readonly alarm: Alarm | undefined;
}

function Row({ range, group, alarm }: RowProps) {
  const { segment, metrics, baseline, series = [] } = group;
  const claim = toClaim(metrics);
  const { value: information } = metrics.receiptInformation;
  const { p50, p90 } = metrics.timeToConvert;
  return (
    <tr data-bad={alarm !== undefined}>
      <th scope="row">
        <a href={toHash({ page: "route", segment })}>{toSegmentName(segment)}</a>
        {alarm !== undefined && (
          <span class="tag" data-severity={alarm.severity}>
            <SeverityIcon severity={alarm.severity} /> {toHeadline(alarm.cause)}
          </span>
        )}
      </th>
      <td class="conversion">
        <Interval
          conversion={metrics.conversion}
          baseline={baseline.share}
          receipts={claim}
          isBad={alarm !== undefined}
        />
        <span class="figures">{toShareText(metrics.conversion)}</span>
      </td>
      <td class="number">{toCount(metrics.sent)}</td>
      <td class="number">
        {claim.of === 0 ? "–" : `${toCount(claim.count)} of ${toCount(claim.of)}`}
        {claim.of >= 20 && <span class="quiet"> {toPercent(claim.count / claim.of)}</span>}
      </td>
      <td class="number">{information === null ? "–" : information.toFixed(2)}</td>
      <td class="number">
        {p50 === null ? "–" : toDuration(p50)}
        {p90 !== null && <span class="quiet"> · 90 % {toDuration(p90)}</span>}
      </td>
      <td class="number">
        {metrics.cost.perConversion === null ? "–" : toEuros(metrics.cost.perConversion)}
      </td>
      <td>
        <Sparkline
          points={series}
          range={range}
          label={`Conversion over time on ${toSegmentName(segment)}`}
        />
      </td>
    </tr>
  );
}

function sort(groups: readonly Group[], { read }: Column, descending: boolean): Group[] {
  return [...groups].sort((one, other) => {
    const [a, b] = [read(one), read(other)];
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    const order = typeof a === "string" ? a.localeCompare(String(b)) : a - Number(b);
    return descending ? -order : order;
  });
}
