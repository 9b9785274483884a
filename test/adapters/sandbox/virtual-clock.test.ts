import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../../../adapters/sandbox/virtual-clock.ts";

const START = 1000;

/** Work that takes some turns of the event loop, as cryptography does. */
async function work(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

function create() {
  const clock = createVirtualClock(START);
  const log: string[] = [];
  const note = (what: string) => log.push(`${clock.now() - START} ${what}`);
  return { clock, log, note };
}

describe("a virtual clock", () => {
  it("stands still, and rings at the instants of its timers in their order", async () => {
    const { clock, log, note } = create();
    clock.at(START + 20, () => note("b"));
    clock.at(START + 10, () => note("a"));
    clock.at(START + 20, () => note("c"));
    clock.at(START + 31, () => note("d"));
    await work();
    expect([clock.now(), log]).toEqual([START, []]);
    await clock.advance(30);
    expect([clock.now(), log]).toEqual([START + 30, ["10 a", "20 b", "20 c"]]);
  });

  it("rings for what a timer sets, if that is in time", async () => {
    const { clock, log, note } = create();
    clock.at(START + 10, () => {
      note("a");
      clock.at(START + 15, () => note("b"));
      clock.at(START + 25, () => note("c"));
    });
    await clock.advance(20);
    expect(log).toEqual(["10 a", "15 b"]);
  });

  it("does not ring for a timer that was cancelled", async () => {
    const { clock, log, note } = create();
    const cancel = clock.at(START + 10, () => note("a"));
    cancel();
    await clock.advance(20);
    expect(log).toEqual([]);
  });

  it("waits for work before it moves on", async () => {
    const { clock, log, note } = create();
    clock.at(START + 10, () => {
      clock.run(async () => {
        await work();
        note("worked");
        await clock.sleep(5);
        note("slept");
        await work();
        note("worked again");
      });
    });
    clock.at(START + 20, () => note("later"));
    await clock.advance(20);
    expect(log).toEqual(["10 worked", "15 slept", "15 worked again", "20 later"]);
  });

  it("moves on while all work waits: for itself, or for work that waits for it", async () => {
    const { clock, log, note } = create();
    clock.run(async () => {
      const parts = [10, 20].map((wait) => clock.run(() => clock.sleep(wait).then(() => note("part"))));
      await clock.join(Promise.all(parts));
      note("whole");
    });
    await clock.advance(100);
    expect(log).toEqual(["10 part", "20 part", "20 whole"]);
  });

  it("ends a sleep whose signal fires, before and during it", async () => {
    const { clock } = create();
    const controller = new AbortController();
    const slept = clock.run(() => clock.sleep(100, controller.signal));
    clock.at(START + 10, () => controller.abort(new Error("enough")));
    slept.catch(() => {});
    await clock.advance(10);
    await expect(slept).rejects.toThrow("enough");
    await expect(clock.run(() => clock.sleep(1, controller.signal))).rejects.toThrow("enough");
    await clock.advance(200);
    expect(clock.now()).toBe(START + 210);
  });

  it("settles what is due, and leaves the rest", async () => {
    const { clock, log, note } = create();
    clock.run(() => clock.sleep(0).then(() => note("now")));
    clock.run(() => clock.sleep(1).then(() => note("later")));
    await clock.settle();
    expect(log).toEqual(["0 now"]);
  });

  it("moves on for a call that needs time, and no further", async () => {
    const { clock, log, note } = create();
    clock.at(START + 5, () => note("passed"));
    clock.at(START + 11, () => note("not passed"));
    const answer = await clock.complete(async () => {
      await clock.sleep(10);
      await work();
      return "done";
    });
    expect([answer, clock.now() - START, log]).toEqual(["done", 10, ["5 passed"]]);
  });

  it("hands on the failure of a call", async () => {
    const { clock } = create();
    const failing = clock.complete(async () => {
      await clock.sleep(10);
      throw new Error("failed");
    });
    await expect(failing).rejects.toThrow("failed");
  });

  it("completes calls at once, each after its own time", async () => {
    const { clock, note, log } = create();
    const call = (wait: number) => clock.complete(() => clock.sleep(wait).then(() => note(`${wait}`)));
    await Promise.all([call(30), call(10), call(20)]);
    expect(log).toEqual(["10 10", "20 20", "30 30"]);
  });

  it("completes a call within work that it waits for", async () => {
    const { clock, log, note } = create();
    clock.run(async () => {
      await clock.sleep(0);
      await clock.complete(() => work());
      await clock.settle();
      note("inner");
    });
    await clock.settle();
    expect(log).toEqual(["0 inner"]);
  });

  it("forgets everything that waits for it", async () => {
    const { clock, log, note } = create();
    clock.run(() => clock.sleep(5).then(() => note("slept")));
    clock.at(START + 5, () => note("rang"));
    clock.clear();
    await clock.advance(10);
    expect(log).toEqual([]);
  });
});
