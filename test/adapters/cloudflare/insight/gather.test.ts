// The Insight object takes each count of its sources exactly once, even if calls are lost or repeated.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAYS, FIVE_MINUTES, HOURS } from "../../../../adapters/cloudflare/insight/roll-ups.ts";
import type { GatheredEntry, Gathering } from "../../../../adapters/cloudflare/insight/rpc.ts";
import { MOST_ENTRIES } from "../../../../adapters/cloudflare/insight/rpc.ts";
import { COHORT_MS } from "../../../../src/insight/cohort.ts";
import { addCounts, type Counts } from "../../../../src/insight/counts.ts";
import { LEVELS, openInsightStore } from "../../../support/insight-store.ts";
import { createMemorySql } from "../../../support/memory-sql.ts";

const NOW = Date.parse("2026-11-25T12:02:00Z");
const COHORT = Date.parse("2026-11-25T12:00:00Z");
const DAY_MS = 24 * 3_600_000;
const GB = "2fa/sms/GB/23410";
const entry = (more: Partial<GatheredEntry> = {}): GatheredEntry => ({
  seq: 1,
  cohort: COHORT,
  segment: GB,
  counts: { sent: 3, converted: 2 },
  ...more,
});
const call = (entries: readonly GatheredEntry[], more: Partial<Gathering> = {}): Gathering => ({
  source: "ledger-0",
  upTo: Math.max(0, ...entries.map((one) => one?.seq ?? 0)),
  entries,
  ...more,
});

