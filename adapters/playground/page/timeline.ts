// The timeline: one row for each exchange, oldest first. It stays at its end unless the user has scrolled away.

import { find, make, setText } from "./dom.ts";
import type { TimelineEvent } from "./events.ts";

export interface TimelineView {
  add(events: readonly TimelineEvent[]): void;
  clear(): void;
}

/** Older rows are removed. */
const MAX_ROWS = 1000;
/** Distance from the end, in pixels, that counts as being there. */
const NEAR_PX = 40;

export function createTimelineView(): TimelineView {
  const rows = find("rows", HTMLOListElement);
  const empty = find("rows-empty", HTMLElement);
  const counts = find("counts", HTMLElement);
  const onlyReports = find("only-reports", HTMLInputElement);
  const known = new Set<string>();
  const recorded = { true: 0, false: 0 };

  onlyReports.addEventListener("change", () => {
    rows.classList.toggle("only-reports", onlyReports.checked);
    rows.scrollTop = rows.scrollHeight;
    showEmpty();
  });

  function showEmpty(): void {
    const any = onlyReports.checked ? rows.querySelector(".report") !== null : rows.childElementCount > 0;
    empty.hidden = any;
    rows.hidden = !any;
    setText(counts, `Recorded: ${recorded.true} delivered, ${recorded.false} not delivered`);
  }

  /** Sorts by the beginning of exchanges, because they end in another order. */
  function insert(row: HTMLLIElement, at: string): void {
    let before = rows.lastElementChild as HTMLLIElement | null;
    while (before !== null && (before.dataset.at ?? "") > at) {
      before = before.previousElementSibling as HTMLLIElement | null;
    }
    if (before === null) rows.prepend(row);
    else before.after(row);
  }

  showEmpty();
  return {
    add: (events) => {
      const isAtEnd = rows.hidden || rows.scrollHeight - rows.scrollTop - rows.clientHeight < NEAR_PX;
      const fresh = events.filter(({ key }) => !known.has(key));
      if (fresh.length === 0) return;
      for (const event of fresh) {
        known.add(event.key);
        insert(toRow(event), event.at);
        if (event.recorded !== undefined) recorded[event.recorded ? "true" : "false"]++;
      }
      while (rows.childElementCount > MAX_ROWS) rows.firstElementChild?.remove();
      showEmpty();
      if (isAtEnd) rows.scrollTop = rows.scrollHeight;
    },
    clear: () => {
      known.clear();
      rows.replaceChildren();
      recorded.true = 0;
      recorded.false = 0;
      showEmpty();
    },
  };
}

function toRow(event: TimelineEvent): HTMLLIElement {
  const { at, from, to, method, path, status, sentence, recorded } = event;
  const time = make("time", "time", toTime(at));
  time.dateTime = at;
  const arrow = make("span", "arrow", "→");
  arrow.ariaHidden = "true";
  const toward = make("span", "unseen", " to ");
  const way = make("span", "way", actor(from), arrow, toward, actor(to));
  const request = make("code", "request", `${method} ${withoutId(path)}`);
  const answer = make(
    "span",
    event.isFailure ? "status failed" : "status",
    status === 0 ? "none" : String(status),
  );
  const summary = make("summary", "", time, way, make("span", "sentence", sentence), request, answer);
  const details = make("details", "", summary);
  // Built on demand: few of hundreds of rows are opened.
  details.addEventListener("toggle", () => details.append(toMore(event)), { once: true });
  const kinds = ["row", ...(event.isReport ? ["report"] : [])];
  if (recorded !== undefined) kinds.push(recorded ? "recorded-true" : "recorded-false");
  const row = make("li", kinds.join(" "), details);
  row.dataset.at = at;
  return row;
}

function actor(name: string): HTMLElement {
  return make("span", `actor ${name.toLowerCase()}`, name);
}

function toMore({ details }: TimelineEvent): HTMLElement {
  const parts = details.flatMap(([heading, fields]) => [
    make("h3", "", heading),
    make(
      "dl",
      "",
      ...Object.entries(fields).flatMap(([name, value]) => [
        make("dt", "", name),
        make("dd", "", typeof value === "string" ? value : JSON.stringify(value)),
      ]),
    ),
  ]);
  return make("div", "more", ...parts);
}

/** Shortens the long id of a challenge. The details show the whole path. */
const withoutId = (path: string) => path.replace(/^\/2fa\/[^/]+/, "/2fa/…");

function toTime(at: string): string {
  const date = new Date(at);
  return `${date.toLocaleTimeString("en-GB")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
