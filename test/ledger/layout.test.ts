import { describe, expect, it } from "vitest";
import {
  FORMER_MS,
  formerHomesOf,
  homeOf,
  judge,
  type Layout,
  parseLayout,
  propose,
  SETTLING_MS,
  toUnconfirmed,
} from "../../src/ledger/layout.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const layout = (generation: number, counts: readonly number[], since = NOW - 2 * HOUR): Layout => ({
  generation,
  since,
  counts,
});

describe("the home of a message", () => {
  it("follows from its hash and the number in force; each former home is listed once", () => {
    const changed = layout(3, [8, 4, 2]);
    expect([homeOf(13, changed), formerHomesOf(13, changed)]).toEqual([5, [1]]);
    expect([homeOf(3, changed), formerHomesOf(3, changed)]).toEqual([3, [1]]);
    expect([homeOf(15, layout(3, [8, 5, 4])), formerHomesOf(15, layout(3, [8, 5, 4]))]).toEqual([7, [0, 3]]);
    expect(formerHomesOf(16, changed)).toEqual([]);
    expect(formerHomesOf(13, layout(1, [4]))).toEqual([]);
  });

  it("is the only shard with one shard, and without any count", () => {
    expect([homeOf(13, layout(1, [1])), homeOf(13, toUnconfirmed([]))]).toEqual([0, 0]);
  });
});

describe("the authority, asked about a setting", () => {
  it("takes the first setting as it is, former numbers included, each once", () => {
    expect(propose(undefined, [8, 4, 4], NOW)).toEqual({ generation: 1, since: NOW, counts: [8, 4] });
  });

  it.each([
    ["the number in force", [4], [4]],
    ["the number in force, and the next one in advance", [4], [4, 8]],
    ["the number in force, without the former one", [8, 4], [8]],
  ])("changes nothing: %s", (_, counts, wanted) => {
    const stored = layout(2, counts);
    expect(propose(stored, wanted, NOW)).toBe(stored);
  });

  it.each([
    ["named", [4], [8, 4], [8, 4]],
    ["not named", [4], [8], [8, 4]],
    ["another one named", [4], [8, 2], [8, 4, 2]],
    ["the third", [8, 4], [16, 8], [16, 8, 4]],
    ["back", [8, 4], [4, 8], [4, 8]],
    ["back, not named", [8, 4], [4], [4, 8]],
    ["smaller", [8], [3, 8], [3, 8]],
  ])(
    "another number, the former one %s: it comes into force, and no former number is lost",
    (_, counts, wanted, then) => {
      expect(propose(layout(5, counts), wanted, NOW)).toEqual({ generation: 6, since: NOW, counts: then });
    },
  );

  it("changes nothing within the hour for a former number: Workers with the former setting still run", () => {
    for (const wanted of [[4], [4, 8]]) {
      const stored = layout(2, [8, 4], NOW - SETTLING_MS + 1);
      expect(propose(stored, wanted, NOW)).toBe(stored);
      expect(propose(stored, wanted, NOW + 1)).toMatchObject({ generation: 3, counts: [4, 8] });
      // A clock that went back makes it wait, and nothing else.
      expect(propose(stored, wanted, NOW - DAY)).toBe(stored);
    }
    expect(propose(layout(2, [8, 4], NOW), [16], NOW)).toMatchObject({ generation: 3, counts: [16, 8, 4] });
  });

  it("forgets former numbers a month after the last change, when no row of theirs is left", () => {
    expect(FORMER_MS).toBeGreaterThan(30 * DAY);
    const stored = layout(2, [8, 4], NOW - FORMER_MS);
    expect(propose(stored, [8], NOW - 1)).toBe(stored);
    expect(propose(stored, [8], NOW)).toEqual({ ...stored, counts: [8] });
    expect(propose(stored, [4], NOW)).toEqual({ generation: 3, since: NOW, counts: [4, 8] });
  });

  it("changes nothing after too many numbers within a month", () => {
    const stored = layout(9, [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(propose(stored, [9], NOW)).toBe(stored);
    expect(propose(stored, [8], NOW)).toMatchObject({ counts: [8, 1, 2, 3, 4, 5, 6, 7] });
  });

  it("takes an empty setting as one shard", () => {
    expect(propose(layout(1, [4]), [], NOW)).toMatchObject({ counts: [1, 4] });
  });
});

describe("a shard, called by a Worker's layout", () => {
  it.each<[string, Layout | undefined, Layout, string]>([
    ["a setting it knows", layout(1, [4]), toUnconfirmed([4]), "agreed"],
    [
      "a setting it knows, a month after a change",
      layout(2, [8, 4], NOW - FORMER_MS),
      toUnconfirmed([8]),
      "agreed",
    ],
    ["a setting, while it knows none", undefined, toUnconfirmed([4]), "moved"],
    ["another setting", layout(1, [4]), toUnconfirmed([8]), "moved"],
    ["a setting that names former numbers", layout(1, [4]), toUnconfirmed([4, 8]), "moved"],
    ["a setting, while it knows former numbers", layout(2, [8, 4]), toUnconfirmed([8]), "moved"],
    ["a layout, while it knows none", undefined, layout(1, [4]), "adopt"],
    ["a later layout", layout(1, [4]), layout(2, [8, 4]), "adopt"],
    ["its own", layout(2, [8, 4]), layout(2, [8, 4]), "agreed"],
    ["an earlier layout", layout(2, [8, 4]), layout(1, [4]), "moved"],
  ])("judges the layout: %s", (_, stored, asked, verdict) => {
    expect(judge(stored, asked, NOW)).toBe(verdict);
  });
});

describe("a stored layout", () => {
  it("is read as it was written", () => {
    const stored = layout(3, [16, 4]);
    expect(parseLayout(JSON.stringify(stored))).toEqual(stored);
  });

  it.each([
    "",
    "null",
    "{",
    "[]",
    ...[
      { generation: 0 },
      { generation: 1.5 },
      { generation: "1" },
      { since: null },
      { since: "1" },
      { counts: [] },
      { counts: [0] },
      { counts: [4, 2.5] },
      { counts: [4, "8"] },
      { counts: { 0: 4, length: 1 } },
    ].map((wrong) => JSON.stringify({ ...layout(1, [4]), ...wrong })),
  ])("is not read if no version can have written it: %s", (text) => {
    expect(parseLayout(text)).toBeUndefined();
  });
});