describe("gathering", () => {
  it("counts in five minutes, the hour and the day, and answers up to where it holds", () => {
    const { gather, cells } = openInsightStore();
    expect(gather(call([entry()]), NOW)).toEqual({ upTo: 1 });
    const counts = { sent: 3, converted: 2 };
    expect(cells(FIVE_MINUTES, NOW)).toEqual({ [`${COHORT} ${GB}`]: counts });
    expect(cells(HOURS, NOW)).toEqual({ [`${COHORT} ${GB}`]: counts });
    expect(cells(DAYS, NOW)).toEqual({ [`${Date.parse("2026-11-25")} ${GB}`]: counts });
  });

  it("takes whole counters, so that a repeated, a late and a lost call change nothing", () => {
    const { gather, sum } = openInsightStore();
    const first = call([entry()]);
    const second = call([entry({ seq: 5, counts: { sent: 4, converted: 2, notConverted: 1 } })]);
    gather(first, NOW);
    gather(first, NOW);
    gather(second, NOW);
    expect(gather(first, NOW)).toEqual({ upTo: 5 });
    expect(gather(second, NOW)).toEqual({ upTo: 5 });
    for (const level of LEVELS) expect(sum(level, NOW)).toEqual({ sent: 4, converted: 2, notConverted: 1 });
  });

  it("takes back what turned out otherwise", () => {
    const { gather, sum } = openInsightStore();
    gather(call([entry({ counts: { sent: 1, notConverted: 1 } })]), NOW);
    gather(call([entry({ seq: 2, counts: { sent: 1, converted: 1 } })]), NOW);
    for (const level of LEVELS) expect(sum(level, NOW)).toEqual({ sent: 1, converted: 1 });
  });

  it("adds up the sources, each with its own sequence", () => {
    const { gather, sum } = openInsightStore();
    for (const source of ["ledger-0", "ledger-1023", "challenges-7"])
      gather(call([entry()], { source }), NOW);
    expect(sum(DAYS, NOW)).toEqual({ sent: 9, converted: 6 });
  });

  it("carries counters of a later version along", () => {
    const { gather, sum } = openInsightStore();
    gather(call([entry({ counts: { "new.thing": 7 } })]), NOW);
    expect(sum(DAYS, NOW)).toEqual({ "new.thing": 7 });
  });

  it("does all of it or nothing", () => {
    const memory = createMemorySql();
    const { gather, sum } = openInsightStore(memory);
    gather(call([entry()]), NOW);
    memory.all("SELECT 1");
    const exec = memory.sql.exec;
    const broken = {
      ...memory,
      sql: {
        get databaseSize() {
          return 0;
        },
        exec: (query: string, ...values: (string | number | null)[]) => {
          if (query.includes("INSERT INTO sources")) throw new Error("disk full");
          return exec(query, ...values);
        },
      },
    };
    const failing = openInsightStore(broken);
    const next = call([entry({ seq: 2, counts: { sent: 9, "never.seen": 1 } })]);
    expect(() => failing.gather(next, NOW)).toThrow("disk full");
    for (const level of LEVELS) expect(sum(level, NOW)).toEqual({ sent: 3, converted: 2 });
    // The name that the failed transaction gave a number to is given one again.
    const after = openInsightStore(memory);
    after.gather(next, NOW);
    expect(after.sum(DAYS, NOW)).toEqual({ sent: 9, "never.seen": 1 });
  });

  it("asks a source for everything once its own storage is new", () => {
    const { gather } = openInsightStore();
    expect(gather(call([], { upTo: 0 }), NOW)).toEqual({ upTo: 0 });
  });

  it("equals a recount, in whatever order calls of several sources come, are repeated and are lost", () => {
    const segments = [GB, "2fa/sms/GB/", "2fa/voice/GB/23410", "other/sms/US/310260"];
    const change = fc.record({
      source: fc.constantFrom("ledger-0", "ledger-1", "challenges-0"),
      cohort: fc.integer({ min: 0, max: 3 * 288 }).map((back) => COHORT - back * COHORT_MS),
      segment: fc.constantFrom(...segments),
      counter: fc.constantFrom("sent", "converted", "notConverted", "price"),
      count: fc.integer({ min: 0, max: 50 }),
      fate: fc.constantFrom("sent", "lost", "twice", "later"),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const { gather, sum, cells } = openInsightStore();
        const held = new Map<string, GatheredEntry & { readonly source: string }>();
        const late: Gathering[] = [];
        let seq = 0;
        for (const { source, cohort, segment, counter, count, fate } of changes) {
          const key = `${source} ${cohort} ${segment}`;
          const counts = { ...held.get(key)?.counts, [counter]: count };
          held.set(key, { source, seq: ++seq, cohort, segment, counts });
          const one = call([{ seq, cohort, segment, counts }], { source });
          if (fate === "later") late.push(one);
          if (fate === "sent" || fate === "twice") gather(one, NOW);
          if (fate === "twice") gather(one, NOW);
        }
        for (const one of late) gather(one, NOW);
        // The next call sends lost counters again.
        for (const { source, ...one } of held.values()) gather(call([one], { source }), NOW);
        let recount: Counts = {};
        const byBucket: Record<string, Counts> = {};
        for (const { cohort, segment, counts } of held.values()) {
          const own = Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0));
          recount = addCounts(recount, own);
          const bucket = `${cohort} ${segment}`;
          byBucket[bucket] = addCounts(byBucket[bucket] ?? {}, own);
        }
        for (const level of [HOURS, DAYS]) expect(sum(level, NOW)).toEqual(recount);
        const recent = Object.entries(byBucket).filter(
          ([key, counts]) =>
            Number(key.split(" ")[0]) + COHORT_MS > NOW - 2 * DAY_MS && Object.keys(counts).length > 0,
        );
        const kept = Object.entries(cells(FIVE_MINUTES, NOW)).filter(([, n]) => Object.keys(n).length > 0);
        expect(Object.fromEntries(kept)).toEqual(Object.fromEntries(recent));
      }),
    );
  });
});

describe("an entry that cannot be right", () => {
  it.each([
    ["is years behind", entry({ cohort: Date.parse("2019-01-01T00:00:00Z") })],
    ["is years ahead", entry({ cohort: Date.parse("2031-01-01T00:00:00Z") })],
    ["does not begin with five minutes", entry({ cohort: COHORT + 1 })],
    ["has a negative counter", entry({ counts: { sent: -1 } })],
    ["has half a message", entry({ counts: { sent: 0.5 } })],
    ["has a counter without a proper name", entry({ counts: { __proto__x: 1 } })],
    ["has a segment that is none", entry({ segment: "2fa/sms/gb/1" })],
    [
      "has too many counters",
      entry({ counts: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`c.${i}`, 1])) }),
    ],
    ["is none", null as unknown as GatheredEntry],
  ])("that %s is refused and counted as such, and the others are taken", (_, wrong) => {
    const { gather, sum } = openInsightStore();
    const others = entry({ segment: "2fa/sms/US/310260" });
    expect(gather(call([others, wrong], { upTo: 9 }), NOW)).toEqual({ upTo: 9, refused: 1 });
    expect(sum(DAYS, NOW)).toEqual({ sent: 3, converted: 2 });
  });

  it("of a clock that is ahead is counted in the present cohort, and stays there", () => {
    const { gather, cells } = openInsightStore();
    const ahead = COHORT + 6 * 3_600_000;
    gather(call([entry({ cohort: ahead, counts: { sent: 1 } })]), NOW);
    const later = NOW + 3_600_000;
    gather(call([entry({ cohort: ahead, seq: 2, counts: { sent: 1, converted: 1 } })]), later);
    expect(cells(FIVE_MINUTES, later)).toEqual({ [`${COHORT} ${GB}`]: { sent: 1, converted: 1 } });
  });
});

