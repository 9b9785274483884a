import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cell, foldCell, mergeCells, rollUp, subtractCells } from "../../src/insight/cell.ts";
import { addCounts, countsBelow, isEmpty, NO_COUNTS, subtractCounts } from "../../src/insight/counts.ts";
import { toSegment, toSegmentKey } from "../../src/insight/segment.ts";
import "../support/property-seed.ts";
import { cells, counts, NOON } from "./arbitraries.ts";

const HOUR = 3_600_000;

/** Cells in an order that does not depend on how they came about. */
const inOrder = (some: readonly Cell[]) =>
  some
    .map(
      ({ cohort, segment, counts }) =>
        `${cohort} ${toSegmentKey(segment)} ${JSON.stringify(Object.entries(counts).sort())}`,
    )
    .sort();

describe("counters", () => {
  it("add in any order and grouping to the same", () => {
    fc.assert(
      fc.property(counts, counts, counts, (a, b, c) => {
        expect(addCounts(a, b)).toEqual(addCounts(b, a));
        expect(addCounts(addCounts(a, b), c)).toEqual(addCounts(a, addCounts(b, c)));
        expect(addCounts(a, NO_COUNTS)).toEqual(a);
      }),
    );
  });

  it("give back exactly what was subtracted, and leave zero out", () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        expect(addCounts(subtractCounts(a, b), b)).toEqual(a);
        expect(isEmpty(subtractCounts(a, a))).toBe(true);
      }),
    );
    expect(subtractCounts({ sent: 1 }, { sent: 1, converted: 2 })).toEqual({ converted: -2 });
  });

  it("may have any name", () => {
    const odd = Object.fromEntries([["__proto__", 2]]);
    expect(Object.entries(addCounts(odd, odd))).toEqual([["__proto__", 4]]);
  });

  it("are found by the beginning of their names", () => {
    const found = countsBelow({ "refused.9": 3, "refused.rejected": 1, refused: 5, sent: 2 }, "refused.");
    expect([...found]).toEqual([
      ["9", 3],
      ["rejected", 1],
    ]);
  });
});

describe("cells", () => {
  it("merge in any order and grouping to the same", () => {
    const some = fc.array(cells, { maxLength: 12 });
    fc.assert(
      fc.property(some, some, (a, b) => {
        const merged = inOrder(mergeCells([...a, ...b]));
        expect(inOrder(mergeCells([...b, ...a]))).toEqual(merged);
        expect(inOrder(mergeCells([...mergeCells(a), ...mergeCells(b)]))).toEqual(merged);
      }),
    );
  });

  it("become what they were when their difference is added", () => {
    const some = fc.array(cells, { maxLength: 12 });
    fc.assert(
      fc.property(some, some, (after, before) => {
        expect(inOrder(mergeCells([...before, ...subtractCells(after, before)]))).toEqual(
          inOrder(mergeCells(after)),
        );
      }),
    );
  });

  it("roll up to hours without losing a count", () => {
    const segment = toSegment("2fa", "sms", "GB", "23410");
    const quarter = NOON + 15 * 60_000;
    const fine = [NOON, quarter, NOON + HOUR].map((cohort) => ({ cohort, segment, counts: { sent: 2 } }));
    expect(rollUp(fine, HOUR)).toEqual([
      { cohort: NOON, segment, counts: { sent: 4 } },
      { cohort: NOON + HOUR, segment, counts: { sent: 2 } },
    ]);
  });

  it("of a segment too many count as other, and once however often they are folded", () => {
    const segment = toSegment("2fa", "voice", "GB", "23410");
    const cell = { cohort: NOON, segment, counts: { sent: 3, converted: 2 } };
    const folded = foldCell(cell);
    expect(folded).toEqual({
      cohort: NOON,
      segment: toSegment("2fa", "voice"),
      counts: { sent: 3, converted: 2, other: 3 },
    });
    expect(foldCell(folded)).toEqual(folded);
    expect(foldCell({ ...cell, counts: { "refused.9": 1 } }).counts).toEqual({ "refused.9": 1 });
  });
});
