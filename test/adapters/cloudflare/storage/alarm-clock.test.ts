import { describe, expect, it } from "vitest";
import { createAlarmClock } from "../../../../adapters/cloudflare/storage/alarm-clock.ts";
import { maskRaw } from "../../../../adapters/cloudflare/storage/quarantine.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const DAY = 24 * 3_600_000;

function createWorld() {
  const world = { now: NOW, set: [] as number[] };
  const clock = createAlarmClock({ setAlarm: (at) => world.set.push(at - NOW), now: () => world.now });
  return { world, clock };
}

describe("the alarm", () => {
  it("is set when it is not, moved to an earlier time, and never to a later one", () => {
    const { world, clock } = createWorld();
    for (const at of [5000, 5000, 9000, 4000, undefined]) clock.arm(at && NOW + at);
    expect(world.set).toEqual([5000, 4000]);
  });

  it("is set for now when its time has passed", () => {
    const { world, clock } = createWorld();
    clock.arm(NOW - 5000);
    expect(world.set).toEqual([0]);
  });

  it("that the platform has stored is not set again, unless something is due earlier", () => {
    const { world, clock } = createWorld();
    clock.found(NOW + 5000);
    clock.arm(NOW + 5000);
    clock.arm(NOW + 6000);
    expect(world.set).toEqual([]);
    clock.arm(NOW + 4000);
    expect(world.set).toEqual([4000]);
  });

  it("is set again once it has gone off, or was taken back", () => {
    const { world, clock } = createWorld();
    clock.arm(NOW + 1000);
    clock.rang();
    clock.arm(NOW + 2000);
    clock.takenBack(NOW + 3000);
    expect(world.set).toEqual([1000, 2000, 3000]);
  });

  it("that is a minute late was lost and is set again; one that is a little late is not", () => {
    const { world, clock } = createWorld();
    clock.arm(NOW + 1000);
    world.now = NOW + 60_999;
    clock.arm(NOW + 70_000);
    expect(world.set).toEqual([1000]);
    world.now = NOW + 61_000;
    clock.arm(NOW + 70_000);
    expect(world.set).toEqual([1000, 70_000]);
  });

  it("is never set further ahead than any row is kept, and one set by a clock that was ahead is moved", () => {
    const { world, clock } = createWorld();
    clock.arm(9e15);
    expect(world.set).toEqual([31 * DAY]);
    clock.found(NOW + 400 * DAY);
    clock.arm(NOW + 300 * DAY);
    expect(world.set).toEqual([31 * DAY, 31 * DAY]);
  });
});

describe("an unreadable row, masked for the operator,", () => {
  it("keeps the last two digits of numbers, drops long tokens, and keeps the rest", () => {
    const hash = "0123456789abcdef".repeat(4);
    expect(maskRaw(`{"to":"447400123456","hash":"${hash}","state":"flying","n":12,"m":1234,"x":12345}`)).toBe(
      '{"to":"…56","hash":"…","state":"flying","n":12,"m":1234,"x":"…45"}'.replace('"…45"', "…45"),
    );
  });
});
