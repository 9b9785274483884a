// A short form of each drill of `npm run drill`. They run at the same time, because they mostly wait.

import { describe, it } from "vitest";
import { expiry } from "./expiry.ts";
import { insight } from "./insight.ts";
import { kill } from "./kill.ts";
import { notEnabled } from "./not-enabled.ts";
import { outage } from "./outage.ts";
import { race } from "./race.ts";
import { DRILL_SEED as seed } from "./support/random.ts";
import { throttle } from "./throttle.ts";
import { workflow } from "./workflow.ts";

console.log(`drills: DRILL_SEED=${seed}`);

describe.concurrent("drills, in a short form", { timeout: 300_000 }, () => {
  it("an expired message is reported false once, and one reported in time is not", async ({ expect }) => {
    const { figures, wrong } = await expiry({ messages: 60, photoFinish: 6, seed });
    expect(wrong).toEqual([]);
    expect(figures).toMatchObject({ reportedInTime: 30, recordedTrueAlone: 30, recordedFalseOnce: 30 });
  });

  it("a killed Worker loses no report that it accepted", async ({ expect }) => {
    const { figures, wrong } = await kill({ kills: 4, seed });
    expect(wrong).toEqual([]);
    expect(figures).toMatchObject({ kills: 4, lost: 0 });
    expect(figures.accepted).toBeGreaterThan(100);
    expect(figures.answered202).toBeGreaterThan(0);
    expect(figures.answered409).toBeGreaterThan(0);
    expect(figures.tracked).toBeGreaterThan(0);
    expect(figures.brokenCalls).toBeGreaterThan(0);
    expect(figures.atTheSandboxWhenKilled).toBeGreaterThan(figures.ofThoseAtTheLastKill);
    expect(figures.ofThoseAtTheLastKill).toBeGreaterThan(0);
  });

  it("reports during an outage arrive after it, and no caller waits for them", async ({ expect }) => {
    const { figures, wrong } = await outage({
      reports: 300,
      phase: 1500,
      budget: 500,
      timeout: 2000,
      margin: 1000,
      seed,
    });
    expect(wrong).toEqual([]);
    expect(figures).toMatchObject({ reports: 300, answered202: 300, lost: 0 });
    expect(figures.hungRequests).toBeGreaterThan(0);
    expect(figures.answered503).toBeGreaterThan(0);
    expect(figures.attemptsPerReport).toBeGreaterThan(1);
  });

  it("a backlog drains as fast as Vonage takes it, and respects Retry-After", async ({ expect }) => {
    const { figures, wrong } = await throttle({
      reports: 250,
      retryAfter: 3,
      warmUp: 2000,
      leastShare: 0.3,
      seed,
    });
    expect(wrong).toEqual([]);
    expect(figures).toMatchObject({ reports: 250, lost: 0 });
    expect(figures.answered429).toBeGreaterThan(0);
  });

  it("a key that is not enabled is probed rarely until it is enabled", async ({ expect }) => {
    const { figures, wrong } = await notEnabled({ reports: 500, lasts: 6000, seed });
    expect(wrong).toEqual([]);
    expect(figures).toMatchObject({ answered202: 500, othersRecordedAtOnce: 20, lost: 0 });
    // At least one shard has probed after each of them had found out.
    expect(figures.answered402).toBeGreaterThan(4);
  });

  it("contradicting reports reach Vonage only as the table allows", async ({ expect }) => {
    const { figures, wrong } = await race({ messages: 45, reports: 12, seed });
    expect(wrong).toEqual([]);
    expect(figures).toMatchObject({ reports: 540, lost: 0, duplicates: 0, overlaps: 0 });
    expect(figures.tracked).toBe(30);
    expect(figures.answered200).toBeGreaterThan(0);
    expect(figures.answered202).toBeGreaterThan(0);
    expect(figures.answered409).toBeGreaterThan(0);
    expect(figures.sandboxAnswered503).toBeGreaterThan(0);
    expect(figures.correctedToTrue).toBeGreaterThan(0);
  });

  it("the outcome of each code is reported although the Worker is killed meanwhile", async ({ expect }) => {
    const { figures, wrong } = await workflow({ kills: 3, settled: false, seed });
    expect(wrong).toEqual([]);
    expect(figures).toMatchObject({ kills: 3, lost: 0 });
    expect(figures.verified).toBeGreaterThan(20);
    expect(figures.unverified).toBeGreaterThan(5);
    expect(figures.brokenCalls).toBeGreaterThan(0);
  });

  it("Insight counts exactly what the rows are although the Worker is killed meanwhile", async ({
    expect,
  }) => {
    const { figures, wrong } = await insight({ kills: 4, settled: false, seed });
    expect(wrong).toEqual([]);
    expect(figures.kills).toBe(4);
    for (const counter of ["converted", "notConverted", "withReceipt", "withPrice", "confirmed"] as const) {
      expect(figures[counter], counter).toBeGreaterThan(0);
    }
    expect(figures.messages).toBeGreaterThan(100);
    expect(figures.brokenCalls).toBeGreaterThan(0);
  });
});
