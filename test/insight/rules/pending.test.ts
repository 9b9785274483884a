// Messages whose outcome is not known yet: an alarm may come before a cohort is settled, but never for what is only pending.

import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/insight/rules/evaluate.ts";
import type { RuleState } from "../../../src/insight/rules/state.ts";
import { toSegment } from "../../../src/insight/segment.ts";
import { BEGIN, createTown, GB, settled } from "./town.ts";

const MINUTE = 60_000;
const SEGMENT = toSegment("2fa", "sms", "GB", "23410");

/** Messages of one cohort, as they are known some minutes after its start. */
function createCohort(before: RuleState | undefined, cohort: number) {
  let state = before;
  return (minutes: number, converted: number, notConverted: number, pending: number) => {
    const sent = converted + notConverted + pending;
    const counts = { ...settled(converted, notConverted, converted + notConverted), sent };
    const result = evaluate(
      state,
      { cells: [{ cohort, segment: SEGMENT, counts }] },
      cohort + minutes * MINUTE,
    );
    state = result.state;
    return Object.values(result.state.open).filter(({ rule }) => rule === "drop");
  };
}

describe("a cohort that is not settled", () => {
  const town = createTown();
  town.learn({ [GB]: settled(510, 90, 570) });

  it("raises an alarm as soon as the evidence suffices", () => {
    const look = createCohort(town.state(), town.now());
    expect(look(1, 6, 0, 40)).toEqual([]);
    expect(look(2, 6, 12, 28)).toEqual([]);
    expect(look(3, 6, 24, 20)).toMatchObject([
      { rule: "drop", figures: { converted: 6, of: 30 }, endedAt: null },
    ]);
  });

  it("keeps the alarm while new messages are pending, and ends it when they are converted", () => {
    const look = createCohort(town.state(), town.now());
    look(3, 6, 24, 20);
    expect(look(4, 6, 30, 300)).toHaveLength(1);
    expect(look(5, 300, 30, 3)).toEqual([]);
  });

  it("adds to the one before, whose failures are known earlier", () => {
    const cells = [
      { cohort: town.now() + 5 * MINUTE, segment: SEGMENT, counts: { ...settled(5, 0, 5), sent: 40 } },
      { cohort: town.now(), segment: SEGMENT, counts: { ...settled(6, 24, 30), sent: 50 } },
    ];
    const { state } = evaluate(town.state(), { cells }, town.now() + 6 * MINUTE);
    expect(state.open).toMatchObject({ [`drop:${GB}`]: { figures: { converted: 6, of: 30 } } });
  });

  it("raises none for messages that are only pending, however many", () => {
    const look = createCohort(town.state(), town.now());
    expect(look(1, 0, 0, 500)).toEqual([]);
    expect(look(4, 20, 8, 480)).toEqual([]);
  });

  it("without any history finds a bad route within minutes, and knows it from a flood", () => {
    const look = createCohort(undefined, BEGIN);
    expect(look(1, 9, 21, 5)).toMatchObject([{ rule: "drop", cause: "false-receipts" }]);
    const cells = [{ cohort: BEGIN, segment: SEGMENT, counts: settled(0, 12, 12) }];
    const flood = evaluate(undefined, { cells }, BEGIN + MINUTE);
    expect(flood.alarms.map(({ rule, cause }) => [rule, cause])).toEqual([["pumping", "pumping"]]);
  });
});

describe("a cohort that is settled late", () => {
  it("is learned in the hour that it belongs to", () => {
    const late = BEGIN + 55 * MINUTE;
    const next = BEGIN + 60 * MINUTE;
    const cell = (cohort: number, sent: number) => ({
      cohort,
      segment: SEGMENT,
      counts: { ...settled(10, 4), sent },
    });
    const first = evaluate(undefined, { cells: [cell(late, 30), cell(next, 14)] }, next + 10 * MINUTE);
    expect(first.state.scopes[GB]?.hour).toEqual([next, 4]);
    const second = evaluate(first.state, { cells: [cell(late, 14)] }, next + 15 * MINUTE);
    expect(second.state.scopes[GB]?.hour).toEqual([next, 4]);
    expect(second.state.scopes[GB]?.days).toEqual([[BEGIN, 20, 28, 0, 28, 4]]);
    expect(second.state.scopes[GB]?.hours.slice(0, 3).map(([converted]) => converted)).toEqual([10, 10, 0]);
  });
});
