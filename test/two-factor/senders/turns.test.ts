import { describe, expect, it } from "vitest";
import { createTurns, LONGEST_WAIT_MS } from "../../../src/two-factor/senders/turns.ts";

const NOW = 1_000_000;
const DEADLINE = NOW + LONGEST_WAIT_MS;

describe("turns", () => {
  it("are not needed while nothing was refused", () => {
    const turns = createTurns(1);
    expect([turns.enter(NOW, DEADLINE, 0.5), turns.enter(NOW, DEADLINE, 0.5)]).toEqual([
      { wait: 0 },
      { wait: 0 },
    ]);
  });

  it("lie an interval and the longest jitter apart, and are waited for with some jitter", () => {
    const turns = createTurns(1);
    expect(turns.retake(NOW, 620, false, DEADLINE, 0)).toEqual({ wait: 620 });
    expect(turns.retake(NOW, 620, false, DEADLINE, 0.5)).toEqual({ wait: 1770 });
    expect(turns.enter(NOW, DEADLINE, 0)).toEqual({ wait: 2820 });
  });

  it("end at the deadline: later messages get the time of the next turn", () => {
    const turns = createTurns(1);
    const taken = Array.from({ length: 6 }, () => turns.retake(NOW, 1000, false, DEADLINE, 0));
    expect(taken.map(({ wait }) => wait)).toEqual([1000, 2100, 3200, 4300, undefined, undefined]);
    expect(taken.at(-1)).toEqual({ retryAfter: 5400 });
    expect(turns.enter(NOW + 100, DEADLINE + 100, 0)).toEqual({ retryAfter: 5300 });
  });

  it("are kept for messages that come slightly early, and others go to the end", () => {
    const turns = createTurns(1);
    turns.retake(NOW, 1000, false, DEADLINE, 0);
    turns.retake(NOW, 1000, false, DEADLINE, 0);
    const at = NOW + 1000;
    expect(turns.retake(at, 20, true, DEADLINE, 0)).toEqual({ wait: 20 });
    expect(turns.retake(at, 250, true, DEADLINE, 0)).toEqual({ wait: 250 });
    expect(turns.retake(at, 251, true, DEADLINE, 0)).toEqual({ wait: 2200 });
    expect(turns.retake(at, 20, true, at + 10, 0)).toEqual({ retryAfter: 20 });
  });

  it("come faster if more was accepted at once, and slower again if that was too fast", () => {
    const turns = createTurns(1);
    for (let sent = 0; sent < 10; sent++) turns.accept(NOW + sent);
    turns.retake(NOW, 0, false, DEADLINE, 0);
    expect(turns.enter(NOW, DEADLINE, 0)).toEqual({ wait: 200 });
    const at = NOW + 200;
    turns.retake(at, 500, true, DEADLINE, 0);
    expect(turns.enter(at, DEADLINE, 0)).toEqual({ wait: 800 });
  });

  it("of texts a second apart do not count as a higher rate", () => {
    const turns = createTurns(1);
    for (let sent = 0; sent < 10; sent++) turns.accept(NOW + sent * 900);
    turns.retake(NOW, 0, false, DEADLINE, 0);
    expect(turns.enter(NOW, DEADLINE, 0)).toEqual({ wait: 1100 });
  });

  it("give messages that are given up a time to wait, never sooner than Vonage's", () => {
    const turns = createTurns(1);
    expect(turns.refuse(NOW, undefined)).toBe(1000);
    expect(turns.refuse(NOW, 620)).toBe(1000);
    expect(turns.refuse(NOW, 30_000)).toBe(30_000);
    expect(turns.refuse(NOW + 900, 620)).toBe(620);
  });

  it("are dropped if the clock went back", () => {
    const turns = createTurns(1);
    turns.refuse(NOW, 5000);
    expect(turns.enter(NOW - 6000, DEADLINE - 6000, 0)).toEqual({ wait: 0 });
  });
});
