import type { Alarm, InsightAnswer } from "../../../src/insight/answer.ts";
import { AlarmCard, SeverityIcon } from "../alarm-card.tsx";
import { Funnel } from "../charts/funnel.tsx";
import { OverTime } from "../charts/over-time.tsx";
import { toAge, toCount, toEuros, toSegmentName, toShareText } from "../format.ts";
import { Figure, Headline } from "../headline.tsx";
import { toHash } from "../place.ts";
import { RouteList } from "../route-list.tsx";

interface Props {
  readonly insight: InsightAnswer;
  readonly alarms: readonly Alarm[];
  readonly now: number;
}

const SHOWN_ROUTES = 8;
const SHOWN_NOTES = 3;

export function Overview({ insight, alarms, now }: Props) {
  const { total, groups, series } = insight;
  const open = alarms.filter(({ endedAt }) => endedAt === null);
  const urgent = ["critical", "warning"].flatMap((one) => open.filter(({ severity }) => severity === one));
  const notes = open.filter(({ severity }) => severity === "info").slice(0, SHOWN_NOTES);
  const ended = alarms.filter(({ endedAt }) => endedAt !== null).slice(0, 3);
  if (total.sent === 0 && total.refused.total === 0 && alarms.length === 0) return <Nothing />;
  return (
    <>
      <Headline title={toVerdict(urgent.length)} metrics={total}>
        {total.cost.priced > 0 && (
          <Figure name="Spent without a sign-in">
            {toEuros(total.cost.notConverted)}
            <span class="quiet"> of {toEuros(total.cost.total)}</span>
          </Figure>
        )}
      </Headline>
      {urgent.length > 0 && (
        <section class="alarms" aria-label="Open alarms">
          {urgent.map((alarm) => (
            <AlarmCard key={alarm.id} alarm={alarm} now={now} />
          ))}
        </section>
      )}
      {notes.length > 0 && <Notes notes={notes} now={now} />}
      <div class="columns">
        <section class="card">
          <header>
            <h2>Routes, worst first</h2>
            <a href={toHash({ page: "routes" })}>All {toCount(groups.length)} routes</a>
          </header>
          <RouteList groups={groups.slice(0, SHOWN_ROUTES)} alarms={open} />
        </section>
        <section class="card">
          <header>
            <h2>From request to sign-in</h2>
          </header>
          <Funnel metrics={total} />
        </section>
      </div>
      <section class="card">
        <header>
          <h2>All routes over time</h2>
        </header>
        <OverTime
          points={series}
          range={insight}
          title={`Conversion of all routes: ${toShareText(total.conversion)}`}
        />
      </section>
      {ended.length > 0 && (
        <section class="alarms" aria-label="Alarms that are over">
          {ended.map((alarm) => (
            <AlarmCard key={alarm.id} alarm={alarm} now={now} />
          ))}
        </section>
      )}
    </>
  );
}

function Notes({ notes, now }: { readonly notes: readonly Alarm[]; readonly now: number }) {
  return (
    <ul class="notes" aria-label="Notes">
      {notes.map(({ id, severity, segment, summary, since }) => (
        <li key={id}>
          <SeverityIcon severity={severity} />
          <a href={toHash({ page: "route", segment })}>{toSegmentName(segment)}</a>
          <span>{summary}</span>
          <span class="quiet">{toAge(since, now)}</span>
        </li>
      ))}
    </ul>
  );
}

function toVerdict(urgent: number): string {
  if (urgent === 0) return "Every route converts as usual";
  return urgent === 1 ? "1 alarm needs you" : `${urgent} alarms need you`;
}

/** The first thing that a new operator sees. */
function Nothing() {
  return (
    <section class="empty card">
      <h1>No message yet</h1>
      <p>
        As soon as this Worker sends a code, or learns of one that you sent, its route appears here. A route
        is a country, a network and a channel. You will see how many users came back with the code, beside
        what the carrier claims.
      </p>
      <ol>
        <li>
          <strong>The Worker sends your codes</strong> with <code>POST /2fa</code>: nothing more to do.
        </li>
        <li>
          <strong>You send them yourself</strong>: announce each message with <code>POST /messages</code>, and
          give <code>to</code>, or <code>country</code> and <code>network</code>.
        </li>
        <li>
          <strong>Receipts</strong>: point Vonage’s delivery receipts to{" "}
          <code>/webhooks/delivery-receipt</code>, to see which carriers fake them.
        </li>
      </ol>
    </section>
  );
}
