// The simulation behind docs/routing.md, run small: the order that theory demands, and nothing hard-coded.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { drawPicture } from "./routing/picture.ts";
import { REPORTINGS } from "./routing/reporting.ts";
import { simulateSeeds, summarise, toArrivedPercent } from "./routing/seeds.ts";
import { type Cell, compareReportings, ROWS, toReportingTable } from "./routing/studies.ts";
import { simulateWeek, type Week } from "./routing/week.ts";
import { DAY, HOUR, MINUTE, type Receipts, SECOND, WORLD, type World } from "./routing/world.ts";

/** A day with an outage of the best carrier in its middle. */
const SMALL: World = { ...WORLD, perHour: 200, outage: { after: 10 * HOUR, lasts: 3 * HOUR } };
const small = { world: SMALL, seeds: 4, duration: DAY };
const BEST = "bound: always the best carrier";
const CHANCE = "bound: a carrier by chance";

const run = (options: Partial<Parameters<typeof simulateWeek>[0]>): Week[] =>
  simulateSeeds(3, {
    ...{ world: SMALL, receipts: "lying", reporting: REPORTINGS["at once"] },
    ...{ expiresIn: 300 * SECOND, duration: DAY },
    ...options,
  });
const arrives = (options: Partial<Parameters<typeof simulateWeek>[0]>) =>
  summarise(run(options), toArrivedPercent).mean;

describe("in the simulated routing", () => {
  let cells: readonly Cell[] = [];
  const of = (row: string, receipts: Receipts) =>
    cells.find((one) => one.row === row && one.receipts === receipts)?.mean ?? Number.NaN;

  beforeAll(() => {
    cells = compareReportings(small);
  });

  it("no way of reporting beats the best carrier, and reports at once beat chance by far", () => {
    for (const receipts of ["honest", "missing", "lying"] as const) {
      for (const row of Object.keys(ROWS)) expect(of(row, receipts)).toBeLessThanOrEqual(of(BEST, receipts));
      expect(of("at once", receipts)).toBeGreaterThan(of(CHANCE, receipts) + 10);
    }
  });

  it("where receipts lie: at once is better than in batches, late is no better than batches, and silence is worse than chance", () => {
    expect(of("at once", "lying")).toBeGreaterThan(of("in hourly batches", "lying") + 5);
    expect(of("at once", "lying")).toBeGreaterThan(of("10 minutes late", "lying") + 5);
    expect(of("10 minutes late", "lying")).toBeGreaterThanOrEqual(of("not at all", "lying") - 0.5);
    expect(of("only true", "lying")).toBeGreaterThanOrEqual(of("not at all", "lying") - 0.5);
    expect(of("not at all", "lying")).toBeLessThan(of(CHANCE, "lying"));
  });

  it("where receipts are missing: at once is best, and without reports it is chance", () => {
    for (const row of ["10 minutes late", "in hourly batches", "only true", "not at all"]) {
      expect(of("at once", "missing")).toBeGreaterThan(of(row, "missing") - 0.5);
    }
    expect(of("not at all", "missing")).toBeCloseTo(of(CHANCE, "missing"), -0.5);
  });

  it("where receipts are honest: every way is far above chance, and close to the others", () => {
    for (const row of Object.keys(REPORTINGS)) {
      expect(of(row, "honest")).toBeGreaterThan(of(CHANCE, "honest") + 10);
      expect(Math.abs(of(row, "honest") - of("at once", "honest"))).toBeLessThan(4);
    }
  });

  it("the table has each row and kind of receipts, and the picture each value", () => {
    const table = toReportingTable(cells);
    expect(table.split("\n")).toHaveLength(2 + Object.keys(ROWS).length);
    expect(table).not.toContain("|  |");
    const picture = drawPicture(cells, [{ name: "at once", points: [90, 10, 80] }], [1, 2]);
    for (const row of Object.keys(REPORTINGS)) {
      expect(picture).toContain(`>${row}</text>`);
      expect(picture).toContain(`>${of(row, "lying").toFixed(0)}</text>`);
    }
    expect(picture).not.toMatch(/NaN|undefined|Infinity/);
  });
});

