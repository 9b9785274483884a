import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Alarm, InsightAnswer } from "../../src/insight/answer.ts";
import type { Api } from "./api.ts";
import { toTime } from "./format.ts";
import { Overview } from "./pages/overview.tsx";
import { Refusals } from "./pages/refusals.tsx";
import { Reporting } from "./pages/reporting.tsx";
import { Route } from "./pages/route.tsx";
import { Routes } from "./pages/routes.tsx";
import { type Place, toHash, usePlace } from "./place.ts";
import { usePolled } from "./use-polled.ts";

interface Props {
  readonly api: Api;
  /** `isRefused`: the Worker does not accept the key. */
  readonly onLeave: (isRefused: boolean) => void;
}

const RANGES = [
  { name: "Last hour", hours: 1 },
  { name: "Last 6 hours", hours: 6 },
  { name: "Last 24 hours", hours: 24 },
  { name: "Last 7 days", hours: 7 * 24 },
  { name: "Last 14 days", hours: 14 * 24 },
  { name: "Last 90 days", hours: 90 * 24 },
] as const;

const PAGES = [
  { page: "overview", name: "Overview" },
  { page: "routes", name: "Routes" },
  { page: "reporting", name: "Reporting" },
  { page: "refusals", name: "Refusals" },
] as const;

/** Cohorts of five minutes: asking for a new range more often would change nothing. */
const STEP_MS = 60_000;

export function Console({ api, onLeave }: Props) {
  const place = usePlace();
  const [hours, setHours] = useState(24);
  const now = useNow();
  const refuse = useCallback(() => onLeave(true), [onLeave]);
  const insight = usePolled<InsightAnswer>(api, toInsightPath(place, hours, now), refuse);
  const alarms = usePolled<{ readonly alarms: readonly Alarm[] }>(api, "/insight/alarms?state=all", refuse);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const hash = toHash(place);
  // After a change of the page, the keyboard and screen readers go on at its beginning.
  useEffect(() => {
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
    scrollTo(0, 0);
  }, [hash]);
  // The range moves on every minute. Until its answer arrives, the last one about the same routes stays.
  const scope = place.page === "route" ? hash : "all routes";
  const last = useRef<{ readonly scope: string; readonly value: InsightAnswer } | undefined>(undefined);
  if (insight.value !== undefined) last.current = { scope, value: insight.value };
  const shown = last.current?.scope === scope ? last.current.value : undefined;

  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the figures
      </button>
      <header class="top">
        <a class="brand" href="#/">
          <img src="icon.svg" width="28" height="28" alt="" /> Conversion console
        </a>
        <nav aria-label="Pages">
          {PAGES.map(({ page, name }) => (
            <a key={page} href={toHash({ page })} aria-current={isAt(place, page) ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <div class="tools">
          <label>
            <span class="spoken">Time</span>
            <select value={hours} onChange={(event) => setHours(Number(event.currentTarget.value))}>
              {RANGES.map((range) => (
                <option key={range.hours} value={range.hours}>
                  {range.name}
                </option>
              ))}
            </select>
          </label>
          <button type="button" class="button small" onClick={() => onLeave(false)}>
            Sign out
          </button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {insight.failure !== undefined && <Failure detail={insight.failure} />}
        {shown === undefined ? (
          insight.failure === undefined && <p class="quiet loading">Loading …</p>
        ) : (
          <Page
            api={api}
            place={place}
            insight={shown}
            alarms={alarms.value?.alarms ?? []}
            now={now}
            onRefused={refuse}
          />
        )}
        {insight.at > 0 && (
          <p class="quiet updated">
            Updated at {new Date(insight.at).toLocaleTimeString(undefined, { hour12: false })}
            {shown && ` · from ${toTime(shown.from, true)} to ${toTime(shown.to, true)}`}
          </p>
        )}
      </main>
    </>
  );
}

interface PageProps {
  readonly api: Api;
  readonly place: Place;
  readonly insight: InsightAnswer;
  readonly alarms: readonly Alarm[];
  readonly now: number;
  readonly onRefused: () => void;
}

function Page({ api, place, insight, alarms, now, onRefused }: PageProps): ComponentChildren {
  switch (place.page) {
    case "overview":
      return <Overview insight={insight} alarms={alarms} now={now} />;
    case "routes":
      return <Routes insight={insight} alarms={alarms} />;
    case "route":
      return <Route segment={place.segment} insight={insight} alarms={alarms} now={now} />;
    case "reporting":
      return <Reporting api={api} insight={insight} now={now} onRefused={onRefused} />;
    case "refusals":
      return <Refusals api={api} insight={insight} onRefused={onRefused} />;
  }
}

function Failure({ detail }: { readonly detail: string }) {
  return (
    <p class="fault" role="alert">
      {detail}
    </p>
  );
}

const isAt = (place: Place, page: string): boolean =>
  place.page === page || (place.page === "route" && page === "routes");

function toInsightPath(place: Place, hours: number, now: number): string {
  const to = Math.ceil(now / STEP_MS) * STEP_MS;
  const query = new URLSearchParams({
    from: new Date(to - hours * 3_600_000).toISOString(),
    to: new Date(to).toISOString(),
    by: "country,network,channel",
    ...(place.page === "routes" && { series: "1" }),
    ...(place.page === "route" && place.segment),
  });
  return `/insight?${query}`;
}

function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
