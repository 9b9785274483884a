// Counts of the shards arrive in Insight once, also after faults on the way: an object that is down, answers that get
// lost, calls that arrive twice, storage that is lost, and another number of shards.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type DiskWorker, startDiskWorker } from "../../support/disk-worker.ts";
import { eventually } from "../../support/eventually.ts";
import { bindingsFor } from "../../support/local-stack.ts";
import { type SandboxServer, startSandboxServer } from "../../support/sandbox-server.ts";
import { createTurnedClock } from "../../support/turned-clock/turned-clock.ts";
import { BY_ADMIN, callsOf } from "./ledger-worker.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const folder = mkdtempSync(join(tmpdir(), "insight-gathering-"));
const running: DiskWorker[] = [];
const upstreams: SandboxServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await Promise.all(upstreams.splice(0).map((one) => one.close()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The messages of one test, and what Insight must count of them. */
interface Expected {
  sent: number;
  converted: number;
  notConverted: number;
}

/** Starts a Worker on a storage of this name. */
async function start(name: string, shards: string, expected: Expected) {
  const clock = createTurnedClock();
  const vonage = await startSandboxServer({ now: clock.now });
  upstreams.push(vonage);
  const worker = await startDiskWorker({
    entry: "test/e2e/contract/insight-worker.ts",
    storage: join(folder, name),
    bindings: { ...bindingsFor(vonage.url), LEDGER_SHARDS: shards, INSIGHT_INTERVAL_S: "5" },
  });
  running.push(worker);
  const calls = callsOf(worker);
  const { track, report } = calls;
  const turn = (by: number) => clock.turn(by, worker.url);

  return {
    ...calls,
    worker,
    turn,

    link: (state: "up" | "down" | "lost" | "twice") =>
      fetch(`${worker.url}/test/link`, { method: "POST", body: state }),

    /** Tracks and reports as many messages of each outcome, and leaves as many unreported. */
    async pour(prefix: string, each: number, { country = "GB", expiresIn = "86400" } = {}): Promise<void> {
      const outcomes = [true, false, undefined].flatMap((outcome) =>
        Array<typeof outcome>(each).fill(outcome),
      );
      await Promise.all(
        outcomes.map(async (outcome, index) => {
          const messageId = `${prefix}-${index}`;
          expect((await track({ messageId, expiresIn, country })).status).toBe(201);
          if (outcome === undefined) return;
          expect((await report(messageId, outcome)).body).toEqual({ status: "recorded" });
        }),
      );
      expected.sent += 3 * each;
      expected.converted += each;
      expected.notConverted += each;
    },

    /** Turns the clock until all of it is there, and once more: then nothing was counted twice. */
    async allGathered(by = 10_000): Promise<void> {
      const look = async () => {
        await turn(by);
        const { body } = await calls.look(`/insight?from=${recently()}`, BY_ADMIN);
        expect(body.total).toMatchObject(expected);
      };
      await eventually(look);
      await look();
      // These only rise, so a message that was counted twice and taken back would show.
      const { text } = await calls.look("/metrics", BY_ADMIN);
      expect(sumOf(text, "vonage_conversion_messages_total", "sent")).toBe(expected.sent);
      expect(sumOf(text, "vonage_conversion_messages_taken_back_total", "sent")).toBe(0);
    },
  };

  function recently(): string {
    return new Date(clock.now() - 47 * HOUR_MS).toISOString();
  }
}

/** Adds up the samples of a metric with an outcome. */
function sumOf(text: string, metric: string, outcome: string): number {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(`outcome="${outcome}"`))
    .reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
}

describe("an Insight object that was down for a day", () => {
  it("has everything afterwards, once, and no report noticed", async () => {
    const expected = { sent: 0, converted: 0, notConverted: 0 };
    const { pour, link, turn, look, allGathered, report } = await start("down", "4", expected);
    await pour("before", 4);
    await allGathered();
    await link("down");
    for (let part = 0; part < 4; part++) {
      await pour(`meanwhile-${part}`, 4, { expiresIn: "3600" });
      expect((await look("/insight")).status).toBe(503);
      await turn(6 * HOUR_MS);
      // Those without a report have expired.
      await eventually(async () => expect((await look("/stats")).body.reports.queued).toBe(0));
    }
    // A late reply to one of the day before.
    expect((await report("before-4", true)).body).toEqual({ status: "recorded" });
    Object.assign(expected, {
      converted: expected.converted + 1,
      notConverted: expected.notConverted + 16 + 4 - 1,
    });
    await link("up");
    // Sources that fail wait for an hour at most.
    await allGathered(HOUR_MS / 2);
  }, 60_000);
});

describe("a call of the Insight object", () => {
  it("that arrives twice, or whose answer gets lost, changes nothing", async () => {
    const expected = { sent: 0, converted: 0, notConverted: 0 };
    const { pour, link, turn, allGathered } = await start("twice", "4", expected);
    for (const state of ["lost", "twice", "lost"] as const) {
      await link(state);
      await pour(state + expected.sent, 5);
      for (let times = 0; times < 5; times++) {
        await turn(MINUTE_MS);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    await link("up");
    await allGathered(MINUTE_MS);
  }, 60_000);
});

describe("storage of the Insight object that was lost", () => {
  it("is filled again with what the shards still hold", async () => {
    const expected = { sent: 0, converted: 0, notConverted: 0 };
    const first = await start("lost", "4", expected);
    await first.pour("first", 5);
    await first.allGathered();
    await running.pop()?.stop();
    rmSync(join(folder, "lost", "Insight"), { recursive: true });
    const second = await start("lost", "4", expected);
    // Each shard learns of it with its next call, which has nothing of what was lost.
    await second.pour("second", 20, { country: "DE" });
    await second.allGathered();
  }, 60_000);
});

describe("another number of shards", () => {
  it("changes no total, when it rises and when it falls", async () => {
    const expected = { sent: 0, converted: 0, notConverted: 0 };
    let before: string | undefined;
    for (const shards of ["4", "9,4", "2,9,4"]) {
      const stack = await start("shards", shards, expected);
      if (before !== undefined) {
        // A report of a message of the former layout, and one that changes its mind.
        expect((await stack.report(`${before}-10`, true)).body).toEqual({ status: "recorded" });
        expect((await stack.report(`${before}-5`, true)).body).toEqual({ status: "recorded" });
        expected.converted += 2;
        expected.notConverted -= 1;
      }
      // Some are not gathered before the Worker ends.
      await stack.pour(`of-${shards.length}`, 5);
      before = `of-${shards.length}`;
      if (shards !== "4") await stack.allGathered();
      await running.pop()?.stop();
    }
  }, 60_000);
});
