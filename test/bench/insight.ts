// Measures the Insight object after two years of 500 segments from 64 sources: processor time for a question, a call of
// a source and a run of the rules, and storage. Runs in this process, on Node's SQLite and the same V8; the question with
// an aim also on workerd.

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInsightKeeper } from "../../adapters/cloudflare/insight/keeper.ts";
import {
  DAY_MS,
  DAYS,
  FIVE_MINUTES,
  HOUR_MS,
  HOURS,
  type Level,
} from "../../adapters/cloudflare/insight/roll-ups.ts";
import type { GatheredEntry } from "../../adapters/cloudflare/insight/rpc.ts";
import { createInsightStore, type InsightStore } from "../../adapters/cloudflare/insight/store.ts";
import { COHORT_MS, toCohort } from "../../src/insight/cohort.ts";
import type { Counts } from "../../src/insight/counts.ts";
import { createFileSql } from "../support/memory-sql.ts";
import { makeInsightFile, measureOnWorkerd } from "./insight-on-workerd.ts";

const SEGMENTS = Array.from({ length: 500 }, (_, index) => {
  const letters = [65 + Math.floor(index / 26), 65 + (index % 26)];
  return `2fa/${index % 10 === 0 ? "voice" : "sms"}/${String.fromCharCode(...letters)}/${20_000 + index}`;
});
const SOURCES = 64;
/** Filling all of them would take minutes. */
const SOURCES_FILLED = 4;
const AIM_MS = 100;

export async function benchInsight(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-insight-"));
  const path = await makeInsightFile(folder);
  const { sql, transact } = createFileSql(path);
  const store = createInsightStore(sql, transact);
  const now = Date.parse("2026-11-25T12:34:00Z");
  const keeper = createInsightKeeper(
    {
      store,
      setAlarm: () => {},
      maxBytes: 1e9,
      now: () => now,
      random: Math.random,
      log: () => {},
      send: undefined,
    },
    { pause: "off", pauseNever: [], interval: 60, dailySpend: undefined },
  );
  try {
    console.log("\nInsight after two years of 500 segments: processor time of its object, the median of 15");
    const size = () => {
      sql.exec("PRAGMA wal_checkpoint(TRUNCATE)").toArray();
      return statSync(path).size / 1e6;
    };
    fill(store, FIVE_MINUTES, now, 2);
    const five = size();
    fill(store, HOURS, now, 60);
    const hours = size();
    fill(store, DAYS, now, 1000);
    const days = size();
    fillKnown(store, now);
    const known = days + ((size() - days) * SOURCES) / SOURCES_FILLED;
    const query =
      (length: number, series = false) =>
      () =>
        keeper.query({
          from: now - length,
          to: now,
          by: ["country", "network", "channel"],
          filter: {},
          series,
        });
    report("GET /insight over 14 days", query(14 * DAY_MS), AIM_MS);
    report("GET /insight over 24 hours", query(DAY_MS));
    report("GET /insight over 7 days", query(7 * DAY_MS));
    report("GET /insight over two years", query(730 * DAY_MS));
    report("GET /insight over 14 days, with series", query(14 * DAY_MS, true));
    const period = { from: now - 14 * DAY_MS, to: now };
    print("… 14 days, on workerd", await measureOnWorkerd(folder, period, SEGMENTS.length), AIM_MS);
    let seq = 1;
    report("a call of a source with 500 entries", () => keeper.gather(callOf(now, ++seq, SEGMENTS)));
    report("a call of a source with 20 entries", () =>
      keeper.gather(callOf(now, ++seq, SEGMENTS.slice(0, 20))),
    );
    report("a run of the rules after it", () => {
      keeper.gather(callOf(now, ++seq, SEGMENTS.slice(0, 20)));
      void keeper.alarm();
    });
    report("GET /metrics", () => keeper.metrics());
    console.log(
      `  storage     ${known.toFixed(0)} MB: five minutes ${five.toFixed(0)}, hours ${(hours - five).toFixed(0)},`,
    );
    console.log(
      `              days ${(days - hours).toFixed(0)}, what 64 sources sent in 6 days ${(known - days).toFixed(0)}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report(what: string, work: () => unknown, aim?: number): void {
  work();
  const times = Array.from({ length: 15 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  print(
    what,
    times.sort((a, b) => a - b),
    aim,
  );
}

function print(what: string, sorted: readonly number[], aim?: number): void {
  const [median = 0] = sorted.slice(7);
  const verdict = aim === undefined ? "" : median <= aim ? `  (aim: ${aim})` : `  MISSED: ${aim}`;
  console.log(`  ${what.padEnd(42)} ${median.toFixed(1).padStart(6)} ms${verdict}`);
}

/** A segment with every kind of count. */
function countsOf(index: number, messages: number): Counts {
  const converted = Math.round(messages * 0.8);
  const counts: Record<string, number> = {
    sent: messages,
    converted,
    notConverted: messages - converted,
    "refused.9": 1,
    "receipt.delivered.converted": converted,
    "receipt.delivered.notConverted": 1,
    "receipt.failed.notConverted": 1,
    "receipt.none.notConverted": 1,
    priced: messages,
    price: messages * 3_330_000,
    priceNotConverted: 3_330_000 * (1 + index),
    firstNotConverted: 1,
    rescued: 1,
  };
  for (let bucket = 0; bucket < 10; bucket++) counts[`ttc.${3 + bucket}`] = 1 + (messages >> 4);
  for (let bucket = 0; bucket < 5; bucket++) counts[`lag.${bucket}`] = 1 + (messages >> 3);
  return counts;
}

/** Fills every bucket that a level keeps with all segments. */
function fill(store: InsightStore, level: Level, now: number, messages: number): void {
  const cells = new Map(SEGMENTS.map((segment, index) => [segment, countsOf(index, messages)]));
  store.transact(() => {
    for (let at = now - level.keep; at <= now; at += level.length) store.rollUps.add(level, at, cells, now);
  });
}

/** Gives each source messages in 8 segments in every five minutes of six days. */
function fillKnown(store: InsightStore, now: number): void {
  for (let source = 0; source < SOURCES_FILLED; source++) {
    store.transact(() => {
      for (let cohort = toCohort(now - 6 * DAY_MS); cohort <= now - HOUR_MS; cohort += COHORT_MS) {
        const own = SEGMENTS.slice(source * 8, source * 8 + 8);
        const entries = own.map(
          (segment, index) => [segment, { seq: 1_000_000, counts: countsOf(index, 2) }] as const,
        );
        store.known.write(`ledger-${source}`, cohort, { placed: cohort, entries: new Map(entries) });
      }
    });
  }
}

function callOf(now: number, seq: number, segments: readonly string[]) {
  const entries = segments.map(
    (segment, index): GatheredEntry => ({
      seq,
      cohort: toCohort(now - (index % 2) * COHORT_MS),
      segment,
      counts: countsOf(index, 2 + seq),
    }),
  );
  return { source: "ledger-0", upTo: seq, entries };
}