describe("a call that cannot be right", () => {
  it.each([
    ["of a source without such a name", call([entry()], { source: "ledger-1024" }), /source/],
    ["of a source with a path for a name", call([entry()], { source: "ledger-0/../x" }), /source/],
    ["with a negative upTo", call([entry()], { upTo: -1 }), /upTo/],
    ["with too many entries", call(Array.from({ length: MOST_ENTRIES + 1 }, () => entry())), /2000 entries/],
  ])("%s is refused in whole", (_, wrong, message) => {
    const { gather, sum } = openInsightStore();
    expect(() => gather(wrong, NOW)).toThrow(message);
    expect(sum(DAYS, NOW)).toEqual({});
  });
});

describe("more segments than a day takes", () => {
  const networks = Array.from({ length: 700 }, (_, index) => `2fa/sms/GB/${10_000 + index}`);

  it("are counted as other, and what was counted as other is taken back there", () => {
    const { gather, cells, sum } = openInsightStore();
    const send = (source: string, own: readonly string[], seq: number, counts: Counts) =>
      gather(
        call(
          own.map((segment) => entry({ segment, seq, counts })),
          { source },
        ),
        NOW,
      );
    send("ledger-0", networks.slice(0, 400), 1, { sent: 1, notConverted: 1 });
    send("ledger-1", networks.slice(400), 1, { sent: 1, notConverted: 1 });
    send("ledger-1", networks.slice(400), 2, { sent: 1, converted: 1 });
    const day = cells(DAYS, NOW);
    expect(Object.keys(day)).toHaveLength(501);
    const other = day[`${Date.parse("2026-11-25")} 2fa/sms/ZZ/`];
    expect(other).toEqual({ sent: 200, converted: 200, other: 200 });
    expect(sum(HOURS, NOW)).toMatchObject({ sent: 700, converted: 300, notConverted: 400 });
  });

  it("of one source are refused beyond its limit", () => {
    const { gather } = openInsightStore();
    const entries = networks.map((segment) => entry({ segment, counts: { sent: 1 } }));
    expect(gather(call(entries), NOW)).toEqual({ upTo: 1, refused: 192 });
  });

  it("of a million random countries do not grow a row", () => {
    const { gather, memory } = openInsightStore();
    let seq = 0;
    for (let round = 0; round < 20; round++) {
      const entries = Array.from({ length: 400 }, (_, index) => {
        const letters = [Math.floor(index / 26) % 26, index % 26].map((at) => String.fromCharCode(65 + at));
        const segment = `2fa/sms/${letters.join("")}/${20_000 + ((round * 400 + index) % 70_000)}`;
        return entry({ segment, seq: ++seq, counts: { sent: 1 } });
      });
      gather(call(entries, { source: `ledger-${round}` }), NOW);
    }
    const [day] = memory.all("SELECT length(cells) AS size FROM days");
    expect(Number(day?.size)).toBeLessThan(20_000);
    const totals = memory.all("SELECT length(value) AS size FROM singles WHERE name = 'totals'");
    expect(Number(totals[0]?.size)).toBeLessThan(40_000);
  });
});

