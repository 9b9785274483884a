import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRandom, drawPoisson } from "./random.ts";
import { simulateAlarms } from "./simulate.ts";
import { HEADER, toTable } from "./table.ts";

describe("the simulation of the rules", () => {
  const sizes = { seed: 7, days: 10, faults: 3 };
  const results = simulateAlarms(sizes);

  it("finds false alarms of the naive rule by the hundred, and none or hardly any of ours", () => {
    for (const { falseAlarms, naiveFalseAlarms, messagesPerHour } of results) {
      expect(falseAlarms).toBeLessThanOrEqual(3);
      if (messagesPerHour < 200) expect(naiveFalseAlarms).toBeGreaterThan(60);
    }
    const sum = (of: "falseAlarms" | "naiveFalseAlarms") =>
      results.reduce((total, one) => total + one[of], 0);
    expect(sum("falseAlarms")).toBeLessThan(sum("naiveFalseAlarms") / 50);
  });

  it("finds faults sooner the more messages there are, and an outage before a drop", () => {
    for (const swing of [0, 0.03]) {
      const [few, some, many] = results.filter((one) => one.swing === swing);
      const ofDrop = [many, some, few].map((one) => one?.drop ?? Number.POSITIVE_INFINITY);
      expect([...ofDrop].sort((a, b) => a - b)).toEqual(ofDrop);
      expect(ofDrop[0]).toBeLessThan(120);
      for (const one of [few, some, many]) {
        expect(one?.outage ?? Number.POSITIVE_INFINITY).toBeLessThan(one?.drop ?? Number.POSITIVE_INFINITY);
        expect(one?.pumping ?? Number.POSITIVE_INFINITY).toBeLessThan(6 * 60);
      }
    }
  });

  it("prints a table, a row for each volume in each world", () => {
    const rows = toTable(results).split("\n");
    expect(rows).toHaveLength(2 + 6);
    expect(
      toTable([
        {
          ...results[0],
          messagesPerHour: 3,
          swing: 0,
          falseAlarms: 0.05,
          naiveFalseAlarms: 21.4,
          drop: 900,
          naiveDrop: null,
          outage: 99,
          pumping: 5.4,
        },
      ]),
    ).toBe(`${HEADER}\n| 3 | steady | 0.05 | 21 | 15.0 h | not found | 99 min | 5 min |`);
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

describe("the table in docs/insight.md", () => {
  const page = readFileSync("docs/insight.md", "utf8");
  const [, ...rows] = page.slice(page.indexOf(HEADER)).split(HEADER.slice(-10));

  it("has the form of the simulation's output", () => {
    const [table = ""] = (rows[0] ?? "").trim().split("\n\n");
    expect(page).toContain(HEADER);
    const cells = table.split("\n").map((row) => row.split(" | "));
    expect(cells).toHaveLength(6);
    for (const [index, row] of cells.entries()) {
      expect(row).toHaveLength(8);
      expect(row[0]).toBe(`| ${[3, 20, 200][index % 3]}`);
      expect(row[1]).toBe(index < 3 ? "steady" : "swings by ±3 points");
      expect(Number(row[2])).toBeLessThanOrEqual(0.05);
      expect(row.slice(4).join(" ")).toMatch(/^([\d.]+ (min|h)( \|)? ?){4}$/);
    }
  });
});
