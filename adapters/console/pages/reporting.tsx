import { useState } from "preact/hooks";
import type { InsightAnswer } from "../../../src/insight/answer.ts";
import type { Report, ReportPage, Stats } from "../answers.ts";
import type { Api } from "../api.ts";
import { ShareBar } from "../charts/share-bar.tsx";
import { toAge, toCount, toDuration, toTime } from "../format.ts";
import { Figure, Headline } from "../headline.tsx";
import { usePolled } from "../use-polled.ts";

interface Props {
  readonly api: Api;
  readonly insight: InsightAnswer;
  readonly now: number;
  readonly onRefused: () => void;
}

/** The share of reports that should reach Vonage within its routing window. */
const ENOUGH = 0.95;
const PAGE = 50;

const CAUSES: Readonly<Record<string, string>> = {
  outage: "Vonage does not answer",
  unauthorized: "Vonage refuses the key or its secret",
  not_enabled: "the Conversion API is not enabled for this key; ask Vonage support",
  throttled: "Vonage asked to slow down",
  recovering: "Vonage takes reports again; the pace is growing",
};

/** Do reports reach Vonage in time, and if not, why? */
export function Reporting({ api, insight, now, onRefused }: Props) {
  const stats = usePolled<Stats>(api, "/stats", onRefused);
  const dead = usePolled<ReportPage>(api, `/reports?state=dead&limit=${PAGE}`, onRefused);
  const queued = usePolled<ReportPage>(api, `/reports?state=queued&limit=${PAGE}`, onRefused);
  const { within60s, within15min, p50, p95 } = insight.total.reportLag;
  const { reports, oldestWaiting, gates = [] } = stats.value ?? {};
  const waiting = (reports?.queued ?? 0) + (reports?.sending ?? 0);
  const isLate = within15min.share !== null && within15min.share < ENOUGH;
  return (
    <>
      <Headline title={toVerdict(reports?.dead ?? 0, gates.length > 0, isLate)}>
        <Figure name="Waiting">
          {toCount(waiting)}
          {oldestWaiting && (
            <span class="quiet"> · the oldest for {toAge(oldestWaiting, now).replace(" ago", "")}</span>
          )}
        </Figure>
        <Figure name="Dead">{toCount(reports?.dead ?? 0)}</Figure>
        <Figure name="Expected from users">{toCount(reports?.tracking ?? 0)}</Figure>
      </Headline>
      {stats.failure !== undefined && (
        <p class="fault" role="status">
          {stats.failure}
        </p>
      )}
      <div class="columns">
        <section class="card">
          <header>
            <h2>From the user’s code to Vonage</h2>
          </header>
          <p class="quiet">Vonage looks at the last 15 minutes. Later reports change no route.</p>
          <ShareBar name="Within a minute" share={within60s} />
          <ShareBar name="Within 15 minutes" share={within15min} isBad={isLate} />
          {p50 !== null && (
            <p>
              Half within {toDuration(p50)}
              {p95 !== null && <>, 95 % within {toDuration(p95)}</>}.
            </p>
          )}
        </section>
        <section class="card">
          <header>
            <h2>Keys held back</h2>
          </header>
          {gates.length === 0 ? (
            <p class="quiet">None: each key may send at full speed.</p>
          ) : (
            <ul class="plain">
              {gates.map(({ shard, traffic, cause, since, nextProbeAt, perSecond }) => (
                <li key={`${shard} ${traffic}`}>
                  <strong>{traffic === "2fa" ? "2FA key" : "Other key"}</strong>, shard {shard}:{" "}
                  {CAUSES[cause] ?? cause}
                  <span class="quiet">
                    {" "}
                    · since {toAge(since, now)}
                    {nextProbeAt !== null && ` · next try at ${toTime(nextProbeAt, false)}`}
                    {perSecond !== null && ` · ${Number(perSecond.toPrecision(2))} a second`}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
      <ReportList
        title="Dead reports"
        empty="No report was given up."
        note="Vonage refused them, or did not take them for a day. Correct the cause, then retry."
        api={api}
        page={dead.value}
        now={now}
        onChange={() => {
          dead.refresh();
          stats.refresh();
        }}
      />
      <ReportList
        title="Waiting reports"
        empty="No report waits."
        note="The ledger repeats them by itself. A retry sends one at once."
        api={api}
        page={queued.value}
        now={now}
        onChange={() => {
          queued.refresh();
          stats.refresh();
        }}
      />
    </>
  );
}

function toVerdict(dead: number, isHeldBack: boolean, isLate: boolean): string {
  if (isHeldBack) return "Reports wait for a key";
  if (dead > 0) return dead === 1 ? "1 report was given up" : `${toCount(dead)} reports were given up`;
  return isLate ? "Reports reach Vonage late" : "Reports reach Vonage in time";
}

interface ListProps {
  readonly title: string;
  readonly empty: string;
  readonly note: string;
  readonly api: Api;
  readonly page: ReportPage | undefined;
  readonly now: number;
  readonly onChange: () => void;
}

function ReportList({ title, empty, note, api, page, now, onChange }: ListProps) {
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState<string>();
  const retry = async ({ channel, messageId }: Report) => {
    if (busy !== undefined) return;
    setBusy(messageId);
    const path = `/reports/${channel}/${encodeURIComponent(messageId)}/retry`;
    const answer = await api.post(path);
    setBusy(undefined);
    setSaid(
      answer.status === "ok"
        ? "The report is sent again."
        : answer.status === "failed"
          ? answer.detail
          : "The Worker does not accept this key.",
    );
    onChange();
  };
  const reports = page?.reports ?? [];
  return (
    <section class="card">
      <header>
        <h2>{title}</h2>
        <p class="said" role="status">
          {said}
        </p>
      </header>
      {reports.length === 0 ? (
        <p class="quiet">{page === undefined ? "Loading …" : empty}</p>
      ) : (
        <>
          <p class="quiet">{note}</p>
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Message</th>
                  <th scope="col">Outcome</th>
                  <th scope="col">Reason</th>
                  <th scope="col" class="number">
                    Requests
                  </th>
                  <th scope="col">Taken</th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {reports.map((report) => (
                  <tr key={`${report.channel} ${report.messageId}`}>
                    <th scope="row">
                      <code>{report.messageId}</code> <span class="quiet">{report.channel}</span>
                    </th>
                    <td>{report.delivered ? "delivered" : "not delivered"}</td>
                    <td>
                      {(report.reason ?? "not sent yet").replaceAll("_", " ")}
                      {report.vonageStatus !== undefined && (
                        <span class="quiet"> · Vonage answered {report.vonageStatus}</span>
                      )}
                    </td>
                    <td class="number">{toCount(report.attempts ?? 0)}</td>
                    <td>{toAge(report.since, now)}</td>
                    <td>
                      <button
                        type="button"
                        class="button small"
                        aria-busy={busy === report.messageId}
                        aria-label={`Retry ${report.messageId}`}
                        onClick={() => retry(report)}
                      >
                        Retry
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {page?.cursor !== undefined && (
            <p class="quiet">
              The first {PAGE} are shown. <code>vonage-conversion list</code> gives all.
            </p>
          )}
        </>
      )}
    </section>
  );
}