describe("unreadable rows", () => {
  it.each(["five_minutes", "hours", "days"])("of %s are quarantined, and counting goes on", (table) => {
    const { gather, memory, store } = openInsightStore();
    gather(call([entry()]), NOW);
    memory.sql.exec(`UPDATE ${table} SET cells = '{"2fa/sms/GB/23410":[1]}'`);
    gather(call([entry({ seq: 2, counts: { sent: 4, converted: 2 } })]), NOW);
    expect(store.quarantine.count()).toBe(1);
    expect(memory.all(`SELECT cells FROM ${table}`)).toHaveLength(1);
  });

  it("of what a source sent are quarantined, and its next call counts as its first", () => {
    const { gather, memory, store } = openInsightStore();
    gather(call([entry()]), NOW);
    memory.sql.exec("UPDATE known SET entries = 'x'");
    gather(call([entry({ seq: 2 })]), NOW);
    expect(store.quarantine.list(10, undefined)).toMatchObject([
      { source: "known", key: `ledger-0 ${COHORT}` },
    ]);
  });

  it("of the totals are quarantined", () => {
    const { gather, memory, store } = openInsightStore();
    gather(call([entry()]), NOW);
    memory.sql.exec("UPDATE singles SET value = '[]' WHERE name = 'totals'");
    gather(call([entry({ seq: 2, counts: { sent: 4, converted: 2 } })]), NOW);
    expect(store.totals.read(NOW).segments).toMatchObject([{ added: { sent: 1 } }]);
    expect(store.quarantine.count()).toBe(1);
  });
});

describe("purging", () => {
  it("keeps five minutes for two days, hours for 90 days and days for two years", () => {
    const { gather, store, cells } = openInsightStore();
    gather(call([entry()]), NOW);
    const left = (days: number) => {
      const now = NOW + days * DAY_MS;
      store.rollUps.purge(now);
      return LEVELS.map((level) => Object.keys(cells(level, now)).length);
    };
    expect(left(1.9)).toEqual([1, 1, 1]);
    expect(left(2.1)).toEqual([0, 1, 1]);
    expect(left(89)).toEqual([0, 1, 1]);
    expect(left(91)).toEqual([0, 0, 1]);
    expect(left(730)).toEqual([0, 0, 1]);
    expect(left(733)).toEqual([0, 0, 0]);
  });

  it("forgets what a source sent once it can no longer change, and not before the source was heard of again", () => {
    const { gather, store, memory, sum } = openInsightStore();
    gather(call([entry()]), NOW);
    store.known.purge(NOW + 20 * DAY_MS);
    expect(memory.all("SELECT 1 FROM known")).toHaveLength(1);
    // Down for 20 days, and then the last change of that cohort arrives.
    const back = NOW + 20 * DAY_MS;
    gather(call([entry({ seq: 2, counts: { sent: 3, converted: 3 } })]), back);
    expect(sum(DAYS, back)).toEqual({ sent: 3, converted: 3 });
    store.known.purge(back);
    expect(memory.all("SELECT 1 FROM known")).toHaveLength(0);
  });

  it("forgets it after a month in any case", () => {
    const { gather, store, memory } = openInsightStore();
    gather(call([entry()]), NOW);
    store.known.purge(NOW + 32 * DAY_MS);
    expect(memory.all("SELECT 1 FROM known")).toHaveLength(0);
  });
});

describe("health and blocks", () => {
  it("of a source are those of its latest call", () => {
    const { gather, store } = openInsightStore();
    const health = { waiting: 3, oldestWaiting: NOW - 1000, dead: 1 };
    const blocks = [{ block: "abcdefgh", country: "GB", messages: 6, persons: 5, converted: 0 }];
    gather(call([], { upTo: 5, health, blocks }), NOW);
    gather(call([], { upTo: 4, health: { ...health, waiting: 99 }, blocks: [] }), NOW);
    expect(store.sources.list()).toEqual([{ upTo: 5, at: NOW, health, blocks }]);
    gather(call([], { upTo: 6, blocks: [] }), NOW);
    expect(store.sources.list()).toEqual([{ upTo: 6, at: NOW, health, blocks: undefined }]);
  });

  it("that cannot be right are left out", () => {
    const { gather, store } = openInsightStore();
    const blocks = [{ block: "+44 7400", country: "GB", messages: 6, persons: 5, converted: 0 }];
    gather(call([], { health: { waiting: -1, oldestWaiting: null, dead: 0 }, blocks }), NOW);
    expect(store.sources.list()).toMatchObject([{ health: undefined, blocks: undefined }]);
  });
});
