import { expect, it } from "vitest";
import { createScores } from "../../src/insight/scores.ts";

it("the score of a segment without a message is that of the segment above, and at last 80 %", () => {
  const scoreOf = createScores([
    { segment: { country: "GB", network: "23410" }, converted: 80, settled: 180 },
  ]);
  expect(scoreOf({})).toBeCloseTo((80 + 16) / 200, 10);
  expect(scoreOf({ country: "DE" })).toBeCloseTo(0.48, 10);
  expect(createScores([])({ country: "DE" })).toBe(0.8);
});