it("a simulated week is the same for the same seed, and another for another", () => {
  const week = (seed: number) =>
    simulateWeek({
      ...{ world: SMALL, seed, receipts: "lying", reporting: REPORTINGS["at once"] },
      ...{ expiresIn: 300 * SECOND, duration: DAY },
    });
  expect(week(1)).toEqual(week(1));
  expect(week(1).arrived).not.toBe(week(2).arrived);
});

it("swapping the carriers' truths swaps the outcome: the simulated router knows no names", () => {
  const shares = (world: World) => {
    const [first, , , last] = world.carriers.map(({ delivered }) => delivered);
    return { first, last, arrived: arrives({ world }) };
  };
  const truths = SMALL.carriers.map(({ delivered }) => delivered);
  const swapped: World = {
    ...SMALL,
    carriers: SMALL.carriers.map((carrier, index) => ({ ...carrier, delivered: truths.at(-1 - index) ?? 0 })),
  };
  const [as, other] = [shares(SMALL), shares(swapped)];
  expect([as.first, as.last]).toEqual([other.last, other.first]);
  expect(other.arrived).toBeCloseTo(as.arrived, -0.7);
  // Carriers that are all alike leave nothing to gain.
  const alike: World = {
    ...{ ...SMALL, outage: { after: 2 * DAY, lasts: HOUR } },
    carriers: SMALL.carriers.map((carrier) => ({ ...carrier, delivered: 0.5 })),
  };
  for (const reporting of ["oracle", "random", REPORTINGS["at once"]] as const) {
    expect(arrives({ world: alike, reporting })).toBeCloseTo(50, -0.6);
  }
});

it("a false after 15 minutes is worth nothing where receipts lie, and one after 5 most of what is possible", () => {
  const [early, edge] = [300, 900].map((seconds) => arrives({ expiresIn: seconds * SECOND }));
  const none = arrives({ reporting: REPORTINGS["not at all"] });
  expect(edge).toBeLessThan((none ?? 0) + 5);
  expect(early).toBeGreaterThan((edge ?? 0) + 15);
});

it("a shorter delay before another message signs more users in, and overtakes more codes", () => {
  const [short, long, never] = [10 * SECOND, 90 * SECOND, undefined].map((resendAfter) =>
    run({ resendAfter }),
  );
  const sum = (weeks: readonly Week[] | undefined, count: (week: Week) => number) =>
    weeks?.reduce((total, week) => total + count(week), 0) ?? Number.NaN;
  const signedIn = [short, long, never].map((weeks) => sum(weeks, (week) => week.signedIn / week.signIns));
  expect(signedIn).toEqual([...signedIn].sort((one, other) => other - one));
  expect(sum(short, (week) => week.overtaken)).toBeGreaterThan(5 * sum(long, (week) => week.overtaken));
  expect(sum(never, (week) => week.overtaken)).toBe(0);
});

it("hourly batches arrive on the hour, and late reports ten minutes late", () => {
  const outcome = { converted: false, knownAt: 3 * HOUR + 7 * MINUTE };
  expect(Object.values(REPORTINGS).map((toTime) => toTime(outcome))).toEqual([
    3 * HOUR + 7 * MINUTE,
    3 * HOUR + 17 * MINUTE,
    4 * HOUR,
    undefined,
    undefined,
  ]);
});

it("the simulation's page has its tables", () => {
  const page = readFileSync("docs/routing.md", "utf8");
  for (const name of ["reporting", "silence", "expiry", "resend"]) {
    expect(page).toMatch(new RegExp(`<!-- simulate: ${name} -->\n\\|[^]*?\n<!-- end -->`));
  }
});
