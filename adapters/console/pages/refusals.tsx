import type { InsightAnswer } from "../../../src/insight/answer.ts";
import type { Stats } from "../answers.ts";
import type { Api } from "../api.ts";
import { toCount, toSegmentName } from "../format.ts";
import { Headline } from "../headline.tsx";
import { toHash } from "../place.ts";
import { RefusalTable } from "../refusal-table.tsx";
import { usePolled } from "../use-polled.ts";

interface Props {
  readonly api: Api;
  readonly insight: InsightAnswer;
  readonly onRefused: () => void;
}

const MOST_ROUTES = 10;

/** The messages that did not go out, and who refused them. */
export function Refusals({ api, insight, onRefused }: Props) {
  const stats = usePolled<Stats>(api, "/stats", onRefused);
  const { total, groups } = insight;
  const routes = groups
    .filter(({ metrics }) => metrics.refused.total > 0)
    .sort((one, other) => other.metrics.refused.total - one.metrics.refused.total)
    .slice(0, MOST_ROUTES);
  const counts = Object.entries(stats.value?.twoFactor ?? {});
  const limits = counts.filter(([name]) => name.startsWith("refused:"));
  const webhooks = counts.filter(([name]) => name.includes(":") && !name.startsWith("refused:"));
  return (
    <>
      <Headline
        title={
          total.refused.total === 0
            ? "Vonage refused no message"
            : `Vonage refused ${toCount(total.refused.total)} messages`
        }
      />
      <div class="columns">
        <section class="card">
          <header>
            <h2>Refused by Vonage</h2>
          </header>
          {total.refused.total === 0 ? (
            <p class="quiet">None in this time.</p>
          ) : (
            <RefusalTable byStatus={total.refused.byStatus} />
          )}
        </section>
        <section class="card">
          <header>
            <h2>Routes with most refusals</h2>
          </header>
          {routes.length === 0 ? (
            <p class="quiet">None.</p>
          ) : (
            <ul class="plain">
              {routes.map(({ segment, metrics }) => (
                <li key={toSegmentName(segment)}>
                  <a href={toHash({ page: "route", segment })}>{toSegmentName(segment)}</a>:{" "}
                  {toCount(metrics.refused.total)}
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
      <div class="columns">
        <section class="card">
          <header>
            <h2>Refused by your limits</h2>
          </header>
          <Counts rows={limits} empty="No code was refused by a limit of TWO_FACTOR_LIMITS." />
        </section>
        <section class="card">
          <header>
            <h2>Webhooks</h2>
          </header>
          <Counts rows={webhooks} empty="No webhook of Vonage’s has arrived." />
        </section>
      </div>
    </>
  );
}

function Counts({
  rows,
  empty,
}: {
  readonly rows: readonly (readonly [string, number])[];
  readonly empty: string;
}) {
  if (rows.length === 0) return <p class="quiet">{empty}</p>;
  return (
    <table>
      <tbody>
        {rows.map(([name, count]) => (
          <tr key={name}>
            <th scope="row">{name.replace("refused:", "").replaceAll(/[-_]/g, " ").replace(":", ": ")}</th>
            <td class="number">{toCount(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
