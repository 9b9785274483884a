import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cell } from "../../../src/insight/cell.ts";
import { COHORT_MS } from "../../../src/insight/cohort.ts";
import { evaluate } from "../../../src/insight/rules/evaluate.ts";
import type { RuleState } from "../../../src/insight/rules/state.ts";
import { swingAt } from "../../../src/insight/rules/usual.ts";
import { parseSegmentKey, toSegment } from "../../../src/insight/segment.ts";
import "../../support/property-seed.ts";
import { BEGIN, createTown, DAY, GB, HOUR, settled, USUAL } from "./town.ts";

const MINUTE = 60_000;

const cell = (cohort: number, counts = USUAL, key = GB): Cell => ({
  cohort,
  segment: parseSegmentKey(key) ?? toSegment("2fa", "sms"),
  counts,
});

const run = (before: RuleState | undefined, cells: readonly Cell[], now: number) =>
  evaluate(before, { cells }, now);

describe("the state of the rules", () => {
  it("is plain JSON, and the one that was passed stays as it was", () => {
    const { state } = run(undefined, [cell(BEGIN)], BEGIN + 10 * MINUTE);
    const text = JSON.stringify(state);
    const next = run(JSON.parse(text), [cell(BEGIN + COHORT_MS)], BEGIN + 15 * MINUTE);
    expect(JSON.stringify(state)).toBe(text);
    expect(next).toEqual(run(state, [cell(BEGIN + COHORT_MS)], BEGIN + 15 * MINUTE));
  });

  it("starts anew from that of another version", () => {
    const other = JSON.parse('{"version":2,"scopes":{"x":{}}}');
    expect(run(other, [], BEGIN).state.scopes).toEqual({});
  });

  it("does not depend on the order of cells, nor on how often they are given", () => {
    const keys = [GB, "2fa/sms/GB/23415", "2fa/sms/US/310260"];
    const cells = keys.flatMap((key) =>
      [0, 1, 2].map((index) => cell(BEGIN + index * COHORT_MS, USUAL, key)),
    );
    const now = BEGIN + 30 * MINUTE;
    const sorted = ({ scopes }: RuleState) =>
      Object.entries(scopes)
        .map(([key, { cells, ...scope }]) => [key, scope, [...cells].sort(([a], [b]) => a - b)])
        .sort();
    const expected = sorted(run(undefined, cells, now).state);
    fc.assert(
      fc.property(fc.shuffledSubarray([...cells, ...cells], { minLength: 18 }), (some) => {
        expect(sorted(run(undefined, some, now).state)).toEqual(expected);
      }),
    );
  });

  it("counts a cell that grows once", () => {
    const first = run(undefined, [cell(BEGIN, { sent: 20 })], BEGIN + 6 * MINUTE);
    const second = run(first.state, [cell(BEGIN)], BEGIN + 12 * MINUTE);
    for (const key of [GB, "2fa/sms/GB", "2fa/sms", ""]) {
      expect(second.state.scopes[key]?.cells).toMatchObject([[BEGIN, [20, 17, 3, 0, 19, 0, 0, 0], true]]);
      expect(second.state.scopes[key]?.days).toMatchObject([[BEGIN, 17, 20, 19, 20, 3]]);
    }
  });

  it("waits for pending messages, but not for a few stragglers, and for no longer than a day", () => {
    const pending = (sent: number) => cell(BEGIN, { ...settled(10, 5), sent });
    const judgedAt = (sent: number, age: number) => {
      const { state } = run(run(undefined, [pending(sent)], BEGIN + 7 * MINUTE).state, [], BEGIN + age);
      return (state.scopes[""]?.days.length ?? 0) > 0;
    };
    expect(judgedAt(15, 7 * MINUTE)).toBe(true);
    expect(judgedAt(16, 29 * MINUTE)).toBe(false);
    expect(judgedAt(16, 30 * MINUTE)).toBe(true);
    expect(judgedAt(20, 30 * MINUTE)).toBe(false);
    expect(judgedAt(20, 24 * HOUR)).toBe(true);
    expect(run(undefined, [pending(15)], BEGIN + 7 * MINUTE - 1).state.scopes[""]?.days).toEqual([]);
  });

  it("ignores cohorts that come an hour late, or from the future", () => {
    const { state } = run(undefined, [cell(BEGIN - 2 * HOUR), cell(BEGIN + HOUR), cell(Number.NaN)], BEGIN);
    expect(state.scopes).toEqual({});
  });

  it("takes absurd counters as none", () => {
    const odd = { ...USUAL, sent: Number.NaN, converted: -5, price: Number.POSITIVE_INFINITY };
    const { state } = run(undefined, [cell(BEGIN, odd)], BEGIN + 10 * MINUTE);
    expect(state.scopes[""]?.cells[0]?.[1]).toEqual([0, 0, 3, 0, 19, 0, 0, 0]);
  });

  it("recovers from a clock that was a year ahead", () => {
    const town = createTown();
    town.learn({ [GB]: USUAL });
    const before = town.now();
    town.wait(365 * DAY);
    town.tick({ [GB]: settled(17, 3, 19, { price: 5 }) });
    town.wait(before - town.now());
    town.learn({ [GB]: USUAL }, 4);
    expect(town.all().filter(({ severity }) => severity !== "info")).toEqual([]);
    expect(town.open()).toEqual([]);
    const scope = town.state()?.scopes[GB];
    expect(scope?.days.every(([start]) => start < before + 5 * DAY)).toBe(true);
    expect(scope?.spent).toEqual([]);
    expect(scope?.lastAt).toBeLessThan(before + 5 * DAY);
  });

  it("forgets a segment after 30 days without a message", () => {
    const town = createTown();
    town.tick({ [GB]: USUAL, "2fa/sms/US/310260": USUAL });
    town.wait(30 * DAY + HOUR);
    town.tick({ "2fa/sms/US/310260": USUAL });
    expect(Object.keys(town.state()?.scopes ?? {})).not.toContain(GB);
  });

  it("stays bounded under a flood of random countries and networks", () => {
    const town = createTown();
    for (let round = 0; round < 15; round++) {
      const keys = Array.from({ length: 80 }, (_, index) => `2fa/sms/GB/${10_000 + round * 80 + index}`);
      town.tick(Object.fromEntries(keys.map((key) => [key, settled(0, 1, 1)])));
    }
    const state = town.state();
    expect(Object.keys(state?.scopes ?? {}).length).toBeLessThanOrEqual(1000 + 83);
    expect(JSON.stringify(state).length).toBeLessThan(2_000_000);
    expect(Object.keys(state?.open ?? {}).length).toBeLessThan(100);
  });

  it("has a price for each of up to 15 days", () => {
    const town = createTown();
    town.learn({ [GB]: settled(17, 3, 19, { price: 100 }) }, 20);
    expect(town.state()?.scopes[GB]?.spent).toHaveLength(15);
    expect(town.state()?.scopes[GB]?.days.length).toBeLessThanOrEqual(15);
  });
});

describe("the swing of the day", () => {
  it("is nothing for an unknown scope", () => {
    expect(swingAt(undefined, BEGIN, "conversion")).toBe(0);
  });

  it("is learned for each hour, and shrunk where there are few messages", () => {
    const learn = (factor: number) => {
      const town = createTown();
      for (let hour = 0; hour < 14 * 24; hour++) {
        const good = hour % 24 < 12 ? 18 : 16;
        town.tick({ [GB]: settled(good * factor, (20 - good) * factor, 20 * factor) });
        town.wait(55 * MINUTE);
      }
      return swingAt(town.state()?.scopes[GB], BEGIN + 6 * HOUR, "conversion");
    };
    expect(learn(50)).toBeCloseTo(0.05, 2);
    expect(learn(1)).toBeLessThan(0.04);
  });
});
