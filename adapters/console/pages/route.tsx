import type { Alarm, InsightAnswer, PartialSegment } from "../../../src/insight/answer.ts";
import { AlarmCard } from "../alarm-card.tsx";
import { Histogram } from "../charts/histogram.tsx";
import { OverTime } from "../charts/over-time.tsx";
import { ShareBar } from "../charts/share-bar.tsx";
import { toCount, toDuration, toEuros, toSegmentName, toShareText } from "../format.ts";
import { Figure, Headline } from "../headline.tsx";
import { toHash } from "../place.ts";
import { RefusalTable } from "../refusal-table.tsx";

interface Props {
  readonly segment: PartialSegment;
  readonly insight: InsightAnswer;
  readonly alarms: readonly Alarm[];
  readonly now: number;
}

export function Route({ segment, insight, alarms, now }: Props) {
  const { total, series, groups } = insight;
  const baseline = groups.length === 1 ? groups[0]?.baseline.share : undefined;
  const own = alarms.filter((alarm) => concerns(alarm.segment, segment));
  const open = own.filter(({ endedAt }) => endedAt === null);
  const { converted, notConverted, value } = total.receiptInformation;
  return (
    <>
      <nav class="trail" aria-label="Trail">
        <a href={toHash({ page: "routes" })}>Routes</a> <span aria-hidden="true">›</span>
      </nav>
      <Headline title={toSegmentName(segment)} metrics={total}>
        {total.timeToConvert.p50 !== null && (
          <Figure name="Time to convert">
            {toDuration(total.timeToConvert.p50)}
            {total.timeToConvert.p90 !== null && (
              <span class="quiet"> · 90 % within {toDuration(total.timeToConvert.p90)}</span>
            )}
          </Figure>
        )}
      </Headline>
      {open.length > 0 && (
        <section class="alarms" aria-label="Open alarms">
          {open.map((alarm) => (
            <AlarmCard key={alarm.id} alarm={alarm} now={now} isHere />
          ))}
        </section>
      )}
      <section class="card">
        <header>
          <h2>Conversion over time</h2>
        </header>
        <OverTime
          points={series}
          range={insight}
          {...(baseline !== undefined && { baseline })}
          title={`Conversion on ${toSegmentName(segment)}: ${toShareText(total.conversion)}`}
        />
      </section>
      <div class="thirds">
        <section class="card">
          <header>
            <h2>Do its receipts tell the truth?</h2>
          </header>
          <p>{toVerdict(value)}</p>
          <p class="quiet">How often the receipt says “delivered”:</p>
          <ShareBar name="Users who came back" share={converted} />
          <ShareBar name="Users who did not" share={notConverted} />
        </section>
        <section class="card">
          <header>
            <h2>Time until users come back</h2>
          </header>
          {total.converted === 0 ? (
            <p class="quiet">No user came back in this time.</p>
          ) : (
            <Histogram buckets={total.timeToConvert.buckets} title="Time until users come back" />
          )}
        </section>
        <section class="card">
          <header>
            <h2>Cost and rescue</h2>
          </header>
          <dl class="facts">
            <div>
              <dt>Spent</dt>
              <dd>{total.cost.priced === 0 ? "no price known" : toEuros(total.cost.total)}</dd>
            </div>
            <div>
              <dt>Spent on messages that did not convert</dt>
              <dd>{total.cost.priced === 0 ? "–" : toEuros(total.cost.notConverted)}</dd>
            </div>
            <div>
              <dt>Each sign-in</dt>
              <dd>{total.cost.perConversion === null ? "–" : toEuros(total.cost.perConversion)}</dd>
            </div>
            <div>
              <dt>Rescued by a later message</dt>
              <dd>{total.rescue.of === 0 ? "–" : toShareText(total.rescue)}</dd>
            </div>
            <div>
              <dt>Superseded, cancelled</dt>
              <dd>
                {toCount(total.superseded)}, {toCount(total.cancelled)}
              </dd>
            </div>
          </dl>
        </section>
      </div>
      {total.refused.total > 0 && (
        <section class="card">
          <header>
            <h2>Refused by Vonage</h2>
          </header>
          <RefusalTable byStatus={total.refused.byStatus} />
        </section>
      )}
    </>
  );
}

function toVerdict(information: number | null): string {
  if (information === null) return "Too few messages on either side to tell.";
  if (information < 0.1) return "No. They say the same whether the message arrived or not.";
  if (information < 0.5) return "Partly. They are more often right than wrong.";
  return "Yes. They say “delivered” for messages that arrived, and seldom for others.";
}

/** An alarm of a whole country concerns each of its routes. */
function concerns(alarm: PartialSegment, segment: PartialSegment): boolean {
  const names = ["traffic", "channel", "country", "network"] as const;
  return names.every(
    (name) => alarm[name] === undefined || segment[name] === undefined || alarm[name] === segment[name],
  );
}
