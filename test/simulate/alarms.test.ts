// The simulation behind the table of docs/insight.md, run small.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { createRandom, drawPoisson } from "./alarms/random.ts";
import { type Result, simulateAlarms } from "./alarms/simulate.ts";
import { HEADER, toTable } from "./alarms/table.ts";

describe("the simulation of the rules", () => {
  let results: readonly Result[] = [];

  beforeAll(() => {
    results = simulateAlarms({ seed: 7, days: 2, faults: 1 }, [20, 200]);
  });

  it("finds false alarms of the naive rule every day, and hardly any of ours", () => {
    const sum = (of: "falseAlarms" | "naiveFalseAlarms") =>
      results.reduce((total, one) => total + one[of], 0);
    for (const { naiveFalseAlarms } of results.filter(({ messagesPerHour }) => messagesPerHour === 20)) {
      expect(naiveFalseAlarms).toBeGreaterThan(30);
    }
    expect(sum("falseAlarms")).toBeLessThan(sum("naiveFalseAlarms") / 10);
  });

  it("finds faults sooner the more messages there are, and an outage before a drop", () => {
    const minutes = (delay: number | null | undefined) => delay ?? Number.POSITIVE_INFINITY;
    for (const swing of [0, 0.03]) {
      const [some, many] = results.filter((one) => one.swing === swing);
      expect(minutes(many?.drop)).toBeLessThan(minutes(some?.drop));
      expect(minutes(many?.outage)).toBeLessThan(minutes(some?.outage));
      expect(minutes(many?.outage)).toBeLessThan(minutes(many?.drop));
      expect(minutes(some?.outage)).toBeLessThan(minutes(some?.drop));
      expect(minutes(some?.pumping)).toBeLessThan(2 * 60);
    }
  });

  it("prints a table, a row for each volume in each world", () => {
    expect(toTable(results).split("\n")).toHaveLength(2 + 4);
    const row: Result = {
      messagesPerHour: 3,
      swing: 0,
      falseAlarms: 0.05,
      naiveFalseAlarms: 21.4,
      drop: 900,
      naiveDrop: null,
      outage: 99,
      pumping: 5.4,
    };
    expect(toTable([row])).toBe(
      `${HEADER}\n| 3 | steady | 0.05 | 21 | 15.0 h | not found | 99 min | 5 min |`,
    );
  });

  it("follows from its seed", () => {
    const random = createRandom(1);
    const numbers = Array.from({ length: 1000 }, random);
    expect(numbers.slice(0, 3)).toEqual(Array.from({ length: 3 }, createRandom(1)));
    expect(numbers.slice(0, 3)).not.toEqual(Array.from({ length: 3 }, createRandom(2)));
    expect(numbers.every((one) => one >= 0 && one < 1)).toBe(true);
    const drawn = Array.from({ length: 2000 }, () => drawPoisson(4, random));
    expect(drawn.reduce((a, b) => a + b) / 2000).toBeCloseTo(4, 0);
  });
});

it("the table in docs/insight.md has the form of the simulation's output, and few false alarms", () => {
  const [, after = ""] = readFileSync("docs/insight.md", "utf8").split(`${HEADER}\n`);
  const [table = ""] = after.split("\n\n");
  const cells = table.split("\n").map((row) => row.slice(2, -2).split(" | "));
  expect(cells.map(([volume, world]) => `${volume} ${world}`)).toEqual([
    ...["3 steady", "20 steady", "200 steady"],
    ...["3 swings by ±3 points", "20 swings by ±3 points", "200 swings by ±3 points"],
  ]);
  for (const [, , falseAlarms, naive, ...delays] of cells) {
    expect(Number(falseAlarms)).toBeLessThanOrEqual(0.05);
    expect(naive).toMatch(/^\d+$/);
    expect(delays).toHaveLength(4);
    for (const delay of delays) expect(delay).toMatch(/^(\d+ min|\d+\.\d h)$/);
  }
});
