// Questions are answered from thinned cells of buckets of several lengths; the answer is that of all cells.

import { expect, it } from "vitest";
import { DAY_MS, FIVE_MINUTES, HOUR_MS } from "../../../../adapters/cloudflare/insight/roll-ups.ts";
import { selectCells } from "../../../../adapters/cloudflare/insight/select-cells.ts";
import { COHORT_MS } from "../../../../src/insight/cohort.ts";
import { project } from "../../../../src/insight/project.ts";
import type { InsightQuery } from "../../../../src/insight/query.ts";
import { openInsightStore } from "../../../support/insight-store.ts";

const NOW = Date.parse("2026-11-25T12:34:00Z");
const SEGMENTS = ["2fa/sms/GB/23410", "2fa/sms/GB/", "2fa/voice/US/310260", "other/sms/DE/26201"];

const { store, gather } = openInsightStore();
// Two days of five minutes, so that every level has what all cells have.
let seq = 0;
for (let cohort = NOW - (NOW % COHORT_MS) - 2 * DAY_MS + HOUR_MS; cohort <= NOW; cohort += COHORT_MS) {
  const entries = SEGMENTS.map((segment, index) => {
    const sent = 1 + (((cohort / COHORT_MS) * (index + 3)) % 17);
    const converted = Math.floor(sent * 0.7);
    const counts = {
      sent,
      converted,
      notConverted: sent - converted,
      "receipt.delivered.converted": converted,
      "receipt.none.notConverted": sent - converted,
      [`ttc.${sent % 9}`]: converted,
      "lag.2": sent,
      priced: sent,
      price: sent * 3_330_000,
    };
    return { seq: ++seq, cohort, segment, counts };
  });
  gather({ source: "ledger-0", upTo: seq, entries }, NOW);
}

it.each<[string, Partial<InsightQuery>]>([
  ["six hours", { from: NOW - 6 * HOUR_MS, series: true }],
  ["a day", { from: NOW - DAY_MS, series: true }],
  ["a day by country alone", { from: NOW - DAY_MS, by: ["country"] }],
  ["an hour in the middle", { from: NOW - 20 * HOUR_MS, to: NOW - 19 * HOUR_MS, series: true }],
  [
    "a day and a bit that ends in the past",
    { from: NOW - 40 * HOUR_MS, to: NOW - 7 * HOUR_MS, series: true },
  ],
  ["one network", { from: NOW - DAY_MS, filter: { network: "23410" } }],
])("over %s", (_, more) => {
  const query: InsightQuery = {
    from: NOW - DAY_MS,
    to: NOW,
    by: ["country", "network"],
    filter: {},
    ...more,
  };
  const { from, to, cells, history } = selectCells(store.rollUps, query, 14, NOW);
  const all = store.rollUps.scan(FIVE_MINUTES, 0, Number.MAX_SAFE_INTEGER, NOW);
  const wanted = project({ cells: all, history, alarms: [] }, { ...query, from, to });
  expect(wanted.total.sent).toBeGreaterThan(0);
  expect(project({ cells, history, alarms: [] }, { ...query, from, to })).toEqual(wanted);
});
